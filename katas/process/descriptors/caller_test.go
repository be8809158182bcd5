//go:build linux

package descriptors_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// most is the hard limit of a caller: few enough numbers to ask about each.
const most = 256

// caller is a process in which nothing but one scene happens, so that nobody else
// opens descriptors there or changes its limits.
var caller = spec.Child("descriptors/caller", func(arguments []string) int {
	complaint := prepare()
	if complaint == nil {
		before := table()
		complaint = scenes[arguments[0]]()
		limit(most)
		if after := table(); complaint == nil && !maps.Equal(before, after) {
			complaint = fmt.Errorf("the process had the descriptors %v, and now has %v", before, after)
		}
	}
	if complaint == nil {
		return 0
	}
	// By its path: what was standard error may be closed.
	os.WriteFile("complaint", []byte(complaint.Error()), 0o600)
	return 1
})

// prepare lets the runtime open what it keeps, and closes what the process has
// inherited and couldn't see below most.
func prepare() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	read.Close()
	write.Close()
	entries, err := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		if fd, _ := strconv.Atoi(entry.Name()); fd >= most {
			unix.Close(fd)
		}
	}
	return err
}

// table returns what is open in this process, and opens nothing to find out.
func table() map[int]string {
	open := map[int]string{}
	for fd := range most {
		var facts unix.Stat_t
		if unix.Fstat(fd, &facts) == nil {
			open[fd] = fmt.Sprintf("%x:%x", facts.Dev, facts.Ino)
		}
	}
	return open
}

// limit sets the soft limit of this process.
func limit(soft uint64) error {
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: soft, Max: most})
}

// limitForGood sets both limits, and only root could raise the hard one again.
func limitForGood(both uint64) error {
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: both, Max: both})
}

// inherited reports whether a child would inherit a descriptor of this process. One
// that has been closed meanwhile is not inherited.
func inherited(fd string) bool {
	number, _ := strconv.Atoi(fd)
	mark, err := unix.FcntlInt(uintptr(number), unix.F_GETFD, 0)
	return err == nil && mark&unix.FD_CLOEXEC == 0
}

// act starts a caller that plays a scene in folder. Its standard output and standard
// error are the files out and err there. A nil in is an empty input.
func act(ctx context.Context, scene, folder string, in *os.File) (ended <-chan error) {
	GinkgoHelper()
	// Go raises the soft limit when it starts, and the shell doesn't.
	limits := fmt.Sprintf(`ulimit -S -n %d && ulimit -H -n %d && exec "$@"`, most/4, most)
	line := append([]string{"-c", limits, "sh"}, caller.Command(scene)...)
	command := exec.CommandContext(ctx, "sh", line...)
	command.Dir, command.Env = folder, append(os.Environ(), "DESCRIPTORS_CALLER=the caller")
	if in != nil {
		command.Stdin = in
	}
	for name, stream := range map[string]*io.Writer{"out": &command.Stdout, "err": &command.Stderr} {
		file, err := os.Create(filepath.Join(folder, name))
		Expect(err).NotTo(HaveOccurred())
		defer file.Close()
		*stream = file
	}
	Expect(command.Start()).To(Succeed())
	return spec.Go(command.Wait)
}

// end waits for a caller, which must be content.
func end(ctx context.Context, ended <-chan error, folder string) {
	GinkgoHelper()
	err := spec.Await(ctx, ended)
	var said []string
	for _, name := range []string{"complaint", "err"} {
		text, _ := os.ReadFile(filepath.Join(folder, name))
		said = append(said, string(text))
	}
	Expect(err).NotTo(HaveOccurred(), "in a process with nothing else in it:\n%s", strings.Join(said, "\n"))
}

// perform plays a scene that needs nothing from outside.
func perform(ctx context.Context, scene string) {
	GinkgoHelper()
	folder := spec.Folder()
	end(ctx, act(ctx, scene, folder, nil), folder)
}
