package editor

import (
	"errors"
	"slices"
	"testing"
)

func TestOpensAtTheLine(t *testing.T) {
	for _, c := range []struct {
		editor string
		want   []string
	}{
		{"vim", []string{"+7", "/k/tally.go"}},
		{"/usr/bin/nano", []string{"+7", "/k/tally.go"}},
		{"/opt/bin/code", []string{"--goto", "/k/tally.go:7"}},
		{"hx", []string{"/k/tally.go:7"}},
	} {
		if got := at(c.editor, "/k/tally.go", 7); !slices.Equal(got, c.want) {
			t.Errorf("%s is called with %q, want %q", c.editor, got, c.want)
		}
	}
}

func TestTakesTheUsersWord(t *testing.T) {
	t.Setenv("EDITOR", "false")
	t.Setenv("VISUAL", "true --wait")
	e, err := Open("a.go", 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"true", "--wait", "+3", "a.go"}; !slices.Equal(e.Args, want) {
		t.Errorf("arguments %q, want %q", e.Args, want)
	}
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "no-such-editor")
	if _, err := Open("a.go", 3); err == nil {
		t.Error("an editor that is not there was opened")
	}
	t.Setenv("EDITOR", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := Open("a.go", 3); !errors.Is(err, ErrNone) {
		t.Errorf("without any editor: %v, want ErrNone", err)
	}
}
