//go:build linux

package descriptors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

var _ = Describe("A command", func() {
	It("has the caller's three and what the list names, and nothing more", spec.Worth(1), func(ctx SpecContext) {
		folder, err := filepath.EvalSymlinks(spec.Folder())
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(filepath.Join(folder, "here"), []byte("in its folder"), 0o600)).To(Succeed())
		tether := spec.Tie()
		input, err := os.Readlink(fmt.Sprint("/proc/self/fd/", tether.Read.Fd()))
		Expect(err).NotTo(HaveOccurred())

		ended := act(ctx, "begin", folder, tether.Read)
		said := func() string { return read(filepath.Join(folder, "out")) }
		over := func() bool { return len(ended) > 0 }
		Eventually(ctx, func() bool { return over() || strings.HasSuffix(said(), "\n") }).Should(BeTrue())
		complained := func() string { return read(filepath.Join(folder, "err")) }
		Eventually(ctx, func() bool { return over() || strings.HasSuffix(complained(), "\n") }).Should(BeTrue())
		if over() {
			end(ctx, ended, folder)
			Fail("Run came back too early")
		}
		pid, rest, _ := strings.Cut(said(), " ")
		Expect(rest).To(Equal("the caller in its folder\n"), "its environment and its working directory are the caller's")
		Expect(complained()).To(Equal("oops\n"))
		Expect(links(pid, folder)).To(Equal(map[string]string{"1": "out", "2": "err", "4": "out", "6": "six", "7": "six"}))
		Expect(os.Readlink("/proc/" + pid + "/fd/0")).To(Equal(input))
		tether.Cut()
		end(ctx, ended, folder)
	})

	It("fails without a trace when descriptors run out, at whatever point", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "scarce")
	})

	It("leaves alone what others open under its numbers", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "strangers")
	})
})

var _ = Describe("A process", func() {
	It("gives out the lowest free number, even if that is 0", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "lowest")
	})

	It("has no number free once those below the soft limit are taken", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "exhausted")
	})

	It("counts what is open, and not what it takes to count", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "count")
	})

	It("marks every descriptor from a number on, and nothing else", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "closeonexec")
	})

	It("raises its soft limit to the hard one, also for its children", spec.Worth(1), func(ctx SpecContext) {
		perform(ctx, "raise")
	})
})
