// Package prove checks the checks: that every stub fails every spec, that every
// reference passes, and that every wrong solution is caught by the spec and with
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
	// Claims are in the order stub, reference, wrong solutions by name.
	Claims []Claim `json:"claims"`
}

// Claim is one thing that was to be proved.
type Claim struct {
	// Who is "stub", "reference", or the name of a wrong solution.
	Who string `json:"who"`
	// Claim is what was to be proved, in words.
	Claim string `json:"claim"`
	// Complaints say what was found instead; none if it was proved.
	Complaints []string `json:"complaints"`
}

// Proved reports whether the claim held.
func (c Claim) Proved() bool { return len(c.Complaints) == 0 }

// atOnce is the number of rounds at a time: while one waits for answers that
// hang, another compiles.
const atOnce = 4

// Prove proves the katas. tell, which must be safe to be called from several
// goroutines, is told of each step.
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
	if ctx.Err() != nil {
		return Proof{}, context.Cause(ctx)
	}
	return p.proof(claims), nil
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
	for n := 0; ; n++ {
		wrong := round{name: fmt.Sprintf("wrong solutions, %d of each kata", n+1), who: map[string]string{}}
		wrong.src = source.Source{Kind: source.KindWrong, Answers: map[string]source.Answer{}}
		for _, id := range p.ids {
			names, err := source.WrongNames(p.options.Root, id)
			if err != nil {
				return nil, err
			}
			if n >= len(names) {
				continue
			}
			one, err := source.Wrong(p.options.Root, []string{id}, names[n])
			if err != nil {
				return nil, err
			}
			wrong.src.Answers[id] = one.Answers[id]
			wrong.who[id] = names[n]
		}
		if len(wrong.who) == 0 {
			return all, nil
		}
		all = append(all, wrong)
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
	var katas []session.Kata
	for _, kata := range p.katas {
		if _, there := r.who[kata.ID]; there {
			katas = append(katas, kata)
		}
	}
	runs, err := p.grade(ctx, r.src, katas)
	if err != nil {
		return nil, err
	}
	claims := map[string]Claim{}
	for i, kata := range katas {
		var cards []score.KataCard
		for _, cardsOfRun := range runs {
			cards = append(cards, cardsOfRun[i])
		}
		claims[kata.ID] = check(r.who[kata.ID], kata, r.src.Answers[kata.ID], cards)
	}
	return claims, nil
}

// grade runs the answers as often as asked and judges each run by itself.
func (p *prover) grade(ctx context.Context, src source.Source, katas []session.Kata) ([][]score.KataCard, error) {
	o := p.options
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
