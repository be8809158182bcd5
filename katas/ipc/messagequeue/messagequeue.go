//go:build linux

package messagequeue

import (
	"context"
	"errors"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is closed
// and empty.
var ErrClosed = errors.New("messagequeue: closed")

// Server keeps a queue in service.
type Server struct {
	// TODO: what does the process that serves the queue have to know?
}

// Queue is one process's way to a queue.
type Queue struct {
	// TODO: what does a producer or a consumer have to know?
}

// Serve puts an empty queue into service, which holds at most capacity messages, 1
// or more. Folder is there already, is empty, and has so short a path that 30 more bytes
// make that of a socket (unix(7)). Serve doesn't wait, and when it has returned, any
// process of the same user can open the queue.
func Serve(folder string, capacity int) (*Server, error) {
	panic("TODO: implement Serve")
}

// Close closes the queue. From then on nothing new comes in: a Put that waits returns
// ErrClosed, and so does every later one. What is in the queue can still be taken, and
// Close waits until the last message has been. Then each Take returns ErrClosed, that
// of those who wait already too.
//
// If ctx ends before that, Close throws away what is left and returns ctx.Err();
// Put and Take return ErrClosed from then on.
//
// When Close has returned, of the queue nothing is left: no goroutine in this
// process, and nothing in the folder. Close again does nothing and returns nil.
func (s *Server) Close(ctx context.Context) error {
	panic("TODO: implement Close")
}

// Open opens the queue that is served in folder, by this process or another. If there
// is none, or none any more, the error is fs.ErrNotExist, or wraps it.
func Open(folder string) (*Queue, error) {
	panic("TODO: implement Open")
}

// Put appends a message, which may be empty, and waits while the queue is full. When
// it has returned nil, the message is in the queue, and the slice the caller's again.
//
// If ctx ends first, Put returns ctx.Err(), and the message neither is in the queue
// nor comes into it. If ctx had ended before the call, and there is room, either is
// right. After Server.Close, Put returns ErrClosed. Errors may wrap more around these.
func (q *Queue) Put(ctx context.Context, message []byte) error {
	panic("TODO: implement Put")
}

// Take removes and returns the oldest message, which is the caller's to keep and to
// change, and waits while there is none.
//
// If ctx ends first, Take returns ctx.Err(), and has taken nothing. If ctx has ended
// and there is a message, either is right. When the queue is closed and empty, Take
// returns ErrClosed. Errors may wrap more around these.
func (q *Queue) Take(ctx context.Context) ([]byte, error) {
	panic("TODO: implement Take")
}

// Close gives back what this Queue holds. No call of Put or Take is going on then,
// and none comes after it. The queue itself, and what is in it, stays.
func (q *Queue) Close() error {
	panic("TODO: implement Close")
}
