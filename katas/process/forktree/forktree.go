//go:build linux

package forktree

import "context"

// Tree is a process and what grows below it.
type Tree struct {
	PID int
	// Children are in the order of the loop: the first has the most below it.
	Children []Tree
}

// Grow starts the processes that a loop of so many forks would, below this one, and
// returns their tree, the calling process first, as soon as all of them stand: each
// one runs Node and has all its children. They go on standing until fell is called,
// even if ctx ends meanwhile, or the thread on which Grow was called.
//
// command is a program, by its path, and its first arguments. Grow starts it with
// arguments of its own added behind those, which may be any text, even none, and the
// program calls Node with what was added. Standard input and standard output of these
// processes are yours to use.
//
// fell ends every process of the tree and returns when all of them are reaped. It
// returns an error if one of them had ended before, or doesn't end with exit status
// 0, and ends and reaps the others all the same.
//
// With 0 levels, the tree is the calling process, nothing is started, and fell has
// nothing to do. If levels is negative, or if it isn't 0 and there is no command, Grow
// returns an error and starts nothing.
//
// If a process can't be started, or ends before the tree stands, Grow returns an
// error. If ctx ends before the tree stands, Grow returns ctx.Err(); if it has ended
// before the call, nothing is started. Whatever the error, nothing is left of the tree
// when Grow returns it, and fell may be nil.
func Grow(ctx context.Context, levels int, command ...string) (tree Tree, fell func() error, err error) {
	panic("TODO: implement Grow")
}

// Node is what each process of a tree but the first one does: the program that command
// starts calls it once, as the last thing that it does, with the arguments that Grow
// has added, and exits with the status that Node returns.
func Node(arguments []string) int {
	panic("TODO: implement Node")
}
