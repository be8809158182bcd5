package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestWatchOnATerminal sits at watch as a learner does: with real keys, and with the
// ways in which editors save.
func TestWatchOnATerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("watch builds and runs a kata")
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	s := sitDown(t)
	const stub = "katas/sync/tally/tally.go"
	s.sees("0 of 38 solved", "sync/tally", "waiting for a save")

	s.truncates(stub, "solutions/sync/tally/wrong/livemap/tally.go")
	s.sees("✘", "at katas/sync/tally/tally.go:")

	s.presses("h")
	s.sees("Where to look")
	s.presses("h")
	s.sees("Which tool")
	s.presses("Escape")
	s.sees("at katas/sync/tally/tally.go:")
	s.presses("e")
	s.sees("waiting for a save")
	if opened, err := os.ReadFile(filepath.Join(s.clone, "opened")); err != nil || !strings.Contains(string(opened), stub) {
		t.Errorf("the editor was called with %q (%v), want the failing line of %s", opened, err, stub)
	}

	s.renames(stub, "solutions/sync/tally/tally.go")
	s.sees("1 of 38 solved", "Solved.", "Run again with the schedule disturbed")

	s.presses("n")
	s.sees("sync/lock", "is held by one handle at a time")
	s.presses("p", "r")
	s.sees("Put the stub of sync/tally back?")
	s.presses("y")
	s.sees("0 of 38 solved", "not attempted")
	s.presses("q")
	s.leaves()
}

// seat is a terminal at which dojo watch runs.
type seat struct {
	*testing.T
	clone, server string
}

func sitDown(t *testing.T) *seat {
	s := &seat{T: t, clone: filepath.Join(t.TempDir(), "dojo"), server: filepath.Join(t.TempDir(), "tmux")}
	env := &testscript.Env{WorkDir: filepath.Dir(s.clone)}
	if err := setUp(env); err != nil {
		t.Fatal(err)
	}
	// Reset asks git for the stub.
	for _, line := range []string{"init -q", "add -A katas", "-c user.name=l -c user.email=l@localhost commit -q -m stubs"} {
		git := exec.Command("git", strings.Fields(line)...)
		git.Dir = s.clone
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", line, err, out)
		}
	}
	editor := filepath.Join(s.clone, "editor")
	if err := os.WriteFile(editor, []byte("#!/bin/sh\necho \"$@\" >opened\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.tmux(append(env.Vars, "VISUAL="+editor, "TERM=xterm-256color"),
		"-f", os.DevNull, "new-session", "-d", "-s", "seat", "-x", "90", "-y", "40", "-c", s.clone, "dojo watch; echo \"left with $?\"; exec cat")
	t.Cleanup(func() { s.tmux(nil, "kill-server") })
	return s
}

func (s *seat) tmux(env []string, arguments ...string) string {
	s.Helper()
	command := exec.Command("tmux", append([]string{"-S", s.server}, arguments...)...)
	command.Env = append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	if err != nil {
		s.Fatalf("tmux %q: %v\n%s", arguments, err, out)
	}
	return string(out)
}

// sees waits until the screen shows all of the texts.
func (s *seat) sees(texts ...string) {
	s.Helper()
	// A grading that takes longer than this was not slow, it was lost.
	lost := time.Now().Add(10 * time.Minute)
	for {
		screen := s.tmux(nil, "capture-pane", "-p", "-t", "seat")
		missing := ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(lost) {
			s.Fatalf("the screen lacks %q:\n%s", missing, screen)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *seat) presses(keys ...string) {
	s.Helper()
	for _, key := range keys {
		s.tmux(nil, "send-keys", "-t", "seat", key)
	}
}

// truncates saves by writing into the file that is there.
func (s *seat) truncates(file, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.clone, file), s.read(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

// renames saves as vim does: the old file is moved out of the way and a new one
// written, beside a swap file and a probe that come and go.
func (s *seat) renames(file, text string) {
	s.Helper()
	file = filepath.Join(s.clone, file)
	folder, name := filepath.Split(file)
	for _, step := range []func() error{
		func() error { return os.WriteFile(filepath.Join(folder, "."+name+".swp"), nil, 0o644) },
		func() error { return os.WriteFile(filepath.Join(folder, "4913"), nil, 0o644) },
		func() error { return os.Remove(filepath.Join(folder, "4913")) },
		func() error { return os.Rename(file, file+"~") },
		func() error { return os.WriteFile(file, s.read(text), 0o644) },
		func() error { return os.Remove(file + "~") },
		func() error { return os.Remove(filepath.Join(folder, "."+name+".swp")) },
	} {
		if err := step(); err != nil {
			s.Fatal(fmt.Errorf("save as vim does: %w", err))
		}
	}
}

func (s *seat) read(file string) []byte {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(s.clone, file))
	if err != nil {
		s.Fatal(err)
	}
	return text
}

// leaves waits until watch has ended well and given the terminal back.
func (s *seat) leaves() {
	s.Helper()
	s.sees("left with 0")
}
