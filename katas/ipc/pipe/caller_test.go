//go:build linux

package pipe_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/pipe"
)

// ending is what Run returned.
type ending struct {
	exits []pipe.Exit
	err   error
}

var (
	broken = pipe.Exit{Code: 141, Signal: syscall.SIGPIPE}
	killed = pipe.Exit{Code: 137, Signal: syscall.SIGKILL}
)

// codes are the exits of stages that no signal ended.
func codes(codes ...int) []pipe.Exit {
	var exits []pipe.Exit
	for _, code := range codes {
		exits = append(exits, pipe.Exit{Code: code})
	}
	return exits
}

var cat = []string{"cat"}

func shell(script string) []string { return []string{"sh", "-c", script} }

// open returns a pipe between the spec and the pipeline. Closing it after the
// spec also ends those goroutines that still read or write it for the spec.
func open() (r, w *os.File) {
	GinkgoHelper()
	r, w, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		r.Close()
		w.Close()
	})
	return r, w
}

func write(file *os.File, text string) {
	GinkgoHelper()
	_, err := io.WriteString(file, text)
	Expect(err).NotTo(HaveOccurred())
}

// read reads a file to its end, which comes when all have closed what writes to
// it.
func read(file *os.File) <-chan []byte {
	return spec.Go(func() []byte {
		text, _ := io.ReadAll(file)
		return text
	})
}

// readLine reads a line, and perhaps more than that.
func readLine(file *os.File) <-chan string {
	return spec.Go(func() string {
		line, _ := bufio.NewReader(file).ReadString('\n')
		return line
	})
}

// pipes returns the descriptors of this process that are ends of pipes.
func pipes() []string {
	var found []string
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "pipe:") {
			found = append(found, filepath.Base(link)+" is "+target)
		}
	}
	return found
}

// link is what /proc shows for a descriptor that is this end of a pipe.
func link(end *os.File) string {
	GinkgoHelper()
	info, err := end.Stat()
	Expect(err).NotTo(HaveOccurred())
	return fmt.Sprintf("pipe:[%d]", info.Sys().(*syscall.Stat_t).Ino)
}

// childFaults counts the page faults of children that were waited for. No program
// begins without one, however soon it is killed.
func childFaults() int64 {
	GinkgoHelper()
	var usage syscall.Rusage
	Expect(syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage)).To(Succeed())
	return usage.Minflt
}
