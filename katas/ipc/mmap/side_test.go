//go:build linux

package mmap_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/mmap"
)

// page is the size of a page of the machine.
var page = os.Getpagesize()

// file returns the path of a new file with the content.
func file(content string) string {
	GinkgoHelper()
	folder, err := filepath.EvalSymlinks(spec.Folder())
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(folder, "file")
	Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	return path
}

// sealable returns the path of a file in memory with the content. After seal nobody
// maps it any more to write to it, and mappings that there are go on (F_SEAL_FUTURE_WRITE
// in fcntl(2), where the kernel has it).
func sealable(content string) (path string, seal func()) {
	GinkgoHelper()
	fd, err := unix.MemfdCreate("mmap", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(unix.Close, fd)
	_, err = unix.Pwrite(fd, []byte(content), 0)
	Expect(err).NotTo(HaveOccurred())
	return fmt.Sprintf("/proc/self/fd/%d", fd), func() {
		unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_FUTURE_WRITE)
	}
}

// content is what read(2) says of the file.
func content(path string) string {
	GinkgoHelper()
	text, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// same wants two long texts to be equal, and prints neither of them.
func same(got, want, what string) {
	GinkgoHelper()
	Expect(len(got)).To(Equal(len(want)), "length of %s", what)
	for i := range len(got) {
		if got[i] != want[i] {
			Fail(fmt.Sprintf("%s: byte %d is %q and should be %q", what, i, got[i], want[i]))
		}
	}
}

// random returns so many bytes, none of them zero.
func random(size int) string {
	source := spec.Rand()
	text := make([]byte, size)
	for i := range text {
		text[i] = byte(1 + source.IntN(255))
	}
	return string(text)
}

// subject is the mapping that a spec is about.
type subject struct{ *mmap.Mapping }

// mapped calls Map, which must succeed. The mapping is closed after the spec.
func mapped(path string, offset int, mode mmap.Mode) subject {
	GinkgoHelper()
	m, err := mmap.Map(path, int64(offset), mode)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(m.Close)
	return subject{m}
}

// at returns size bytes of the mapping, which must have them.
func (s subject) at(off, size int) string {
	GinkgoHelper()
	p := make([]byte, size)
	n, err := s.ReadAt(p, int64(off))
	if n < size {
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(n).To(Equal(size))
	return string(p)
}

// put overwrites bytes of the mapping, which must have them.
func (s subject) put(text string, off int) {
	GinkgoHelper()
	n, err := s.WriteAt([]byte(text), int64(off))
	Expect(err).NotTo(HaveOccurred())
	Expect(n).To(Equal(len(text)))
}

// failure is the error of one call of ReadAt.
func (s subject) failure(off, size int) error {
	_, err := s.ReadAt(make([]byte, size), int64(off))
	return err
}

// all returns the lines, which must come without an error.
func (s subject) all() (lines []string) {
	GinkgoHelper()
	for line, err := range s.Lines() {
		Expect(err).NotTo(HaveOccurred())
		lines = append(lines, line)
	}
	return lines
}

// mappings returns how many pages of the file this process has mapped in all, of
// those mappings whose permissions end in the letter, "s" or "p" (proc_pid_maps(5)).
func mappings(path, letter string) (pages int) {
	GinkgoHelper()
	text, err := os.ReadFile("/proc/self/maps")
	Expect(err).NotTo(HaveOccurred())
	for line := range strings.Lines(string(text)) {
		var from, to int
		var permissions string
		fmt.Sscanf(line, "%x-%x %s", &from, &to, &permissions)
		if strings.HasSuffix(line, " "+path+"\n") && strings.HasSuffix(permissions, letter) {
			pages += (to - from) / page
		}
	}
	return pages
}

// descriptors returns which descriptors of this process are open on the file.
func descriptors(path string) (all []string) {
	GinkgoHelper()
	links, err := filepath.Glob("/proc/self/fd/*")
	Expect(err).NotTo(HaveOccurred())
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == path {
			all = append(all, "descriptor "+filepath.Base(link))
		}
	}
	return all
}

// process is a program that runs beside the spec.
type process struct {
	ended <-chan error
	said  *bufio.Reader
	tell  *os.File
}

// program starts a command line. The program is killed if the spec is over before it.
func program(ctx context.Context, line ...string) process {
	GinkgoHelper()
	over, kill := context.WithCancel(ctx)
	command := exec.CommandContext(over, line[0], line[1:]...)
	input, tell, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	said, output, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	command.Stdin, command.Stdout, command.Stderr = input, output, GinkgoWriter
	failed := command.Start()
	input.Close()
	output.Close()
	ended, returned := make(chan error, 1), make(chan struct{})
	DeferCleanup(func(ctx SpecContext) {
		kill()
		tell.Close()
		said.Close()
		select {
		case <-returned:
		case <-ctx.Done():
		}
	})
	if failed != nil {
		close(returned)
		Fail("start a program: " + failed.Error())
	}
	go func() {
		defer close(returned)
		ended <- command.Wait()
	}()
	return process{ended, bufio.NewReader(said), tell}
}

// hears returns the next line that the program says, without its newline.
func (p process) hears(ctx context.Context) (line string) {
	GinkgoHelper()
	line = spec.Await(ctx, spec.Go(func() string {
		line, _ := p.said.ReadString('\n')
		return strings.TrimSuffix(line, "\n")
	}))
	return line
}

// await waits until the program has ended, and wants it to have succeeded.
func (p process) await(ctx context.Context) {
	GinkgoHelper()
	failed := spec.Await(ctx, p.ended)
	Expect(failed).NotTo(HaveOccurred())
}

// shell runs a script whose $0 is the path, to its end.
func shell(ctx context.Context, script, path string) {
	GinkgoHelper()
	program(ctx, "sh", "-c", script, path).await(ctx)
}

// zeros is a text of so many zero bytes.
func zeros(size int) string { return string(bytes.Repeat([]byte{0}, size)) }
