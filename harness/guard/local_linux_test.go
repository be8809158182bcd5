package guard_test

import (
	"os"
	"os/signal"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/guard"
	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestAttributeLeaks(t *testing.T) {
	for _, c := range []leakCase{
		{"the umask", report.LeakState, "the umask is now 0", 1, false, func(place) func() {
			unix.Umask(unix.Umask(0) ^ 0o70)
			return nothing
		}},
		{"a limit", report.LeakState, "RLIMIT_NOFILE is now ", 1, false, func(p place) func() {
			var limit unix.Rlimit
			p.must(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
			limit.Cur--
			p.must(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
			return nothing
		}},
	} {
		t.Run(c.why, c.check)
	}
}

// A signal that is ignored stays ignored: nothing in the process can tell what it
// was before, so only a new process undoes it.
func TestIgnoredSignalIsUndoneOrDirty(t *testing.T) {
	g := guard.New(guard.Options{Temp: t.TempDir()})
	g.Begin()
	signal.Ignore(unix.SIGUSR1)
	// Reset alone leaves it ignored.
	defer func() {
		taken := make(chan os.Signal, 1)
		signal.Notify(taken, unix.SIGUSR1)
		signal.Stop(taken)
	}()
	_, leaks, dirty := g.End()
	if len(leaks) != 1 || leaks[0].Kind != report.LeakState || !strings.Contains(leaks[0].What, "ignored signals is now {") || !strings.Contains(leaks[0].What, "SIGUSR1") {
		t.Errorf("%+v", leaks)
	}
	if signal.Ignored(unix.SIGUSR1) && !dirty {
		t.Error("the signal is still ignored, and the next spec runs in this process")
	}
}

func TestAttributesArePutBack(t *testing.T) {
	mask := unix.Umask(0o27)
	unix.Umask(mask)
	var before, after unix.Rlimit
	place{T: t}.must(unix.Getrlimit(unix.RLIMIT_NOFILE, &before))
	g := guard.New(guard.Options{Temp: t.TempDir()})
	g.Begin()
	unix.Umask(mask ^ 0o70)
	place{T: t}.must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: before.Cur / 2, Max: before.Max}))
	g.End()
	place{T: t}.must(unix.Getrlimit(unix.RLIMIT_NOFILE, &after))
	if after != before {
		t.Errorf("limit %+v, was %+v", after, before)
	}
	if now := unix.Umask(mask); now != mask {
		t.Errorf("umask %o, was %o", now, mask)
	}
}
