//go:build linux

package descriptors_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/descriptors"
)

func TestDescriptors(t *testing.T) { spec.Run(t) }

// write is what the shell's > means.
const write = os.O_WRONLY | os.O_CREATE | os.O_TRUNC

// outcome is what Run returns.
type outcome struct {
	status syscall.WaitStatus
	err    error
}

func run(command []string, list ...descriptors.Redirection) <-chan outcome {
	return spec.Go(func() outcome {
		status, err := descriptors.Run(command, list...)
		return outcome{status, err}
	})
}

func shell(script string) []string { return []string{"sh", "-c", script} }

// play runs a script with redirections, to its end.
func play(ctx context.Context, script string, list ...descriptors.Redirection) {
	GinkgoHelper()
	seen := spec.Await(ctx, run(shell(script), list...))
	Expect(seen.err).NotTo(HaveOccurred())
	Expect(seen.status).To(BeZero(), "the wait status of the script")
}

func read(path string) string {
	GinkgoHelper()
	text, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// links returns what the descriptors of a process refer to, those of them that
// refer to something in folder.
func links(process, folder string) map[string]string {
	found := map[string]string{}
	names, _ := filepath.Glob("/proc/" + process + "/fd/*")
	for _, name := range names {
		// Others close descriptors meanwhile, and then the link is gone.
		if target, err := os.Readlink(name); err == nil && strings.HasPrefix(target, folder+"/") {
			found[filepath.Base(name)] = strings.TrimPrefix(target, folder+"/")
		}
	}
	return found
}

var _ = Describe("A list of redirections", func() {
	const both = `echo "to output"; echo "to error" >&2`
	var folder, out, err, file string

	BeforeEach(func() {
		folder = spec.Folder()
		resolved, failed := filepath.EvalSymlinks(folder)
		Expect(failed).NotTo(HaveOccurred())
		folder = resolved
		in := func(name string) string { return filepath.Join(folder, name) }
		out, err, file = in("out"), in("err"), in("file")
	})

	It("sends both to the file when 2>&1 comes after >file", spec.Worth(1), func(ctx SpecContext) {
		play(ctx, both,
			descriptors.Redirection{FD: 1, Path: out, Flags: write},
			descriptors.Redirection{FD: 2, Path: err, Flags: write},
			descriptors.Redirection{FD: 1, Path: file, Flags: write},
			descriptors.Redirection{FD: 2, From: 1})
		Expect(read(file)).To(Equal("to output\nto error\n"))
		Expect(read(out)).To(BeEmpty())
		Expect(read(err)).To(BeEmpty())
	})

	It("sends errors to where the output went when 2>&1 comes before >file", spec.Worth(1), func(ctx SpecContext) {
		play(ctx, both,
			descriptors.Redirection{FD: 1, Path: out, Flags: write},
			descriptors.Redirection{FD: 2, Path: err, Flags: write},
			descriptors.Redirection{FD: 2, From: 1},
			descriptors.Redirection{FD: 1, Path: file, Flags: write})
		Expect(read(file)).To(Equal("to output\n"))
		Expect(read(out)).To(Equal("to error\n"))
		Expect(read(err)).To(BeEmpty())
	})

	It("swaps two descriptors by way of a third, and closes what shall be closed", spec.Worth(1), func(ctx SpecContext) {
		play(ctx, both,
			descriptors.Redirection{FD: 1, Path: out, Flags: write},
			descriptors.Redirection{FD: 2, Path: err, Flags: write},
			descriptors.Redirection{FD: 3, From: 1},
			descriptors.Redirection{FD: 1, From: 2},
			descriptors.Redirection{FD: 2, From: 3},
			descriptors.Redirection{FD: 3, From: descriptors.Closed})
		Expect(read(out)).To(Equal("to error\n"))
		Expect(read(err)).To(Equal("to output\n"))

		// What is closed is neither /dev/null nor what it was.
		play(ctx, `for fd in 0 1 2 3 4; do [ -e /proc/$$/fd/$fd ] && echo $fd; done >&4; true`,
			descriptors.Redirection{FD: 4, Path: out, Flags: write},
			descriptors.Redirection{FD: 3, From: 4},
			descriptors.Redirection{FD: 1, From: 4},
			descriptors.Redirection{FD: 1, From: 1},
			descriptors.Redirection{FD: 3, From: descriptors.Closed},
			descriptors.Redirection{FD: 2, From: descriptors.Closed},
			descriptors.Redirection{FD: 2, From: descriptors.Closed},
			descriptors.Redirection{FD: 0, From: descriptors.Closed},
			descriptors.Redirection{FD: 9, From: descriptors.Closed})
		Expect(read(out)).To(Equal("1\n4\n"))
	})

	It("opens a path as the flags say, and anew each time", spec.Worth(1), func(ctx SpecContext) {
		log, twice := filepath.Join(folder, "log"), filepath.Join(folder, "twice")
		Expect(os.WriteFile(file, []byte("first\nsecond\n"), 0o600)).To(Succeed())
		Expect(os.WriteFile(log, []byte("old\n"), 0o600)).To(Succeed())
		play(ctx, `read -r line; echo "$line"; echo "and more" >&2`,
			// With a path, From doesn't count.
			descriptors.Redirection{FD: 0, Path: file, Flags: os.O_RDONLY, From: descriptors.Closed},
			descriptors.Redirection{FD: 1, Path: log, Flags: os.O_WRONLY | os.O_APPEND},
			descriptors.Redirection{FD: 2, Path: out, Flags: os.O_WRONLY | os.O_CREATE | os.O_EXCL})
		Expect(read(log)).To(Equal("old\nfirst\n"))
		Expect(read(out)).To(Equal("and more\n"))

		// Each of the two writes at the beginning of the file.
		defer unix.Umask(unix.Umask(0o007))
		play(ctx, `echo long; echo x >&2`,
			descriptors.Redirection{FD: 1, Path: twice, Flags: write},
			descriptors.Redirection{FD: 2, Path: twice, Flags: write})
		Expect(read(twice)).To(Equal("x\nng\n"))

		Expect(os.WriteFile(err, nil, 0o666)).To(Succeed())
		usual, failed := os.Stat(err)
		Expect(failed).NotTo(HaveOccurred())
		made, failed := os.Stat(twice)
		Expect(failed).NotTo(HaveOccurred())
		Expect(made.Mode()).To(Equal(usual.Mode()), "0666 less the umask")
	})

	It("leaves nothing behind and starts nothing when a redirection fails", spec.Worth(2), func(ctx SpecContext) {
		trace, late, missing := filepath.Join(folder, "trace"), filepath.Join(folder, "late"), filepath.Join(folder, "missing")
		Expect(os.WriteFile(err, nil, 0o600)).To(Succeed())
		last := descriptors.Redirection{FD: 5, Path: late, Flags: write}
		for _, failing := range []struct {
			reason string
			list   []descriptors.Redirection
			err    error
		}{
			{"the file is not there", []descriptors.Redirection{{FD: 3, Path: missing, Flags: os.O_RDONLY}}, fs.ErrNotExist},
			{"the file must be new and isn't", []descriptors.Redirection{{FD: 3, Path: err, Flags: write | os.O_EXCL}}, fs.ErrExist},
			{"3>&7 when there is no 7", []descriptors.Redirection{{FD: 3, From: 7}}, syscall.EBADF},
			{"3>&1 after 1>&-", []descriptors.Redirection{{FD: 1, From: descriptors.Closed}, {FD: 3, From: 1}}, syscall.EBADF},
			{"3>&6 before 6 is opened", []descriptors.Redirection{{FD: 3, From: 6}, {FD: 6, Path: missing, Flags: write}}, syscall.EBADF},
			{"6>&6 when there is no 6", []descriptors.Redirection{{FD: 6, From: 6}}, syscall.EBADF},
			{"a number below 0", []descriptors.Redirection{{FD: -1, From: 1}}, syscall.EBADF},
			{"a file under a number below 0", []descriptors.Redirection{{FD: -1, Path: err, Flags: os.O_RDONLY}}, syscall.EBADF},
			{"a number below 0 that shall be closed", []descriptors.Redirection{{FD: -2, From: descriptors.Closed}}, syscall.EBADF},
			{"a model below 0", []descriptors.Redirection{{FD: 3, From: -2}}, syscall.EBADF},
		} {
			first := []descriptors.Redirection{{FD: 1, Path: file, Flags: write}, {FD: 2, From: 1}}
			seen := spec.Await(ctx, run(shell(`echo started > `+trace), append(append(first, failing.list...), last)...))
			// Looked at here, since a collection closes files that nothing refers to.
			Expect(links("self", folder)).To(BeEmpty(), "%s: Run came back and left descriptors open", failing.reason)
			Expect(seen.err).To(MatchError(failing.err), failing.reason)
			Expect(file).To(BeARegularFile(), "%s: what comes before it is done", failing.reason)
			Expect(late).NotTo(BeAnExistingFile(), "%s: what comes after it is not tried", failing.reason)
			Expect(os.Remove(file)).To(Succeed())
		}
		Expect(missing).NotTo(BeAnExistingFile())

		for _, command := range [][]string{{}, {filepath.Join(folder, "no such program")}, {err}} {
			seen := spec.Await(ctx, run(command, descriptors.Redirection{FD: 1, Path: file, Flags: write}, last))
			Expect(links("self", folder)).To(BeEmpty(), "Run can't start %q and left descriptors open", command)
			Expect(seen.err).To(HaveOccurred(), "the command %q can't be started", command)
		}
		Expect(trace).NotTo(BeAnExistingFile())
	})

	It("is opened close-on-exec from the start", spec.Worth(1), func(ctx SpecContext) {
		fifo := filepath.Join(folder, "fifo")
		Expect(unix.Mkfifo(fifo, 0o600)).To(Succeed())
		// Whoever waits in an open of the FIFO is let go by another open, of either end.
		open := func() *os.File {
			GinkgoHelper()
			end, err := os.OpenFile(fifo, os.O_RDWR|unix.O_NONBLOCK, 0)
			Expect(err).NotTo(HaveOccurred())
			return end
		}
		DeferCleanup(func() { open().Close() })

		running := run(shell(`read -r line; echo "$line"`),
			descriptors.Redirection{FD: 1, Path: out, Flags: write},
			descriptors.Redirection{FD: 2, Path: err, Flags: write},
			descriptors.Redirection{FD: 4, From: 2},
			descriptors.Redirection{FD: 0, Path: fifo, Flags: os.O_RDONLY})
		spec.Settled(ctx, running)
		// Now Run waits for a writer, and somebody else might start a child.
		for fd, name := range links("self", folder) {
			Expect(inherited(fd)).To(BeFalse(), "Run has opened %s as %s, and a child would inherit it", name, fd)
		}
		end := open()
		defer end.Close()
		_, failed := end.WriteString("a line\n")
		Expect(failed).NotTo(HaveOccurred())
		seen := spec.Await(ctx, running)
		Expect(seen.err).NotTo(HaveOccurred())
		Expect(read(out)).To(Equal("a line\n"))
	})
})
