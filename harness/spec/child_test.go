package spec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if lostChild() {
		os.Exit(3)
	}
	os.Exit(m.Run())
}

var (
	speaker = Child("spec/speaker", func(arguments []string) int {
		fmt.Printf("%q", arguments)
		return 7
	})
	// A child plays its role while the package is initialised, wherever it is
	// declared.
	quiet = Child("spec/quiet", func([]string) int { return 0 })
)

func TestChildPlaysItsRole(t *testing.T) {
	for _, c := range []struct {
		why    string
		role   Role
		with   []string
		says   string
		status int
	}{
		{"its arguments arrive and its status comes back", speaker, []string{"one", "two words", "", "-test.v"}, `["one" "two words" "" "-test.v"]`, 7},
		{"it needs no arguments", speaker, nil, `[]`, 7},
		{"another role of the same binary", quiet, nil, "", 0},
		{"a role that nobody declared runs no test instead", Role{"spec/unknown"}, nil, "", 3},
		{"nor does one whose name only begins like another", Role{"spec/speak"}, nil, "", 3},
	} {
		t.Run(c.why, func(t *testing.T) {
			line := c.role.Command(c.with...)
			command := exec.CommandContext(t.Context(), line[0], line[1:]...)
			// Without it, a child of a race binary sleeps a second at exit.
			command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
			output, err := command.Output()
			status := 0
			if exit := new(exec.ExitError); errors.As(err, &exit) {
				status, err = exit.ExitCode(), nil
			}
			if err != nil || status != c.status || string(output) != c.says {
				t.Errorf("status %d, says %q, %v; want %d, %q", status, output, err, c.status, c.says)
			}
		})
	}
}

// Whoever declares a role twice would get the wrong one.
func TestRolesHaveDifferentNames(t *testing.T) {
	defer func() {
		if said := recover(); said == nil || !strings.Contains(fmt.Sprint(said), "spec/speaker") {
			t.Errorf("a second role of that name: %v", said)
		}
	}()
	Child("spec/speaker", func([]string) int { return 1 })
}
