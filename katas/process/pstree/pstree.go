//go:build linux

package pstree

import "errors"

// ErrGone says that there is no such process, or none any more.
var ErrGone = errors.New("pstree: no such process")

// Process is what /proc tells about a process.
type Process struct {
	PID    int
	Parent int // its parent's pid
	// Command is what stands in stat between the first opening and the last
	// closing parenthesis.
	Command string
	// State is one letter: R, S, D, T, Z …
	State string
	// Nice is from -20, which gets most of the processor, to 19. It is not the
	// priority, which stands beside it.
	Nice    int
	Threads int
	// Resident and Swap are how many bytes of its memory are in RAM (VmRSS) and
	// swapped out (VmSwap); 0 if status doesn't say.
	Resident, Swap int64
}

// Node is a process and the processes below it.
type Node struct {
	Process
	// Children are those that have this process as their parent, the smallest pid
	// first, each with its own children.
	Children []Node
}

// Read returns what the folder root tells about one process. What it does for the
// number of a thread that isn't a process is left open.
//
// If the process has gone, and only then, errors.Is(err, ErrGone) holds for the error
// that Read returns. It has gone if its folder, stat or status is missing or empty, or
// if reading one of them fails with ESRCH.
//
// If stat or status is there and can't be read, or can't be understood, because stat
// ends before field 20 or a number that Process asks for is none, that is an error
// as well.
func Read(root string, pid int) (Process, error) {
	panic("TODO: implement Read")
}

// Tree returns the process and all that are below it: its children, their children,
// and so on, zombies among them. Processes for which Read returns an error are left
// out; if that is so for the process pid itself, Tree returns that error. A folder
// that can't be read is an error, too.
func Tree(root string, pid int) (Node, error) {
	panic("TODO: implement Tree")
}

// Top returns the n processes that have the most memory swapped out, the largest
// first, and of two with the same amount the one with the smaller pid first.
// Processes that have nothing swapped out are never among them, so there may be
// fewer than n, or none. Nor are those for which Read returns an error. If n is less
// than 1, there are none. A folder that can't be read is an error.
func Top(root string, n int) ([]Process, error) {
	panic("TODO: implement Top")
}
