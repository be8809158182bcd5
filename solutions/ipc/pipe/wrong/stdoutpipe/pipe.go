//go:build linux

// Package pipe connects the stages with StdoutPipe, whose reading end the parent
// keeps until Wait returns: a stage whose reader has ended gets no SIGPIPE, and
// Run waits for it for ever.
package pipe

import (
	"context"
	"errors"
	"fmt"
	"io"
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
		kill()
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

// start starts the stages and returns those that it could start.
func start(ctx context.Context, in, out *os.File, stages [][]string) (started []*exec.Cmd, err error) {
	var from io.Reader
	if in != nil {
		from = in
	}
	for i, stage := range stages {
		command := exec.CommandContext(ctx, stage[0], stage[1:]...)
		command.Stdin = from
		if i < len(stages)-1 {
			if from, err = command.StdoutPipe(); err != nil { // want "ends the stages whose reader has seen enough" deadlock
				return started, fmt.Errorf("pipe: make a pipe after stage %d: %w", i+1, err)
			}
		} else if out != nil {
			command.Stdout = out
		}
		command.Stderr = os.Stderr
		if err := command.Start(); err != nil {
			return started, fmt.Errorf("pipe: start stage %d, %s: %w", i+1, stage[0], err)
		}
		started = append(started, command)
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
