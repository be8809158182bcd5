// Package prove checks the checks: that every stub fails every spec, that every
// reference passes, and that every wrong solution is caught by the spec and with
// the verdict that its "// want" line names.
package prove

import (
	"context"
	"fmt"
	"slices"
	"strings"

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

// Prove proves the katas. tell is told of each step.
func Prove(ctx context.Context, katas []session.Kata, o run.Options, tell func(step string)) (Proof, error) {
	p := &prover{katas: katas, options: o, claims: map[string][]Claim{}}
	for _, kata := range katas {
		p.ids = append(p.ids, kata.ID)
	}
	rounds, err := p.rounds()
	if err != nil {
		return Proof{}, err
	}
	for i, round := range rounds {
		tell(fmt.Sprintf("round %d of %d: %s", i+1, len(rounds), round.name))
		if err := p.round(ctx, round); err != nil {
			return Proof{}, err
		}
	}
	return p.proof(), nil
}

// prover collects claims.
type prover struct {
	katas   []session.Kata
	ids     []string
	options run.Options
	claims  map[string][]Claim
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

// round grades and checks one answer of each kata.
func (p *prover) round(ctx context.Context, r round) error {
	var katas []session.Kata
	for _, kata := range p.katas {
		if _, there := r.who[kata.ID]; there {
			katas = append(katas, kata)
		}
	}
	runs, err := p.grade(ctx, r.src, katas)
	if err != nil {
		return err
	}
	for i, kata := range katas {
		var cards []score.KataCard
		for _, cardsOfRun := range runs {
			cards = append(cards, cardsOfRun[i])
		}
		p.claims[kata.ID] = append(p.claims[kata.ID], check(r.who[kata.ID], kata, r.src.Answers[kata.ID], cards))
	}
	return nil
}

// grade runs the answers as often as asked and judges each run by itself.
func (p *prover) grade(ctx context.Context, src source.Source, katas []session.Kata) ([][]score.KataCard, error) {
	o := p.options
	repeat := max(1, o.Repeat)
	if src.Kind == source.KindStub {
		// A stub panics in every spec, and that is no matter of luck.
		repeat = 1
	}
	o.Repeat = repeat
	return session.GradeRuns(ctx, src, katas, o)
}

func (p *prover) proof() Proof {
	proof := Proof{Schema: Schema, Proved: true, Seed: p.options.Seed, Katas: []KataProof{}}
	for _, id := range p.ids {
		proof.Katas = append(proof.Katas, KataProof{ID: id, Claims: p.claims[id]})
		if slices.ContainsFunc(p.claims[id], func(c Claim) bool { return !c.Proved() }) {
			proof.Proved = false
		}
	}
	return proof
}

// check compares what was found in each run with what is claimed of who.
func check(who string, kata session.Kata, answer source.Answer, runs []score.KataCard) Claim {
	claim := Claim{Who: who, Complaints: []string{}}
	var judge func(score.KataCard) []string
	switch who {
	case "stub":
		claim.Claim = "fails every spec"
		judge = failsEverySpec
	case "reference":
		claim.Claim = "passes every spec"
		judge = passesEverySpec
	default:
		wants, complaints := readWants(answer, kata)
		claim.Claim = wants.String()
		claim.Complaints = append(claim.Complaints, complaints...)
		judge = wants.check
	}
	for n, card := range runs {
		for _, complaint := range judge(card) {
			if len(runs) > 1 {
				complaint = fmt.Sprintf("run %d of %d: %s", n+1, len(runs), complaint)
			}
			claim.Complaints = append(claim.Complaints, complaint)
		}
	}
	return claim
}

func failsEverySpec(card score.KataCard) (complaints []string) {
	if unusable := notRun(card); unusable != "" {
		return []string{unusable}
	}
	for _, spec := range card.Specs {
		if spec.Verdict == score.SpecPass || !spec.Verdict.Charged() {
			complaints = append(complaints, fmt.Sprintf("%q: %s", spec.Name, spec.Verdict))
		}
	}
	return complaints
}

func passesEverySpec(card score.KataCard) (complaints []string) {
	if unusable := notRun(card); unusable != "" {
		return []string{unusable}
	}
	for _, spec := range card.Specs {
		if spec.Verdict != score.SpecPass && spec.Verdict != score.SpecSkipped {
			complaints = append(complaints, told(spec))
		}
	}
	return complaints
}

// notRun says why no spec was run, "" if they were.
func notRun(card score.KataCard) string {
	switch card.Verdict {
	case score.KataRefused, score.KataBroken, score.KataVoid, score.KataNotAttempted:
		return fmt.Sprintf("%s: %s", card.Verdict, card.Message)
	}
	return ""
}

// told is a spec with what was found, for an author.
func told(spec score.SpecCard) string {
	text := fmt.Sprintf("%q: %s", spec.Name, kindOf(spec))
	if spec.Diagnosis == nil {
		return text
	}
	text += "\n" + spec.Diagnosis.Summary
	if spec.Diagnosis.Evidence != "" {
		text += "\n" + spec.Diagnosis.Evidence
	}
	return strings.ReplaceAll(text, "\n", "\n    ")
}

// kindOf is the verdict with its kind: "leak:zombie".
func kindOf(spec score.SpecCard) string {
	if spec.Diagnosis != nil {
		return spec.Diagnosis.Kind
	}
	return string(spec.Verdict)
}
