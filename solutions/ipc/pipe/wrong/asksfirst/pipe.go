//go:build linux

// Package pipe asks the stages that run with SIGTERM when a later one can't be started,
// and waits for ever for one that ignores it.
package pipe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// Run runs a pipeline and waits until every stage has ended.
func Run(ctx context.Context, in, out *os.File, stages ...[]string) ([]Exit, error) {
	if len(stages) == 0 {
		return nil, errors.New("pipe: a pipeline needs a stage")
	}
	for i, stage := range stages {
		if len(stage) == 0 {
			return nil, fmt.Errorf("pipe: stage %d names no program", i+1)
		}
	}
	running, kill := context.WithCancel(ctx)
	defer kill()
	commands, err := start(running, in, out, stages)
	if err != nil {
		for _, command := range commands {
			command.Process.Signal(syscall.SIGTERM) // want "is killed, not asked to end, when another cannot be started" wrong
		}
	}
	var exits []Exit
	for _, command := range commands {
		// Its error says no more than the state: nothing is copied here.
		command.Wait()
		exits = append(exits, exitOf(command.ProcessState))
	}
	if err != nil {
		return nil, err
	}
	return exits, ctx.Err()
}

// start starts the stages and returns those that it could start. However it
// returns, none of the pipes' ends stays open in this process: a write end would
// keep the end of file from the next stage, a read end SIGPIPE from the one before.
func start(ctx context.Context, in, out *os.File, stages [][]string) (started []*exec.Cmd, err error) {
	var ends []*os.File
	defer func() {
		for _, end := range ends {
			end.Close()
		}
	}()
	from := in
	for i, stage := range stages {
		to, next := out, (*os.File)(nil)
		if i < len(stages)-1 {
			if next, to, err = os.Pipe(); err != nil {
				return started, fmt.Errorf("pipe: make a pipe after stage %d: %w", i+1, err)
			}
			ends = append(ends, next, to)
		}
		command := exec.CommandContext(ctx, stage[0], stage[1:]...)
		// A nil *os.File in an interface is not nil, and os/exec would start
		// the stage with the descriptor closed.
		if from != nil {
			command.Stdin = from
		}
		if to != nil {
			command.Stdout = to
		}
		command.Stderr = os.Stderr
		if err := command.Start(); err != nil {
			return started, fmt.Errorf("pipe: start stage %d, %s: %w", i+1, stage[0], err)
		}
		started = append(started, command)
		from = next
	}
	return started, nil
}

func exitOf(state *os.ProcessState) Exit {
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: status.Signal()}
	}
	return Exit{Code: status.ExitStatus()}
}
