// Package forkcount is a kata about what a fork copies: tell, without running it,
// how many processes a small program makes and how many lines they write.
//
// In Python: os.fork(), which returns twice, 0 in the child; print() and
// sys.stdout.flush(); sys.exit() and os._exit(). Go has no fork: a Go program has
// many threads, of which a child would have only one, so Go starts processes with
// fork and exec in one step (os/exec), and nothing of the parent's memory is left
// in the child. So here you don't fork, you count: the programs are values, and
// their types stand for what one writes in C or Python.
//
//	fork(); fork();                     Program{Fork{}, Fork{}}
//	if (fork() == 0) { exit(0); }       Program{If{Condition: Not{Fork{}}, Then: Program{Exit{}}}}
//	fork() && fork() || fork();         Program{Or{And{Fork{}, Fork{}}, Fork{}}}
//	for (i = 0; i < 3; i++) { fork(); } Program{Loop{N: 3, Body: Program{Fork{}}}}
//
// # Rules
//
//   - A fork makes a second process that is like the first in everything but the
//     value of the fork. What the first has done before is not done again; what it
//     has left in memory is there twice.
//   - Processes share nothing: what one does after the fork, the others don't see.
//   - All processes that there have ever been count, the first one too.
//   - A line counts when it is written, not when it is printed, and it counts as
//     often as it is written.
//   - The forms that a program can have are all there is. A program holds them as
//     values, not as pointers, and what must be there is there: what Predict does
//     with a nil statement or expression is left open. A branch or body without
//     statements may be nil.
//   - A program of 2^63 processes is predicted as readily as one of eight.
//
// # Worth knowing
//
// Standard output is buffered by the library, in the memory of the process, and
// the kernel knows nothing of it: stdio(3) and setvbuf(3). If it is a terminal, C
// and Python write at the end of each line, and here nothing would be doubled;
// if it is a file or a pipe, they write when the buffer is full, when they are
// told to (fflush(3)) and at exit(3), but not at _exit(2). So the same program can
// show one line on the screen and two in a file. fork(2) lists what a child gets.
// In C, && binds tighter than ||.
package forkcount
