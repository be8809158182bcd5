package command

import (
	"context"
	"io"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/concurrency-dojo/dojo/grader/editor"
	"github.com/concurrency-dojo/dojo/grader/lesson"
	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/katas"
)

// course tells the desk of watch what the other commands tell on their own.
type course struct {
	root  string
	rows  []katas.Kata
	out   io.Writer
	color bool
	// status is where it says what a grading is at, nil for a desk that shows it itself.
	status io.Writer
}

// options are those of a text that is laid out for the screen as it is now.
func (c *course) options() render.Options {
	return render.Options{Color: c.color, Width: terminalWidth(c.out)}
}

// Standing has the specs of each kata, those of a solved one as passed.
func (c *course) Standing() (score.Scorecard, error) {
	where, err := stand(c.root, c.rows)
	if err != nil {
		return score.Scorecard{}, err
	}
	known, err := syllabus(c.root, c.rows)
	if err != nil {
		return score.Scorecard{}, err
	}
	for i := range where.card.Katas {
		kata := &where.card.Katas[i]
		for _, spec := range known[i].Specs {
			card := score.SpecCard{ID: spec.ID, Name: spec.Name, Points: spec.Points}
			if kata.Verdict == score.KataPass {
				card.Verdict = score.SpecPass
			}
			kata.Specs = append(kata.Specs, card)
		}
	}
	return where.card, nil
}

// Grade is the grading of make grade.
func (c *course) Grade(ctx context.Context, ids []string, again bool, told func(kata, spec string, clean bool)) (score.Scorecard, error) {
	rows, err := selectKatas(ids)
	if err != nil {
		return score.Scorecard{}, err
	}
	src, err := source.Learner(c.root, ids)
	if err != nil {
		return score.Scorecard{}, err
	}
	grading := gradeCommand{Repeat: 1}
	if again {
		grading.Repeat = 0
	}
	said := func(run.Progress) {}
	if c.status != nil {
		line := newStatusLine(c.status)
		defer line.end()
		said = line.tell
	}
	return grading.graded(ctx, c.root, src, rows, sandbox.Best(), func(step run.Progress) {
		said(step)
		if step.Spec != "" {
			told(step.Kata, step.Spec, step.Clean)
		}
	})
}

// Brief is that of show.
func (c *course) Brief(kata string) (string, error) {
	text, err := lesson.Brief(c.root, kata)
	return render.Passage(text, c.options()), err
}

// Hint is that of hint.
func (c *course) Hint(kata string) (string, error) {
	text, err := hint(c.root, kata, 0)
	return render.Passage(text, c.options()), err
}

// Scorecard is what grade prints.
func (c *course) Scorecard(card score.Scorecard) (string, error) {
	var text strings.Builder
	terminal, _ := render.Lookup("terminal")
	err := terminal.Render(&text, card, c.options())
	return text.String(), err
}

// Avoided is what is said after the first pass.
func (c *course) Avoided(kata string) (string, error) {
	var text strings.Builder
	err := avoided(&text, c.root, kata, c.options())
	return text.String(), err
}

// Reset is reset, agreed to.
func (c *course) Reset(kata string) (string, error) {
	files, err := begun(c.root, kata)
	if err != nil || files == nil {
		return "It is as it was: nothing to reset.", err
	}
	return reset(c.root, kata, files)
}

// Editor opens the learner's own editor.
func (c *course) Editor(file string, line int) (tea.ExecCommand, error) {
	return editor.Open(filepath.Join(c.root, filepath.FromSlash(file)), line)
}
