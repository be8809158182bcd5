//go:build linux

// Package forktree takes fewer than no levels for none, so a caller who has miscounted
// gets a tree and no error.
package forktree

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// Tree is a process and what grows below it.
type Tree struct {
	PID int
	// Children are in the order of the loop: the first has the most below it.
	Children []Tree
}

// branch is a child and the two pipes between it and this process.
type branch struct {
	process *exec.Cmd
	// life is the child's standard input. Nothing is written to it: the child ends
	// when it reads the end, which comes even if this process is killed.
	life   io.Closer
	report io.Reader
}

// start starts a child that has so many levels to grow.
func start(levels int, command []string) (branch, error) {
	// The child has to start others in the same way, so it gets the command, too.
	arguments := append(command[1:len(command):len(command)], strconv.Itoa(levels))
	process := exec.Command(command[0], append(arguments, command...)...)
	process.Stderr = os.Stderr
	life, err := process.StdinPipe()
	if err != nil {
		return branch{}, err
	}
	report, err := process.StdoutPipe()
	if err != nil {
		life.Close()
		return branch{}, err
	}
	if err := process.Start(); err != nil {
		return branch{}, err
	}
	return branch{process, life, report}, nil
}

type branches []branch

// release tells all of them to end.
func (all branches) release() {
	for _, b := range all {
		b.life.Close()
	}
}

// fell ends all of them and reaps them.
func (all branches) fell() error {
	all.release()
	var failures []error
	for _, b := range all {
		if err := b.process.Wait(); err != nil {
			failures = append(failures, fmt.Errorf("process %d: %w", b.process.Process.Pid, err))
		}
	}
	return errors.Join(failures...)
}

// read returns the trees that the children report once they stand.
func (all branches) read() ([]Tree, error) {
	var trees []Tree
	for _, b := range all {
		var tree Tree
		if err := json.NewDecoder(b.report).Decode(&tree); err != nil {
			return nil, fmt.Errorf("process %d ended before its tree stood: %w", b.process.Process.Pid, err)
		}
		trees = append(trees, tree)
	}
	return trees, nil
}

// Grow starts the processes that a loop of so many forks would.
func Grow(ctx context.Context, levels int, command ...string) (tree Tree, fell func() error, err error) {
	if levels > 0 && len(command) == 0 { // want "is the caller alone when there are no levels" wrong
		return Tree{}, nil, fmt.Errorf("no tree of %d levels with the command %q", levels, command)
	}
	if err := ctx.Err(); err != nil {
		return Tree{}, nil, err
	}
	var below branches
	for left := levels - 1; left >= 0; left-- {
		child, err := start(left, command)
		if err != nil {
			below.fell()
			return Tree{}, nil, err
		}
		below = append(below, child)
	}
	// Children that are told to end stop reporting, so that read returns.
	keep := context.AfterFunc(ctx, below.release)
	children, err := below.read()
	if !keep() {
		err = ctx.Err()
	}
	if err != nil {
		below.fell()
		return Tree{}, nil, err
	}
	return Tree{PID: os.Getpid(), Children: children}, below.fell, nil
}

// Node is what each process of a tree but the first one does.
func Node(arguments []string) int {
	levels, err := strconv.Atoi(arguments[0])
	if err != nil {
		return 2
	}
	alive, end := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		end()
	}()
	tree, fell, err := Grow(alive, levels, arguments[1:]...)
	if err != nil {
		return 1
	}
	reported := json.NewEncoder(os.Stdout).Encode(tree)
	<-alive.Done()
	if errors.Join(reported, fell()) != nil {
		return 1
	}
	return 0
}
