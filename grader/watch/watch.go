// Package watch sits beside the editor of somebody who works on katas: what is saved
// is graded at once, and shown.
//
// saves.go tells which katas were saved. The rest is a program for the terminal, in
// the way of The Elm Architecture: desk.go is the state and what changes it, keys.go
// what the keys do, view.go how it looks. What a desk needs to be told, it asks its
// Course.
package watch

import (
	"context"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// Course is what a desk asks of the rest of the program. Its methods may be called
// from any goroutine.
type Course interface {
	// Standing is where the learner is with the katas, found without grading any; of
	// their specs, verdicts aside, it has all.
	Standing() (score.Scorecard, error)
	// Grade grades the learner's answers: once as they are or, again, as often as
	// there is time for with their schedule disturbed. It tells of each spec that was
	// run for the first time, and whether nothing speaks against it.
	Grade(ctx context.Context, katas []string, again bool, told func(kata, spec string, clean bool)) (score.Scorecard, error)
	// Brief is what a kata promises.
	Brief(kata string) (string, error)
	// Hint is the next one that was not seen, and remembers that it is now.
	Hint(kata string) (string, error)
	// Scorecard is a grading as it is printed.
	Scorecard(score.Scorecard) (string, error)
	// Avoided tells of classic bugs that a solved kata's answer does not have.
	Avoided(kata string) (string, error)
	// Reset puts a stub back, and says where it keeps what was there.
	Reset(kata string) (said string, err error)
	// Editor opens a file of the tree at a line, for as long as it runs.
	Editor(file string, line int) (tea.ExecCommand, error)
}

// Run shows a desk until its user leaves or ctx ends.
func Run(ctx context.Context, root string, katas []string, course Course, in io.Reader, out io.Writer, color bool) error {
	standing, err := course.Standing()
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	asked := make(chan []string)
	d := newDesk(course, standing, color)
	d.ask = func(katas ...string) {
		select {
		case asked <- katas:
		case <-ctx.Done():
		}
	}
	program := tea.NewProgram(d, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	watched := make(chan error, 1)
	go func() {
		err := Saves(ctx, root, katas, asked, func(ctx context.Context, saved []string) (done bool) {
			return grade(ctx, course, saved, program.Send)
		})
		watched <- err
		program.Quit()
	}()
	_, err = program.Run()
	interrupted := ctx.Err()
	leave()
	if failed := <-watched; failed != nil {
		return failed
	}
	if interrupted != nil {
		return context.Cause(ctx)
	}
	return err
}

// Lines prints, where there is no terminal, what a desk would show of each save.
func Lines(ctx context.Context, root string, katas []string, course Course, out io.Writer) error {
	return Saves(ctx, root, katas, nil, func(ctx context.Context, saved []string) (done bool) {
		again := false
		return grade(ctx, course, saved, func(message tea.Msg) {
			g, over := message.(graded)
			if !over {
				return
			}
			fmt.Fprint(out, line(course, g, again))
			again = g.more
		})
	})
}

// line is what Lines prints of a grading.
func line(course Course, g graded, again bool) string {
	text, err := "", g.err
	switch {
	case err != nil:
	case again && whole(g.card):
		text = passedAgain(g.card) + "\n"
		if len(g.card.Katas) == 1 {
			var avoided string
			avoided, err = course.Avoided(g.card.Katas[0].ID)
			text += avoided
		}
	default:
		text, err = course.Scorecard(g.card)
	}
	if err != nil {
		return text + "dojo: " + err.Error() + "\n"
	}
	return text
}

// grade grades what was saved and tells the desk of each step: a first run at once
// and then, if nothing speaks against it, more of them until the next save. It
// reports whether the first run was told whole.
func grade(ctx context.Context, course Course, katas []string, tell func(tea.Msg)) (done bool) {
	tell(begun{katas: katas})
	told := func(kata, spec string, clean bool) { tell(specRun{kata, spec, clean}) }
	card, err := course.Grade(ctx, katas, false, told)
	if ctx.Err() != nil {
		return false
	}
	more := err == nil && whole(card)
	tell(graded{card: card, err: err, more: more})
	if !more {
		return true
	}
	card, err = course.Grade(ctx, katas, true, func(string, string, bool) {})
	if ctx.Err() == nil {
		tell(graded{card: card, err: err})
	}
	return true
}

// whole reports whether all katas passed.
func whole(card score.Scorecard) bool {
	return len(card.Katas) > 0 && score.Solved(card.Katas) == len(card.Katas)
}
