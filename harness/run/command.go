package run

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/concurrency-dojo/dojo/harness/buildcache"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// Has reports whether there is such a program in PATH.
func Has(program string) bool {
	_, err := sandbox.Program(program)
	return err == nil
}

// Command runs a program in folder and returns what it printed. It is for the
// measurements that compare the grader with what people would run instead.
func Command(ctx context.Context, folder string, environment []string, name string, arguments ...string) ([]byte, error) {
	var output bytes.Buffer
	err := call(ctx, sandbox.Trusted, name, sandbox.Command{
		Arguments: arguments, Environment: environment, Places: sandbox.Places{Work: folder}, Stdout: &output, Stderr: &output,
	})
	return output.Bytes(), err
}

// call runs a program of this machine's. It is an error if that fails.
func call(ctx context.Context, box *sandbox.Sandbox, name string, command sandbox.Command) (err error) {
	if command.Path, err = sandbox.Program(name); err != nil {
		return err
	}
	ended, err := box.Run(ctx, command)
	switch {
	case err != nil:
		return err
	case ended.Killed != "":
		return &overrun{ended.Killed}
	case ended.Signal != "":
		return fmt.Errorf("%s was ended by %s", name, ended.Signal)
	case ended.Code != 0:
		return fmt.Errorf("%s: exit status %d", name, ended.Code)
	}
	return nil
}

// overrun is what building fails with that takes more than it may.
type overrun struct{ limit sandbox.Killed }

func (o *overrun) Error() string { return "it took more " + overruns[o.limit] + " than it may" }

var overruns = map[sandbox.Killed]string{
	sandbox.KilledMemory:    "memory",
	sandbox.KilledProcesses: "processes",
	sandbox.KilledCPU:       "processor time",
}

// buildLimits are for compiling strangers' code: far more than a kata needs.
var buildLimits = report.Limits{
	CPU: 3 * time.Minute, Memory: 4 << 30, Processes: 4000, FileSize: 1 << 30, Disk: 2 << 30,
}

// mostErrors is how much is kept of what the compiler says, in bytes.
const mostErrors = 1 << 20

// goBuild runs go build in the tree at root. A stranger's code is compiled behind
// walls: it can't reach the network, and what it adds to the build cache goes into a
// folder of its own, so that nobody else links it.
func (c *compiler) goBuild(ctx context.Context, arguments []string, output io.Writer) error {
	o := c.options
	command := sandbox.Command{
		Arguments: arguments, Places: sandbox.Places{Work: o.Root}, Stdout: output, Stderr: output,
		Environment: append(os.Environ(), "GOEXPERIMENT=goroutineleakprofile", "GOFLAGS=-mod=readonly", "GOWORK=off",
			// Else it takes the path that links lead to, which the overlay doesn't name.
			"PWD="+o.Root),
	}
	box := sandbox.Trusted
	if o.stranger {
		box = o.sandbox()
		if err := c.wallIn(box, &command); err != nil {
			return err
		}
	}
	return call(ctx, box, "go", command)
}

// wallIn shows a build what it needs, and nothing else.
func (c *compiler) wallIn(box *sandbox.Sandbox, command *sandbox.Command) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	toolchain := c.options.Toolchain
	folder := filepath.Join(c.work, "build")
	temp := box.Places(folder).Temp
	command.Places = sandbox.Places{Host: folder, Work: c.options.Root, Temp: temp, Log: box.Places(folder).Log}
	command.Limits = buildLimits
	command.AsCaller = true
	command.Shown = []sandbox.Shown{
		{Path: "/usr", How: sandbox.ReadOnly},
		{Path: toolchain.Root, How: sandbox.ReadOnly},
		{Path: toolchain.Modules, How: sandbox.ReadOnly},
		{Path: c.options.Root, How: sandbox.ReadOnly},
		{Path: c.work, How: sandbox.Writable},
		{Path: toolchain.Cache, How: sandbox.ReadOnly},
		{Path: self, How: sandbox.ReadOnly},
	}
	for _, answer := range c.answers {
		if answer.Folder != "" && !answer.InPlace {
			command.Shown = append(command.Shown, sandbox.Shown{Path: answer.Folder, How: sandbox.ReadOnly})
		}
	}
	command.Environment = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + temp, "TMPDIR=" + temp, "LANG=C.UTF-8",
		"GOROOT=" + toolchain.Root, "GOMODCACHE=" + toolchain.Modules,
		"GOPROXY=off", "GOTOOLCHAIN=local", "GOTELEMETRY=off", "GOENV=off",
		"GOEXPERIMENT=goroutineleakprofile", "GOFLAGS=-mod=readonly", "GOWORK=off", "PWD=" + c.options.Root,
		"GOCACHE=" + filepath.Join(c.work, "cache"), buildcache.Variable(self, toolchain.Cache, filepath.Join(c.work, "cache")),
	}
	if c.options.Toolchain.NoRace == "" {
		command.Environment = append(command.Environment, "CGO_ENABLED=1")
	}
	if compiler := os.Getenv("CC"); compiler != "" {
		command.Environment = append(command.Environment, "CC="+compiler)
	}
	return nil
}
