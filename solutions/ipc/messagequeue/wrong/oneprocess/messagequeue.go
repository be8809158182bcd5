//go:build linux

// Package messagequeue keeps the queues in a map by their folders, which is found from
// everywhere in the program, but each process has a map of its own.
package messagequeue

import (
	"context"
	"errors"
	"io/fs"
	"sync"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is closed
// and empty.
var ErrClosed = errors.New("messagequeue: closed")

var (
	mu  sync.Mutex
	all = map[string]*Queue{} // want "hands on what another process put, in its order, after that process has ended" wrong
)

// Server keeps a queue in service.
type Server struct {
	folder string
	queue  *Queue
}

// Queue is one process's way to a queue.
type Queue struct {
	messages chan []byte
	closed   chan struct{}
}

// Serve puts an empty queue into service.
func Serve(folder string, capacity int) (*Server, error) {
	mu.Lock()
	defer mu.Unlock()
	all[folder] = &Queue{make(chan []byte, capacity), make(chan struct{})}
	return &Server{folder, all[folder]}, nil
}

// Close closes the queue.
func (s *Server) Close(context.Context) error {
	mu.Lock()
	defer mu.Unlock()
	if all[s.folder] == s.queue {
		delete(all, s.folder)
		close(s.queue.closed)
	}
	return nil
}

// Open opens the queue that is served in folder.
func Open(folder string) (*Queue, error) {
	mu.Lock()
	defer mu.Unlock()
	if queue, there := all[folder]; there {
		return queue, nil
	}
	return nil, fs.ErrNotExist
}

// Put appends a message.
func (q *Queue) Put(ctx context.Context, message []byte) error {
	select {
	case q.messages <- message:
		return nil
	case <-q.closed:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Take removes and returns the oldest message.
func (q *Queue) Take(ctx context.Context) ([]byte, error) {
	select {
	case message := <-q.messages:
		return message, nil
	case <-q.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close gives back nothing.
func (q *Queue) Close() error { return nil }
