package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// Needed is the oldest Go that the project builds with.
const Needed = "go1.26"

// Toolchain is what compiles answers here.
type Toolchain struct {
	// Go is the version, such as "go1.26.8".
	Go string
	// NoRace says why the race detector can't be had, and how to get it; empty
	// if it can.
	NoRace string
	// The go command's own folders, as go env has them.
	Root, Cache, Modules string
}

// ErrTooOld is what Probe returns for a Go older than Needed.
var ErrTooOld = errors.New("this Go is too old")

// Probe finds the go command and whether it can build with the race detector,
// which needs a C compiler.
func Probe(ctx context.Context) (Toolchain, error) {
	var text bytes.Buffer
	err := call(ctx, sandbox.Trusted, "go", sandbox.Command{
		Arguments:   []string{"env", "-json", "GOVERSION", "CGO_ENABLED", "CC", "GOOS", "GOARCH", "GOROOT", "GOCACHE", "GOMODCACHE"},
		Environment: os.Environ(), Stdout: &text,
	})
	if err != nil {
		return Toolchain{}, fmt.Errorf("run go env: %w (is Go installed and in PATH? https://go.dev/dl)", err)
	}
	var env struct{ GOVERSION, CGO_ENABLED, CC, GOOS, GOARCH, GOROOT, GOCACHE, GOMODCACHE string }
	if err := json.Unmarshal(text.Bytes(), &env); err != nil {
		return Toolchain{}, fmt.Errorf("read go env: %w", err)
	}
	t := Toolchain{Go: env.GOVERSION, Root: env.GOROOT, Cache: env.GOCACHE, Modules: env.GOMODCACHE}
	if version.IsValid(t.Go) && version.Compare(t.Go, Needed) < 0 {
		return t, fmt.Errorf("%w: it is %s, and %s or later is needed (https://go.dev/dl)", ErrTooOld, t.Go, Needed)
	}
	compiler, _, _ := strings.Cut(env.CC, " ")
	if _, err := exec.LookPath(compiler); err != nil {
		t.NoRace = fmt.Sprintf("there is no C compiler (%s), which the race detector needs: %s", compiler, installCompiler())
	} else if env.CGO_ENABLED == "0" && runtime.GOOS != "darwin" {
		t.NoRace = "cgo is switched off (CGO_ENABLED=0), and the race detector needs it: unset CGO_ENABLED"
	}
	return t, nil
}

// installCompiler says how to get a C compiler on this system.
func installCompiler() string {
	if runtime.GOOS == "darwin" {
		return "xcode-select --install"
	}
	for _, manager := range []struct{ program, command string }{
		{"apt-get", "sudo apt-get install gcc libc6-dev"},
		{"dnf", "sudo dnf install gcc"},
		{"apk", "sudo apk add gcc musl-dev"},
		{"pacman", "sudo pacman -S gcc"},
		{"zypper", "sudo zypper install gcc"},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.command
		}
	}
	return "install gcc or clang"
}

// Environment describes what the answers are run with, in a sandbox.
func (t Toolchain) Environment(box *sandbox.Sandbox) report.Environment {
	return report.Environment{
		Go:      t.Go,
		OS:      runtime.GOOS + "/" + runtime.GOARCH,
		Race:    t.NoRace == "",
		NoRace:  t.NoRace,
		Rung:    box.Rung.String(),
		Missing: box.Rung.Missing(),
	}
}
