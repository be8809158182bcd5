package watch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// lectern is a course that remembers what it was asked.
type lectern struct {
	hints  int
	resets []string
	opened string
	cards  []score.Scorecard
}

func (l *lectern) Standing() (score.Scorecard, error) { return standing(), nil }

func (l *lectern) Grade(_ context.Context, _ []string, _ bool, told func(kata, spec string, clean bool)) (score.Scorecard, error) {
	told("sync/tally", "one", true)
	next := l.cards[0]
	l.cards = l.cards[1:]
	return next, nil
}
func (l *lectern) Brief(kata string) (string, error) { return "the brief of " + kata, nil }
func (l *lectern) Hint(kata string) (string, error) {
	l.hints++
	return strings.Repeat("hint of "+kata+"\n", l.hints), nil
}
func (l *lectern) Avoided(string) (string, error) { return "what you avoided", nil }
func (l *lectern) Scorecard(card score.Scorecard) (string, error) {
	return "the scorecard of " + card.Katas[0].ID + "\n", nil
}
func (l *lectern) Reset(kata string) (string, error) {
	l.resets = append(l.resets, kata)
	return "the stub is back", nil
}
func (l *lectern) Editor(file string, _ int) (tea.ExecCommand, error) {
	l.opened = file
	return nil, errors.New("no editor here")
}

func standing() score.Scorecard {
	specs := []score.SpecCard{{ID: "one", Name: "counts"}, {ID: "two", Name: "counts for a crowd"}}
	return score.Scorecard{Katas: []score.KataCard{
		{ID: "sync/lock", Title: "A lock", Level: 2, Verdict: score.KataNotAttempted, Specs: slices.Clone(specs)},
		{ID: "sync/tally", Title: "A tally", Level: 1, Verdict: score.KataNotAttempted, Specs: slices.Clone(specs)},
	}}
}

func result(kata string, second score.SpecVerdict) score.Scorecard {
	card := score.KataCard{ID: kata, Verdict: score.KataPass, Specs: []score.SpecCard{
		{ID: "one", Name: "counts", Verdict: score.SpecPass, Runs: score.Runs{Passed: 1, Total: 1}},
		{ID: "two", Name: "counts for a crowd", Verdict: second, Runs: score.Runs{Total: 1}},
	}}
	if second != score.SpecPass {
		card.Verdict = score.KataPartial
		card.Specs[1].Diagnosis = &score.Diagnosis{Kind: string(second), Summary: "Some were lost.", Where: []score.Place{{File: "katas/" + kata + "/tally.go", Line: 7}}}
	}
	return score.Scorecard{Katas: []score.KataCard{card}}
}

// table is a desk at which nobody sits.
func table(t *testing.T) (*desk, *lectern, *[]string) {
	t.Helper()
	l := &lectern{}
	d := newDesk(l, standing(), false)
	var asked []string
	d.ask = func(katas ...string) { asked = append(asked, katas...) }
	return d, l, &asked
}

// do hands a desk messages, and what comes of them.
func do(d *desk, messages ...tea.Msg) {
	for _, message := range messages {
		if _, command := d.Update(message); command != nil {
			if next := command(); next != nil {
				do(d, next)
			}
		}
	}
}

func press(name string) tea.KeyPressMsg {
	if name == "esc" {
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func shows(t *testing.T, d *desk, want ...string) {
	t.Helper()
	screen := d.View().Content
	for _, text := range want {
		if !strings.Contains(screen, text) {
			t.Errorf("the screen lacks %q:\n%s", text, screen)
		}
	}
}

func TestOpensAtTheEasiestKata(t *testing.T) {
	d, _, asked := table(t)
	shows(t, d, "sync/tally", "· counts for a crowd", "waiting for a save")
	if do(d, d.Init()); len(*asked) > 0 {
		t.Errorf("a kata that nobody has begun is graded: %q", *asked)
	}
}

func TestGoesOnWithWhatWasBegun(t *testing.T) {
	l := &lectern{}
	begun := standing()
	begun.Katas[0].Verdict = score.KataPartial
	d := newDesk(l, begun, false)
	var asked []string
	d.ask = func(katas ...string) { asked = append(asked, katas...) }
	d.Init()()
	if want := []string{"sync/lock"}; !slices.Equal(asked, want) {
		t.Errorf("graded %q, want %q", asked, want)
	}
}

func TestFollowsASave(t *testing.T) {
	d, _, _ := table(t)
	do(d, begun{katas: []string{"sync/lock"}}, specRun{"sync/lock", "one", true}, specRun{"sync/lock", "two", false})
	shows(t, d, "sync/lock", "✔ counts\n", "✘ counts for a crowd", "grading …")
	do(d, graded{card: result("sync/lock", score.SpecWrong)})
	shows(t, d, "✘ wrong  counts for a crowd", "Some were lost.", "at katas/sync/lock/tally.go:7", "waiting for a save")
}

func TestTellsWhatWasAvoidedOnceItPassedAgain(t *testing.T) {
	d, l, _ := table(t)
	l.cards = []score.Scorecard{result("sync/tally", score.SpecPass), result("sync/tally", score.SpecPass)}
	if !grade(t.Context(), l, []string{"sync/tally"}, func(m tea.Msg) {
		do(d, m)
		if g, is := m.(graded); is && g.more {
			shows(t, d, "✔ counts for a crowd", "passed; running it again", "1 of 2 solved")
		}
	}) {
		t.Error("a whole grading was not done")
	}
	shows(t, d, "what you avoided", "passed once")
}

func TestSaysSoIfItFailsOnlyWhenRunAgain(t *testing.T) {
	d, l, _ := table(t)
	l.cards = []score.Scorecard{result("sync/tally", score.SpecPass), result("sync/tally", score.SpecRace)}
	grade(t.Context(), l, []string{"sync/tally"}, func(m tea.Msg) { do(d, m) })
	shows(t, d, "✘ race  counts for a crowd", "failed when it was run again", "0 of 2 solved")
}

func TestASaveDuringAGradingLeavesItUndone(t *testing.T) {
	_, l, _ := table(t)
	l.cards = []score.Scorecard{result("sync/tally", score.SpecPass)}
	ctx, saved := context.WithCancel(t.Context())
	var told []tea.Msg
	if grade(ctx, l, []string{"sync/tally"}, func(m tea.Msg) { told = append(told, m); saved() }) {
		t.Error("a grading that a save has ended was done")
	}
	for _, m := range told {
		if _, is := m.(graded); is {
			t.Error("what a save has ended was shown as a result")
		}
	}
}

func TestKeysDoWhatTheySay(t *testing.T) {
	d, l, asked := table(t)
	do(d, press("h"))
	shows(t, d, "hint of sync/tally")
	if do(d, press("h")); l.hints != 2 {
		t.Errorf("%d hints after two presses", l.hints)
	}
	do(d, press("b"))
	shows(t, d, "the brief of sync/tally")
	do(d, press("esc"))
	shows(t, d, "· counts for a crowd")
	do(d, press("l"), press("n"))
	shows(t, d, "▸ ○ lock", "  ○ tally")
	do(d, press("l"), press("?"))
	shows(t, d, "put the stub back")
	if do(d, press("?"), press("a")); len(*asked) > 0 {
		t.Errorf("nothing was begun, and %q is graded", *asked)
	}
	shows(t, d, "Nothing was begun yet.")
	if do(d, press("e")); l.opened != "katas/sync/lock/lock.go" {
		t.Errorf("opened %q", l.opened)
	}
	shows(t, d, "no editor here")
}

func TestResetAsks(t *testing.T) {
	d, l, _ := table(t)
	do(d, press("r"))
	shows(t, d, "nothing to reset")
	do(d, begun{katas: []string{"sync/tally"}}, graded{card: result("sync/tally", score.SpecWrong)}, press("r"))
	shows(t, d, "Put the stub of sync/tally back?")
	if do(d, press("x")); len(l.resets) > 0 {
		t.Fatal("reset without a yes")
	}
	do(d, press("r"), press("y"))
	shows(t, d, "the stub is back")
	if want := []string{"sync/tally"}; !slices.Equal(l.resets, want) {
		t.Errorf("reset %q, want %q", l.resets, want)
	}
}

func TestAnErrorOpensWhatFailed(t *testing.T) {
	d, l, _ := table(t)
	do(d, begun{katas: []string{"sync/tally"}}, graded{card: result("sync/tally", score.SpecWrong)}, press("e"))
	if l.opened != "katas/sync/tally/tally.go" {
		t.Errorf("opened %q", l.opened)
	}
}

func TestFitsEveryScreen(t *testing.T) {
	d, _, _ := table(t)
	do(d, begun{katas: []string{"sync/tally"}}, graded{card: result("sync/tally", score.SpecWrong)})
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 40, Height: 16}, {Width: 20, Height: 8}, {Width: 200, Height: 60}} {
		do(d, size)
		for range 50 {
			do(d, press("j"))
		}
		screen := strings.Split(d.View().Content, "\n")
		if len(screen) > size.Height {
			t.Errorf("%d lines on a screen of %d", len(screen), size.Height)
		}
		for _, line := range screen {
			if width := lipgloss.Width(line); width > size.Width {
				t.Errorf("%d columns on a screen of %d: %q", width, size.Width, line)
			}
		}
	}
}

func TestLinesSayWhatADeskShows(t *testing.T) {
	l := &lectern{}
	passed, raced := result("sync/tally", score.SpecPass), result("sync/tally", score.SpecRace)
	for _, c := range []struct {
		name  string
		g     graded
		again bool
		want  string
	}{
		{"a first run", graded{card: passed, more: true}, false, "the scorecard of sync/tally\n"},
		{"passed again", graded{card: passed}, true, "Run again with the schedule disturbed: passed once.\nwhat you avoided"},
		{"failed when run again", graded{card: raced}, true, "the scorecard of sync/tally\n"},
		{"an error", graded{err: errors.New("no Go")}, false, "dojo: no Go\n"},
	} {
		if got := line(l, c.g, c.again); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
