//go:build linux

package pstree_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/pstree"
)

func TestPstree(t *testing.T) { spec.Run(t) }

// gone reports whether an error says that the process has gone.
func gone(err error) bool { return errors.Is(err, pstree.ErrGone) }

var _ = Describe("A process", func() {
	read := func(folder string, pid int) pstree.Process {
		GinkgoHelper()
		process, err := pstree.Read(folder, pid)
		Expect(err).NotTo(HaveOccurred())
		return process
	}

	It("is what stat and status say", spec.Worth(1), func(ctx SpecContext) {
		for _, process := range []pstree.Process{
			{PID: 1, Parent: 0, Command: "init", State: "R", Nice: 0, Threads: 1, Resident: 4096, Swap: 0},
			{PID: 4194303, Parent: 4711, Command: "postgres", State: "D", Nice: -20, Threads: 23, Resident: 5 << 30, Swap: 9 << 30},
			{PID: 77, Parent: 123456, Command: "backup", State: "T", Nice: 19, Threads: 1024, Resident: 0, Swap: 12 * 1024},
			{PID: 78, Parent: 1, Command: "zero", State: "S", Nice: -1, Threads: 1, Resident: 0, Swap: 0},
		} {
			fake := newRoot().add(process)
			Expect(read(string(fake), process.PID)).To(Equal(process))

			groups := "Groups:\t" + strings.Repeat("1000000 ", 5000)
			fake.write(fmt.Sprintf("%d/status", process.PID), strings.Replace(status(process, true), "Groups:\t", groups, 1))
			Expect(read(string(fake), process.PID)).To(Equal(process), "a process in 5000 groups")
		}

		// Real-time processes have other priorities, and a nice value all the same.
		urgent := pstree.Process{PID: 15, Parent: 2, Command: "migration/0", State: "S", Nice: 3, Threads: 1}
		fake := newRoot().add(bare(urgent))
		fake.write("15/stat", strings.Replace(stat(urgent), " 23 3 ", " -100 3 ", 1))
		Expect(read(string(fake), 15)).To(Equal(urgent), "a real-time process")
	})

	It("keeps its command, whatever there is in it", spec.Worth(1), func(ctx SpecContext) {
		fake := newRoot()
		for i, command := range []string{
			"tmux: server", "two  spaces", " first", "last ", "", "(sd-pam)", ")", "(", ") (", "a) R 1 (b", "a)b S 2 3 4",
			"line\nbreak", "x\n9 (y) Z 1 ", `back\slash`, "caf\xe9", "kworker/u16:3-events_unbound",
		} {
			process := pstree.Process{PID: 300 + i, Parent: 200, Command: command, State: "S", Nice: 5, Threads: 3, Resident: 4096, Swap: 8192}
			fake.add(process)
			Expect(read(string(fake), process.PID)).To(Equal(process), "the command %q", command)
		}

		child := start("a) Z 1 (b c")
		process := read("/proc", child.pid())
		Expect(process.Command).To(Equal("a) Z 1 (b c"))
		Expect(process.Parent).To(Equal(os.Getpid()))
	})

	It("is not fooled by a command that looks like a line of status", spec.Worth(1), func(ctx SpecContext) {
		fake := newRoot()
		for i, command := range []string{"VmSwap: 7 kB", "VmRSS:\t99 kB", "x\nVmSwap: 1 kB", "VmSwap:", "kB"} {
			process := pstree.Process{PID: 40 + i, Parent: 1, Command: command, State: "S", Threads: 1, Resident: 40960, Swap: 20480}
			fake.add(process)
			Expect(read(string(fake), process.PID)).To(Equal(process), "the command %q", command)
		}
	})

	It("has no memory if status has no line for it", spec.Worth(1), func(ctx SpecContext) {
		for _, process := range []pstree.Process{
			{PID: 2, Parent: 0, Command: "kthreadd", State: "S", Threads: 1},
			{PID: 9, Parent: 2, Command: "kworker/0:0H-kblockd", State: "I", Nice: -20, Threads: 1},
			{PID: 500, Parent: 499, Command: "defunct", State: "Z", Threads: 1},
		} {
			Expect(read(string(newRoot().add(bare(process))), process.PID)).To(Equal(process))
		}
	})

	It("has gone if a part of it has gone", spec.Worth(1), func(ctx SpecContext) {
		for _, way := range ends {
			fake := newRoot().add(pstree.Process{PID: 42, Parent: 1, Command: "brief", State: "R", Threads: 1, Resident: 4096})
			read(string(fake), 42)
			way.end(fake, "42")
			_, err := pstree.Read(string(fake), 42)
			Expect(err).To(Satisfy(gone), "%s: this is no ErrGone", way.how)
		}
	})

	It("is an error, and has not gone, if it cannot be understood", spec.Worth(1), func(ctx SpecContext) {
		whole := pstree.Process{PID: 42, Parent: 1, Command: "cut short", State: "S", Threads: 8, Resident: 4096}
		refuse := func(statText, statusText string) {
			GinkgoHelper()
			fake := newRoot()
			fake.write("42/stat", statText)
			fake.write("42/status", statusText)
			_, err := pstree.Read(string(fake), 42)
			Expect(err).To(HaveOccurred(), "stat is %q", statText)
			Expect(err).NotTo(Satisfy(gone), "this is ErrGone, though the process is there, and its stat is %q", statText)
		}
		// Field 20 is the last one that anybody needs.
		line := stat(whole)
		for length := range strings.Index(line, " 8 0 121 ") {
			refuse(line[:length+1], status(whole, true))
		}
		for _, wrong := range []string{
			"42\n", ") 42 (\n", strings.Replace(line, " 1 104 ", " one 104 ", 1),
			strings.Replace(line, " 20 0 8 ", " 20 nice 8 ", 1), strings.Replace(line, " 8 0 ", " many 0 ", 1),
		} {
			refuse(wrong, status(whole, true))
		}
		for _, line := range []string{"VmRSS:", "VmSwap:"} {
			refuse(stat(whole), fmt.Sprintf("Name:\tcut short\n%s\tmuch kB\nThreads:\t8\n", line))
		}

		for _, file := range []string{"42/stat", "42/status"} {
			fake := newRoot().add(whole)
			fake.remove(file)
			fake.write(file+"/folder", "")
			_, err := pstree.Read(string(fake), 42)
			Expect(err).To(HaveOccurred(), "%s is a folder", file)
			Expect(err).NotTo(Satisfy(gone), "this is ErrGone, though %s is there: it is a folder, and can't be read", file)
		}
	})
})
