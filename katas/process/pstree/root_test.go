//go:build linux

package pstree_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/pstree"
)

// root is a folder that looks like /proc.
type root string

func newRoot() root {
	GinkgoHelper()
	return root(spec.Folder())
}

// bare is a process without memory, as a zombie or a thread of the kernel is.
type bare pstree.Process

// stat is what proc_pid_stat(5) promises, and no number in it is there twice by
// chance: a field too far to the left or to the right is seen.
func stat(p pstree.Process) string {
	return fmt.Sprintf("%d (%s) %s %d 104 105 34816 107 4194560 109 110 111 112 113 114 115 116 %d %d %d 0 121 122 123 "+
		"18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		p.PID, p.Command, p.State, p.Parent, 20+p.Nice, p.Nice, p.Threads)
}

// status is what proc_pid_status(5) promises, with other sizes beside the ones
// that are asked for.
func status(p pstree.Process, memory bool) string {
	words := map[string]string{"R": "running", "S": "sleeping", "D": "disk sleep", "T": "stopped", "Z": "zombie", "I": "idle"}
	name := strings.NewReplacer("\\", "\\\\", "\n", "\\n").Replace(p.Command)
	var text strings.Builder
	fmt.Fprintf(&text, "Name:\t%s\nUmask:\t0022\nState:\t%s (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
		name, p.State, words[p.State], p.PID, p.PID, p.Parent)
	text.WriteString("Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t \n")
	if memory {
		kB := func(name string, size int64) { fmt.Fprintf(&text, "%s:\t%8d kB\n", name, size) }
		kB("VmPeak", 1<<30+1)
		kB("VmSize", 1<<30)
		kB("VmHWM", p.Resident/1024+3)
		kB("VmRSS", p.Resident/1024)
		kB("RssAnon", p.Resident/1024/2)
		kB("VmLib", 5)
		kB("VmSwap", p.Swap/1024)
		kB("HugetlbPages", 0)
	}
	fmt.Fprintf(&text, "Threads:\t%d\nSigQ:\t0/31500\nvoluntary_ctxt_switches:\t150\n", p.Threads)
	return text.String()
}

// add adds processes. They are pstree.Process, or bare.
func (r root) add(processes ...any) root {
	GinkgoHelper()
	for _, process := range processes {
		p, memory := process.(pstree.Process)
		if !memory {
			p = pstree.Process(process.(bare))
		}
		r.write(fmt.Sprintf("%d/stat", p.PID), stat(p))
		r.write(fmt.Sprintf("%d/status", p.PID), status(p, memory))
	}
	return r
}

// write writes a file below the root.
func (r root) write(name, text string) {
	GinkgoHelper()
	path := filepath.Join(string(r), name)
	Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
	Expect(os.WriteFile(path, []byte(text), 0o644)).To(Succeed())
}

// remove removes a file or a folder below the root.
func (r root) remove(name string) {
	GinkgoHelper()
	Expect(os.RemoveAll(filepath.Join(string(r), name))).To(Succeed())
}

// link makes a symbolic link below the root.
func (r root) link(name, target string) {
	GinkgoHelper()
	r.remove(name)
	Expect(os.Symlink(target, filepath.Join(string(r), name))).To(Succeed())
}

// ends are the ways in which it shows that a process ends while it is read.
var ends = []struct {
	how string
	end func(r root, pid string)
}{
	{"its folder is gone", func(r root, pid string) { r.remove(pid) }},
	{"its folder leads nowhere", func(r root, pid string) { r.link(pid, "gone") }},
	{"its stat is gone", func(r root, pid string) { r.remove(pid + "/stat") }},
	{"its status is gone", func(r root, pid string) { r.remove(pid + "/status") }},
	{"both its files are gone", func(r root, pid string) { r.remove(pid + "/stat"); r.remove(pid + "/status") }},
	{"its stat is empty", func(r root, pid string) { r.write(pid+"/stat", "") }},
	{"its status is empty", func(r root, pid string) { r.write(pid+"/status", "") }},
	{"its stat opens and can't be read", func(r root, pid string) { r.link(pid+"/stat", opened("stat")) }},
	{"its status opens and can't be read", func(r root, pid string) { r.link(pid+"/status", opened("status")) }},
}

// opened returns the path of a file in /proc that was opened while its process
// lived, and so can be opened again. It has ended since.
func opened(name string) string {
	GinkgoHelper()
	tether := spec.Tie()
	child := exec.Command("cat")
	child.Stdin = tether.Read
	Expect(child.Start()).To(Succeed())
	file, err := os.Open(fmt.Sprintf("/proc/%d/%s", child.Process.Pid, name))
	tether.Cut()
	Expect(errors.Join(err, child.Wait())).To(Succeed())
	DeferCleanup(file.Close)
	path := "/proc/self/fd/" + strconv.Itoa(int(file.Fd()))
	_, err = os.ReadFile(path)
	Expect(err).To(MatchError(syscall.ESRCH))
	return path
}

// open returns what descriptors of this process refer to, of all that is below the
// root or that links lead to, but for the descriptors of opened.
func (r root) open() (paths []string) {
	GinkgoHelper()
	ours, linked := map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob(filepath.Join(string(r), "*", "stat*"))
	Expect(err).NotTo(HaveOccurred())
	for _, file := range files {
		if own, err := os.Readlink(file); err == nil { // it is a link
			target, err := os.Readlink(own)
			Expect(err).NotTo(HaveOccurred())
			ours[own], linked[target] = true, true
		}
	}
	entries, err := os.ReadDir("/proc/self/fd")
	Expect(err).NotTo(HaveOccurred())
	for _, entry := range entries {
		path := "/proc/self/fd/" + entry.Name()
		target, _ := os.Readlink(path) // it may be closed by now
		if strings.HasPrefix(target, string(r)) || linked[target] && !ours[path] {
			paths = append(paths, target)
		}
	}
	return paths
}

// tell writes a tree as its pids, the children in brackets.
func tell(node pstree.Node) string {
	text := strconv.Itoa(node.PID)
	if len(node.Children) == 0 {
		return text
	}
	var children []string
	for _, child := range node.Children {
		children = append(children, tell(child))
	}
	return text + "[" + strings.Join(children, " ") + "]"
}

// list returns the processes of a tree, parents before their children.
func list(node pstree.Node) []pstree.Process {
	all := []pstree.Process{node.Process}
	for _, child := range node.Children {
		all = append(all, list(child)...)
	}
	return all
}
