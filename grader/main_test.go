package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/concurrency-dojo/dojo/grader/command"
	"github.com/concurrency-dojo/dojo/grader/notebook"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dojo": func() { os.Exit(command.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the transcripts: each in a clone of its own, as a user would.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("transcripts build and run katas")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"edit": edit},
	})
}

// setUp makes the clone and lets it share the caches of this machine.
func setUp(env *testscript.Env) error {
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS", "GOROOT"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return fmt.Errorf("go env %s: %w", name, err)
		}
		env.Setenv(name, strings.TrimSpace(string(value)))
	}
	env.Setenv("GOPROXY", "off")
	env.Setenv("GOTOOLCHAIN", "local")
	clone := filepath.Join(env.WorkDir, "dojo")
	env.Cd = clone
	return copyTree("..", clone)
}

// copyTree copies what git would clone: everything but its own folder, what is built
// and what is remembered.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if relative == ".git" || relative == "bin" || relative == notebook.Folder {
			return filepath.SkipDir
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		about, err := entry.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, about.Mode().Perm())
	})
}

// escapes are what edit takes for characters that a script can't hold well.
var escapes = strings.NewReplacer(`\n`, "\n", `\t`, "\t")

// edit FILE OLD NEW replaces the one place where OLD stands.
func edit(ts *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	file := ts.MkAbs(arguments[0])
	text, err := os.ReadFile(file)
	ts.Check(err)
	before, after := escapes.Replace(arguments[1]), escapes.Replace(arguments[2])
	if n := strings.Count(string(text), before); n != 1 {
		ts.Fatalf("%s holds %q %d times", arguments[0], before, n)
	}
	ts.Check(os.WriteFile(file, []byte(strings.Replace(string(text), before, after, 1)), 0o644))
}
