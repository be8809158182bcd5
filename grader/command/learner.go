package command

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"

	"github.com/concurrency-dojo/dojo/grader/notebook"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stub"
	"github.com/concurrency-dojo/dojo/katas"
)

// standing is where a learner is: what stands in the tree, and what the notebook
// knows of it.
type standing struct {
	card score.Scorecard
	// unknown are the katas that were begun, and not graded since they, or their
	// specs, were last changed.
	unknown []string
}

// stand finds out where the learner is with these katas, without grading any.
func stand(root string, rows []katas.Kata) (standing, error) {
	known, err := syllabus(root, rows)
	if err != nil {
		return standing{}, err
	}
	learner, err := source.Learner(root, catalogIDs(rows))
	if err != nil {
		return standing{}, err
	}
	graded := notebook.Read(root).Graded
	var s standing
	var cards []score.KataCard
	for i, kata := range known {
		card := score.KataCard{ID: kata.ID, Title: kata.Title, Level: kata.Level, Verdict: score.KataNotAttempted}
		for _, spec := range kata.Specs {
			card.Max += spec.Points
		}
		if rows[i].Linux && runtime.GOOS != "linux" {
			card.Verdict = score.KataSkipped
		} else if !stub.Untouched(learner.Answers[kata.ID].Files) {
			digest, err := digestOf(root, learner.Answers[kata.ID])
			if err != nil {
				return standing{}, err
			}
			last := graded[kata.ID]
			if last.Digest != digest {
				s.unknown = append(s.unknown, kata.ID)
				last = notebook.Grading{Verdict: string(score.KataPartial), Max: card.Max}
			}
			card.Verdict, card.Score, card.Max = score.KataVerdict(last.Verdict), last.Score, last.Max
		}
		cards = append(cards, card)
	}
	s.card = score.Sum(score.Source{Kind: string(source.KindLearner)}, score.Environment{Race: true}, cards)
	return s, nil
}

// remember writes into the notebook what became of the learner's answers.
func remember(root string, learner source.Source, cards []score.KataCard) error {
	gradings := map[string]notebook.Grading{}
	for _, card := range cards {
		switch card.Verdict {
		case score.KataPass, score.KataPartial, score.KataFail, score.KataRefused, score.KataBroken:
			digest, err := digestOf(root, learner.Answers[card.ID])
			if err != nil {
				return err
			}
			gradings[card.ID] = notebook.Grading{Digest: digest, Verdict: string(card.Verdict), Score: card.Score, Max: card.Max}
		}
	}
	if len(gradings) == 0 {
		return nil
	}
	return notebook.Write(root, func(n *notebook.Notebook) { maps.Copy(n.Graded, gradings) })
}

// digestOf identifies an answer and the specs that it is held to.
func digestOf(root string, answer source.Answer) (string, error) {
	specs, err := filepath.Glob(filepath.Join(root, "katas", filepath.FromSlash(answer.Kata), "*_test.go"))
	if err != nil {
		return "", err
	}
	all := source.Answer{Kata: answer.Kata, Files: maps.Clone(answer.Files)}
	for _, spec := range specs {
		if all.Files[filepath.Base(spec)], err = os.ReadFile(spec); err != nil {
			return "", err
		}
	}
	return source.Source{Answers: map[string]source.Answer{answer.Kata: all}}.Digest(), nil
}

// solved are those of the katas that are known to be solved, if it is the learner's
// answers that are graded.
func solved(root string, src source.Source, rows []katas.Kata) map[string]bool {
	known := map[string]bool{}
	if src.Kind != source.KindLearner {
		return known
	}
	// What can't be found out now will be complained of by the grading.
	where, _ := stand(root, rows)
	for _, card := range where.card.Katas {
		known[card.ID] = card.Verdict == score.KataPass
	}
	return known
}

// praise tells, of a kata that is solved for the first time, which bugs its answer
// does not have.
func praise(t terminal, root string, before map[string]bool, card score.Scorecard) error {
	for _, kata := range card.Katas {
		if kata.Verdict != score.KataPass || before[kata.ID] {
			continue
		}
		fmt.Fprintln(t.out)
		if err := avoided(t.out, root, kata.ID, renderOptions(t.out)); err != nil {
			return err
		}
	}
	return nil
}
