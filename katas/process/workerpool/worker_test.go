//go:build linux

package workerpool_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

// worker is a process that runs the tasks of these specs. With the path of a station
// as its argument, it comes by there once it has served.
var worker = spec.Child("workerpool/worker", func(arguments []string) int {
	if workerpool.Serve(handle) != nil {
		return 1
	}
	if len(arguments) > 0 {
		visit(hold, arguments[0], served)
	}
	return 0
})

// Tasks are words with a space between them; of any other bytes, the halves change
// places, so that whoever sends them back unseen is found out.
const (
	// hold, holdDeaf and holdBreed come by at a station, under a name, and stay until
	// it lets them go. Before that, holdDeaf ignores the signals by which one asks a
	// process to end, and holdBreed starts a process that stays as well.
	hold, holdDeaf, holdBreed = "hold", "hold-deaf", "hold-breed"
	// note appends a line to a file.
	note = "note"
	// fail returns an error with a text.
	fail = "fail"
	// exit ends the worker with a status.
	exit = "exit"
	// outputs returns what the worker's standard output and error are.
	outputs = "outputs"
)

// served is the name under which a worker comes by that has no more tasks.
const served = "served"

func task(words ...string) []byte { return []byte(strings.Join(words, " ")) }

func handle(task []byte) ([]byte, error) {
	verb, rest, _ := strings.Cut(string(task[:min(len(task), 4096)]), " ")
	first, second, _ := strings.Cut(rest, " ")
	switch verb {
	case hold, holdDeaf, holdBreed:
		return visit(verb, first, second)
	case note:
		file, err := os.OpenFile(first, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		_, err = file.WriteString(second + "\n")
		return []byte(second), err
	case fail:
		return []byte("no result"), errors.New(rest)
	case exit:
		status, _ := strconv.Atoi(rest)
		os.Exit(status)
	case outputs:
		out, _ := os.Readlink("/proc/self/fd/1")
		complaints, err := os.Readlink("/proc/self/fd/2")
		return []byte(out + " " + complaints), err
	}
	return turned(task), nil
}

// turned returns the second half before the first.
func turned(text []byte) []byte {
	half := len(text) / 2
	return bytes.Join([][]byte{text[half:], text[:half]}, nil)
}

// visit stays at the station at this path, and returns, or fails with, what is said
// to it there.
func visit(verb, path, name string) ([]byte, error) {
	door, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	defer door.Close()
	switch verb {
	case holdDeaf:
		signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	case holdBreed:
		file, err := door.(*net.UnixConn).File()
		if err != nil {
			return nil, err
		}
		defer file.Close()
		child := exec.Command("cat")
		child.Stdin = file
		if err := child.Start(); err != nil {
			return nil, err
		}
	}
	if _, err := io.WriteString(door, name+"\n"); err != nil {
		return nil, err
	}
	said, err := io.ReadAll(door)
	if text, failed := bytes.CutPrefix(said, []byte("error ")); failed {
		return nil, errors.New(string(text))
	}
	return said, err
}
