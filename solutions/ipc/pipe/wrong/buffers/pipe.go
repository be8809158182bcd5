//go:build linux

// Package pipe collects all that a stage writes and starts the next one with it,
// so nothing comes out of the pipeline before its input has ended.
package pipe

import (
	"bytes"
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
	var exits []Exit
	var text []byte
	for i, stage := range stages {
		command := exec.CommandContext(ctx, stage[0], stage[1:]...)
		command.Stdin = bytes.NewReader(text)
		if i == 0 {
			command.Stdin = nil
			if in != nil {
				command.Stdin = in
			}
		}
		var err error
		if i < len(stages)-1 {
			text, err = command.Output() // want "hands on at once what a stage writes, and waits without burning CPU" deadlock
		} else {
			if out != nil {
				command.Stdout = out
			}
			err = command.Run()
		}
		if command.ProcessState == nil {
			return nil, fmt.Errorf("pipe: start stage %d, %s: %w", i+1, stage[0], err)
		}
		exits = append(exits, exitOf(command.ProcessState))
	}
	return exits, ctx.Err()
}

func exitOf(state *os.ProcessState) Exit {
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: status.Signal()}
	}
	return Exit{Code: status.ExitStatus()}
}
