package run

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

func TestProbe(t *testing.T) {
	fake := func(answer string) func(*testing.T) {
		return func(t *testing.T) {
			folder := t.TempDir()
			script := "#!/bin/sh\n" + answer + "\n"
			if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
		}
	}
	env := func(version, cgo, compiler string) func(*testing.T) {
		return fake(`echo '{"GOVERSION":"` + version + `","CGO_ENABLED":"` + cgo + `","CC":"` + compiler + `","GOOS":"linux","GOARCH":"amd64"}'`)
	}
	for _, c := range []struct {
		why     string
		arrange func(*testing.T)
		version string
		noRace  string // a part of it
		fails   string
	}{
		{"the oldest Go that will do", env("go1.26", "1", "sh"), "go1.26", "", ""},
		{"a newer one", env("go1.30.2", "1", "sh"), "go1.30.2", "", ""},
		{"one that was built from its development says no number", env("devel go1.27-0123abc", "1", "sh"), "devel go1.27-0123abc", "", ""},
		{"one that is too old", env("go1.25.9", "1", "sh"), "go1.25.9", "", "go1.26 or later is needed"},
		{"a compiler with flags", env("go1.26.8", "1", "sh -m64"), "go1.26.8", "", ""},
		{"no C compiler", env("go1.26.8", "1", "/nowhere/cc"), "go1.26.8", "no C compiler (/nowhere/cc)", ""},
		{"neither compiler nor cgo: Go switches cgo off by itself then", env("go1.26.8", "0", "/nowhere/cc"), "go1.26.8", "no C compiler", ""},
		{"a compiler, but cgo is switched off", env("go1.26.8", "0", "sh"), "go1.26.8", "unset CGO_ENABLED", ""},
		{"something that is called go", fake("echo moves"), "", "", "read go env"},
		{"something that fails", fake("exit 1"), "", "", "go.dev/dl"},
		{"no Go at all", func(t *testing.T) { t.Setenv("PATH", t.TempDir()) }, "", "", "go.dev/dl"},
	} {
		t.Run(c.why, func(t *testing.T) {
			if runtime.GOOS == "darwin" && strings.Contains(c.noRace, "CGO_ENABLED") {
				t.Skip("Apple's Go has race detection without cgo")
			}
			c.arrange(t)
			got, err := Probe(t.Context())
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("%+v, %v", got, err)
				}
				if tooOld := strings.Contains(c.fails, "needed"); errors.Is(err, ErrTooOld) != tooOld {
					t.Errorf("ErrTooOld is %v: %v", !tooOld, err)
				}
				return
			}
			if err != nil || got.Go != c.version || (got.NoRace == "") != (c.noRace == "") || !strings.Contains(got.NoRace, c.noRace) {
				t.Errorf("%+v, %v", got, err)
			}
			if race := got.Environment(sandbox.Trusted).Race; race != (c.noRace == "") || got.Environment(sandbox.Trusted).NoRace != got.NoRace {
				t.Errorf("the environment says %+v", got.Environment(sandbox.Trusted))
			}
		})
	}
}

// Whoever runs this has a Go that will do.
func TestProbeOfThisMachine(t *testing.T) {
	got, err := Probe(t.Context())
	if err != nil || !strings.HasPrefix(got.Go, "go1.") && !strings.HasPrefix(got.Go, "devel") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCommand(t *testing.T) {
	folder := t.TempDir()
	output, err := Command(t.Context(), folder, []string{"WORD=hello"}, "sh", "-c", `echo $WORD; pwd -P; echo trouble >&2; exit 3`)
	real, _ := filepath.EvalSymlinks(folder)
	if err == nil || string(output) != "hello\n"+real+"\ntrouble\n" {
		t.Errorf("%q, %v", output, err)
	}
	if _, err := Command(t.Context(), folder, nil, filepath.Join(folder, "none")); err == nil {
		t.Error("a program that isn't there was run")
	}
}
