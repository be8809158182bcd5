//go:build linux

package pipe

import (
	"context"
	"os"
	"syscall"
)

// Exit says how one stage ended.
type Exit struct {
	// Code is the exit status of the stage. If a signal ended it, Code is 128
	// plus the signal's number, as in a shell's PIPESTATUS.
	Code int
	// Signal is the signal that ended the stage, 0 if it exited by itself.
	Signal syscall.Signal
}

// Run runs a pipeline and waits until every stage has ended. Each stage is a
// command line, program first; a program without a slash is looked for in PATH.
// The first stage reads in, the last one writes to out, and each reads from an
// unnamed pipe what the one before it writes. For standard error, environment and
// working directory they have the caller's.
//
// A nil in is an input that is empty, a nil out throws the output away
// (/dev/null); they don't stand for the caller's own standard input and output.
// Other files stay the caller's: Run closes neither, and leaves what no stage has
// read in in.
//
// Run returns one Exit for each stage, in the order of the pipeline.
//
// It is an error if there are no stages, or if one of them is an empty command
// line; then nothing is started. If a stage can't be started, Run kills those that
// were with SIGKILL, waits for them, and returns no exits and an error that names
// the program.
//
// If ctx ends while stages run, Run kills these with SIGKILL, waits for them, and
// returns ctx.Err() and every stage's Exit, which for those that had ended before
// says how they ended. If ctx has ended before the call, nothing is started, and
// Run returns no exits and ctx.Err(); of a pipeline that is an error too, it may
// return either. Errors may wrap more around ctx.Err().
func Run(ctx context.Context, in, out *os.File, stages ...[]string) ([]Exit, error) {
	panic("TODO: implement Run")
}
