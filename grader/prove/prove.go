// Package prove checks the checks: that every stub fails every spec, that every
// reference and every other right answer passes, and that every wrong solution is caught by the spec and with
// the verdict that its "// want" line names.
package prove

import (
	"context"
	"fmt"
	"sync"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// Proof is what was found, kata by kata.
type Proof struct {
	Schema string `json:"schema"`
	// Proved: nothing is left to complain of.
	Proved bool        `json:"proved"`
	Seed   uint64      `json:"seed"`
	Katas  []KataProof `json:"katas"`
}

// Schema names the JSON of a Proof.
const Schema = "dojo/proof/v1"

// KataProof is what was found of one kata.
type KataProof struct {
	ID string `json:"id"`
	// Claims are in the order stub, reference, right and then wrong solutions by name.
	Claims []Claim `json:"claims"`
}

// Claim is one thing that was to be proved.
type Claim struct {
	// Kind is "stub", "reference", "right" or "wrong".
	Kind source.Kind `json:"kind"`
	// Who is the name of a right or wrong solution, for the others their kind.
	Who string `json:"who"`
	// Claim is what was to be proved, in words.
	Claim string `json:"claim"`
	// Complaints say what was found instead; none if it was proved.
	Complaints []string `json:"complaints"`
	// Missed is what was found at the tries before the last one; see tries.
	Missed []string `json:"missed,omitempty"`
}

// Proved reports whether the claim held.
func (c Claim) Proved() bool { return len(c.Complaints) == 0 }

// tries is how often a wrong solution is graded, with another seed each time, until
// it is caught. Most faults of concurrency are matters of chance, a thousand wrong
// solutions are many chances to miss one, and a miss is no news of the change that
// is being proved; so it is told, but is no complaint. A right answer that fails
// once is never tried again. With Options.Repeat above 1 each run counts.
const tries = 3

// atOnce is the number of rounds at a time: while one waits for answers that
// hang, another compiles.
const atOnce = 4

// Prove proves the katas. tell, which must be safe to be called from several
// goroutines, is told of each step. If ctx ends, it returns what was found by then,
// and the cause.
func Prove(ctx context.Context, katas []session.Kata, o run.Options, tell func(step string)) (Proof, error) {
	p := &prover{katas: katas, options: o}
	for _, kata := range katas {
		p.ids = append(p.ids, kata.ID)
	}
	rounds, err := p.rounds()
	if err != nil {
		return Proof{}, err
	}
	claims := make([]map[string]Claim, len(rounds))
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var workers sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, round := range rounds {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		workers.Go(func() {
			defer func() { <-slots }()
			tell(fmt.Sprintf("round %d of %d: %s", i+1, len(rounds), round.name))
			var err error
			if claims[i], err = p.round(ctx, round); err != nil {
				fail(err)
			}
		})
	}
	workers.Wait()
	// What is known by then is told even if the rest could not be found out.
	proof := p.proof(claims)
	proof.Proved = proof.Proved && ctx.Err() == nil
	return proof, context.Cause(ctx)
}

// prover is what all rounds share.
type prover struct {
	katas   []session.Kata
	ids     []string
	options run.Options
}

// round is one grading: at most one answer per kata, all in one binary, so that
// n wrong solutions per kata cost n builds, however many katas there are.
type round struct {
	name string
	src  source.Source
	// who names the answer, by kata.
	who map[string]string
}

func (p *prover) rounds() ([]round, error) {
	stubs, err := source.Stub(p.options.Root, p.ids)
	if err != nil {
		return nil, err
	}
	references, err := source.Reference(p.options.Root, p.ids)
	if err != nil {
		return nil, err
	}
	all := []round{
		{name: "stubs", src: stubs, who: p.everyone("stub")},
		{name: "references", src: references, who: p.everyone("reference")},
	}
	for _, kind := range []source.Kind{source.KindRight, source.KindWrong} {
		examples, err := p.examples(kind)
		if err != nil {
			return nil, err
		}
		all = append(all, examples...)
	}
	return all, nil
}

// examples are as many rounds as the kata with the most examples of that kind has.
func (p *prover) examples(kind source.Kind) (all []round, err error) {
	for n := 0; ; n++ {
		r := round{name: fmt.Sprintf("%s solutions, %d of each kata", kind, n+1), who: map[string]string{}}
		r.src = source.Source{Kind: kind, Answers: map[string]source.Answer{}}
		for _, id := range p.ids {
			names, err := source.ExampleNames(p.options.Root, id, kind)
			if err != nil {
				return nil, err
			}
			if n >= len(names) {
				continue
			}
			one, err := source.Example(p.options.Root, []string{id}, kind, names[n])
			if err != nil {
				return nil, err
			}
			r.src.Answers[id] = one.Answers[id]
			r.who[id] = names[n]
		}
		if len(r.who) == 0 {
			return all, nil
		}
		all = append(all, r)
	}
}

func (p *prover) everyone(who string) map[string]string {
	all := map[string]string{}
	for _, id := range p.ids {
		all[id] = who
	}
	return all
}

// round grades and checks one answer of each kata, and returns the claims by
// kata.
func (p *prover) round(ctx context.Context, r round) (map[string]Claim, error) {
	claims, err := p.try(ctx, r, p.options.Seed)
	if err != nil || r.src.Kind != source.KindWrong || p.options.Repeat > 1 {
		return claims, err
	}
	for n := range uint64(tries - 1) {
		again := r.only(func(id string) bool { return !claims[id].Proved() })
		if len(again.who) == 0 || ctx.Err() != nil {
			break
		}
		found, err := p.try(ctx, again, p.options.Seed+n+1)
		if err != nil {
			return claims, err
		}
		for id, claim := range found {
			claim.Missed = append(claims[id].Missed, claims[id].Complaints...)
			claims[id] = claim
		}
	}
	return claims, nil
}

// only is the round with the katas that keep says.
func (r round) only(keep func(id string) bool) round {
	less := round{name: r.name, src: r.src, who: map[string]string{}}
	less.src.Answers = map[string]source.Answer{}
	for id, who := range r.who {
		if keep(id) {
			less.who[id], less.src.Answers[id] = who, r.src.Answers[id]
		}
	}
	return less
}

// try is one grading of a round.
func (p *prover) try(ctx context.Context, r round, seed uint64) (map[string]Claim, error) {
	var katas []session.Kata
	for _, kata := range p.katas {
		if _, there := r.who[kata.ID]; !there {
			continue
		}
		if r.src.Kind == source.KindWrong {
			// What else it breaks, and how long that takes, is not claimed.
			kata.Specs = wantedOf(r.src.Answers[kata.ID], kata)
		}
		katas = append(katas, kata)
	}
	runs, err := p.grade(ctx, r.src, katas, seed)
	if err != nil {
		return nil, err
	}
	claims := map[string]Claim{}
	for i, kata := range katas {
		var cards []score.KataCard
		for _, cardsOfRun := range runs {
			cards = append(cards, cardsOfRun[i])
		}
		claims[kata.ID] = check(r.src.Kind, r.who[kata.ID], kata, r.src.Answers[kata.ID], cards)
	}
	return claims, nil
}

// grade runs the answers as often as asked and judges each run by itself.
func (p *prover) grade(ctx context.Context, src source.Source, katas []session.Kata, seed uint64) ([][]score.KataCard, error) {
	o := p.options
	o.Seed = seed
	repeat := max(1, o.Repeat)
	if src.Kind == source.KindStub {
		// A stub panics in every spec, and that is no matter of luck.
		repeat = 1
	}
	o.Repeat, o.Apart = repeat, true
	return session.GradeRuns(ctx, src, katas, o)
}

func (p *prover) proof(rounds []map[string]Claim) Proof {
	proof := Proof{Schema: Schema, Proved: true, Seed: p.options.Seed, Katas: []KataProof{}}
	for _, id := range p.ids {
		kata := KataProof{ID: id}
		for _, claims := range rounds {
			if claim, there := claims[id]; there {
				kata.Claims = append(kata.Claims, claim)
				proof.Proved = proof.Proved && claim.Proved()
			}
		}
		proof.Katas = append(proof.Katas, kata)
	}
	return proof
}
