//go:build linux

// Package pstree looks for the top of the tree among those that it could read, and takes
// for gone whoever isn't there.
package pstree

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrGone says that there is no such process, or none any more.
var ErrGone = errors.New("pstree: no such process")

// Process is what /proc tells about a process.
type Process struct {
	PID, Parent    int
	Command, State string
	Nice, Threads  int
	Resident, Swap int64 // bytes
}

// Node is a process and the processes below it.
type Node struct {
	Process
	Children []Node
}

// Where the fields of stat are behind the command, which is the second of them.
const (
	fieldState   = 3 - 3
	fieldParent  = 4 - 3
	fieldNice    = 19 - 3
	fieldThreads = 20 - 3
)

// Read returns what root tells about one process.
func Read(root string, pid int) (Process, error) {
	folder := filepath.Join(root, strconv.Itoa(pid))
	stat, err := content(filepath.Join(folder, "stat"))
	if err != nil {
		return Process{}, err
	}
	status, err := content(filepath.Join(folder, "status"))
	if err != nil {
		return Process{}, err
	}
	process := Process{PID: pid}
	if err := errors.Join(process.addStat(stat), process.addStatus(status)); err != nil {
		return Process{}, fmt.Errorf("%s: %w", folder, err)
	}
	return process, nil
}

// content reads a file of a process that may end meanwhile.
func content(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) || err == nil && len(text) == 0 {
		return "", fmt.Errorf("%s: %w", path, ErrGone)
	}
	return string(text), err
}

// addStat adds what stat tells. The command may hold anything, so what stands
// behind it is found from the end.
func (p *Process) addStat(text string) error {
	first, last := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if first < 0 || last < first {
		return errors.New("stat has no command")
	}
	p.Command = text[first+1 : last]
	fields := strings.Fields(text[last+1:])
	if len(fields) <= fieldThreads {
		return errors.New("stat ends too early")
	}
	p.State = fields[fieldState]
	var bad [3]error
	p.Parent, bad[0] = strconv.Atoi(fields[fieldParent])
	p.Nice, bad[1] = strconv.Atoi(fields[fieldNice])
	p.Threads, bad[2] = strconv.Atoi(fields[fieldThreads])
	return errors.Join(bad[:]...)
}

// addStatus adds what status tells.
func (p *Process) addStatus(text string) (err error) {
	for line := range strings.Lines(text) {
		if size, found := strings.CutPrefix(line, "VmRSS:"); found {
			p.Resident, err = inBytes(size)
		} else if size, found := strings.CutPrefix(line, "VmSwap:"); found {
			p.Swap, err = inBytes(size)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inBytes understands a size such as "  1792 kB".
func inBytes(size string) (int64, error) {
	number, found := strings.CutSuffix(strings.TrimSpace(size), " kB")
	if !found {
		return 0, fmt.Errorf("size %q is not in kB", size)
	}
	kB, err := strconv.ParseInt(number, 10, 64)
	return kB * 1024, err
}

// scan returns the processes that can be read, in no particular order.
func scan(root string) ([]Process, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var all []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		process, err := Read(root, pid)
		if err != nil {
			continue
		}
		all = append(all, process)
	}
	return all, nil
}

// Tree returns the process and all that are below it.
func Tree(root string, pid int) (Node, error) {
	all, err := scan(root)
	if err != nil {
		return Node{}, err
	}
	at := slices.IndexFunc(all, func(p Process) bool { return p.PID == pid })
	if at < 0 {
		return Node{}, ErrGone // want "leaves out those that it cannot read, and nothing open" wrong
	}
	top := all[at]
	slices.SortFunc(all, func(a, b Process) int { return cmp.Compare(a.PID, b.PID) })
	children := map[int][]Process{}
	for _, process := range all {
		children[process.Parent] = append(children[process.Parent], process)
	}
	return grow(top, children), nil
}

// grow builds the tree below a process.
func grow(process Process, children map[int][]Process) Node {
	node := Node{Process: process}
	for _, child := range children[process.PID] {
		node.Children = append(node.Children, grow(child, children))
	}
	return node
}

// Top returns the n processes that have the most memory swapped out.
func Top(root string, n int) ([]Process, error) {
	all, err := scan(root)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p Process) bool { return p.Swap == 0 })
	slices.SortFunc(all, func(a, b Process) int {
		return cmp.Or(cmp.Compare(b.Swap, a.Swap), cmp.Compare(a.PID, b.PID))
	})
	return all[:max(0, min(n, len(all)))], nil
}
