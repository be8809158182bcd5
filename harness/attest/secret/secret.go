// Package secret takes the run's secret out of the process's reach before any
// submitted code can look for it.
//
// Go initialises packages by dependency, then by import path. This package
// depends on syscall alone and its path sorts before "…/katas", so it is
// initialised before every package of a submission that could read a
// descriptor. It must stay that small: one more import may move it behind
// them. A test in harness/attest holds this.
//
// The parent leaves two descriptors: From, which holds the secret and ends, and
// Events, the write end of the pipe that carries the events.
package secret

import "syscall"

// Variable names the environment variable that announces the descriptors. It
// carries no secret.
const Variable = "DOJO_ATTEST"

// The descriptors that a graded process starts with.
const (
	From   = 3
	Events = 4
	Leash  = 5 // reads end of file when the parent is gone
)

// Bytes is the secret, nil in a process that is not being graded. Take it once.
var bytes []byte

// Descriptors that the submission finds neither by counting from 3 nor in a
// child process: both are close-on-exec and high.
var events, leash = -1, -1

func init() {
	if _, graded := syscall.Getenv(Variable); !graded {
		return
	}
	syscall.Unsetenv(Variable)
	closeMemory()
	buffer := make([]byte, 4096)
	for {
		n, err := syscall.Read(From, buffer)
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			break
		}
		bytes = append(bytes, buffer[:n]...)
	}
	clear(buffer)
	syscall.Close(From)
	events = hide(Events)
	leash = hide(Leash)
}

// Take returns the secret and the descriptors of the event pipe and of the
// leash, and forgets them. ok is false if the process is not being graded, or
// if they were taken before.
func Take() (key []byte, eventsFD, leashFD int, ok bool) {
	key, eventsFD, leashFD = bytes, events, leash
	bytes, events, leash = nil, -1, -1
	return key, eventsFD, leashFD, len(key) > 0
}
