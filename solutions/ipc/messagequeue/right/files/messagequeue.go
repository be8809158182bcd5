//go:build linux

// Package messagequeue has no server: the queue is files in its folder, in the order of
// one flock(2), and who waits is woken by FIFOs.
package messagequeue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// ErrClosed is returned by Put once the queue is closed, and by Take once it is closed
// and empty.
var ErrClosed = errors.New("messagequeue: closed")

// Nothing serves here: the queue is files. state holds the numbers, and its flock(2)
// orders everything that anyone does. A message is a file named by its number. Whoever
// finds nothing to do waits for a byte in a FIFO, which whoever changes that writes
// first, before the change: a byte too many is found out and drained, and a byte too
// few, after a kill between the two, there can't be.
const (
	stateName = "state"
	itemsName = "items"
	roomName  = "room"
)

// Where the numbers stand in the state, 8 bytes each.
const (
	capacityAt = 8 * iota
	headAt
	tailAt
	closedAt
	stateSize
)

type state struct {
	capacity, head, tail uint64
	closed, gone         bool
}

// gate is a FIFO that wakes who waits.
type gate struct {
	file *os.File
	raw  syscall.RawConn
	fd   int
	// Turn is held by the one of this Queue that waits at the gate.
	turn chan struct{}
}

func openGate(path string) (*gate, error) {
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	g := &gate{file: file, turn: make(chan struct{}, 1)}
	if g.raw, err = file.SyscallConn(); err == nil {
		err = g.raw.Control(func(fd uintptr) { g.fd = int(fd) })
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return g, nil
}

func (g *gate) clear() {
	var buf [64]byte
	for {
		n, err := syscall.Read(g.fd, buf[:])
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 {
			return
		}
	}
}

// open makes an edge for everyone who waits.
func (g *gate) open() {
	g.clear()
	for {
		if _, err := syscall.Write(g.fd, []byte{1}); err != syscall.EINTR {
			return
		}
	}
}

// wait calls try until it returns true, each time when the gate has been opened.
func (g *gate) wait(ctx context.Context, try func() bool) error {
	if try() {
		return nil
	}
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.turn }()
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		g.file.SetReadDeadline(time.Unix(1, 0))
		close(ended)
	})
	// The poller is armed before try looks, so that an edge after the look isn't lost.
	err := g.raw.Read(func(uintptr) bool { return try() })
	if !stop() {
		<-ended
		g.file.SetReadDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ctx.Err()
	}
	return err
}

// Server keeps a queue in service.
type Server struct {
	queue *Queue
	once  sync.Mutex
	ended bool
}

// Queue is one process's way to a queue.
type Queue struct {
	folder string
	// A flock belongs to the open file, so that between goroutines it takes the mutex.
	mu          sync.Mutex
	file        *os.File
	fd          int
	items, room *gate
}

// locked calls f with the state, which nobody else touches meanwhile.
func (q *Queue) locked(f func(state) error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := flock(q.fd, syscall.LOCK_EX); err != nil {
		return err
	}
	defer flock(q.fd, syscall.LOCK_UN)
	var st syscall.Stat_t
	if err := syscall.Fstat(q.fd, &st); err != nil {
		return err
	}
	if st.Nlink == 0 {
		return f(state{closed: true, gone: true})
	}
	var buf [stateSize]byte
	if _, err := q.file.ReadAt(buf[:], 0); err != nil {
		return err
	}
	at := func(i int) uint64 { return binary.NativeEndian.Uint64(buf[i:]) }
	return f(state{capacity: at(capacityAt), head: at(headAt), tail: at(tailAt), closed: at(closedAt) != 0})
}

func flock(fd, how int) error {
	for {
		if err := syscall.Flock(fd, how); err != syscall.EINTR {
			return err
		}
	}
}

// set changes one number of the state, all of it or nothing.
func (q *Queue) set(at int64, n uint64) error {
	_, err := q.file.WriteAt(binary.NativeEndian.AppendUint64(nil, n), at)
	return err
}

func (q *Queue) path(number uint64) string {
	return filepath.Join(q.folder, fmt.Sprintf("%020d", number))
}

// Serve puts an empty queue into service, which holds at most capacity messages, 1
// or more. Folder is there already, is empty, and has so short a path that 30 more bytes
// make that of a socket (unix(7)). Serve doesn't wait, and when it has returned, any
// process of the same user can open the queue.
func Serve(folder string, capacity int) (*Server, error) {
	if capacity < 1 {
		return nil, fmt.Errorf("messagequeue: a capacity of %d", capacity)
	}
	s, err := serve(folder, capacity)
	if err != nil {
		sweep(folder)
		return nil, err
	}
	return s, nil
}

func serve(folder string, capacity int) (*Server, error) {
	for _, name := range []string{itemsName, roomName} {
		if err := syscall.Mkfifo(filepath.Join(folder, name), 0o600); err != nil {
			return nil, err
		}
	}
	var buf [stateSize]byte
	binary.NativeEndian.PutUint64(buf[capacityAt:], uint64(capacity))
	path := filepath.Join(folder, stateName)
	if err := os.WriteFile(path+".new", buf[:], 0o600); err != nil {
		return nil, err
	}
	// From here on the queue can be opened: it is there at once, and all of it.
	if err := os.Rename(path+".new", path); err != nil {
		return nil, err
	}
	q, err := Open(folder)
	if err != nil {
		return nil, err
	}
	return &Server{queue: q}, nil
}

// sweep empties the folder, the state first.
func sweep(folder string) error {
	failed := os.Remove(filepath.Join(folder, stateName))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = err
		}
	}
	return failed
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
	// One that comes while another is at it waits for that, and it ends by the other's ctx.
	s.once.Lock()
	defer s.once.Unlock()
	if s.ended {
		return nil
	}
	s.ended = true
	q := s.queue
	defer q.Close()
	err := q.locked(func(st state) error {
		// Before the word, for a byte can't be too many.
		q.items.open()
		q.room.open()
		return q.set(closedAt, 1)
	})
	if err == nil {
		var failed error
		err = q.room.wait(ctx, func() (empty bool) {
			failed = q.locked(func(st state) error {
				empty = st.head == st.tail
				return nil
			})
			return empty || failed != nil
		})
		if err == nil {
			err = failed
		}
	}
	if swept := q.locked(func(state) error { return sweep(q.folder) }); err == nil {
		err = swept
	}
	return err
}

// Open opens the queue that is served in folder, by this process or another. If there
// is none, or none any more, the error is fs.ErrNotExist, or wraps it.
func Open(folder string) (*Queue, error) {
	file, err := os.OpenFile(filepath.Join(folder, stateName), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	q := &Queue{folder: folder, file: file}
	raw, err := file.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { q.fd = int(fd) })
	}
	if err == nil {
		q.items, err = openGate(filepath.Join(folder, itemsName))
	}
	if err == nil {
		q.room, err = openGate(filepath.Join(folder, roomName))
	}
	if err == nil {
		// All that is open belongs together if the state is still there after all.
		err = q.locked(func(st state) error {
			if st.gone {
				return fmt.Errorf("messagequeue: %s: %w", folder, fs.ErrNotExist)
			}
			return nil
		})
	}
	if err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// Put appends a message, which may be empty, and waits while the queue is full. When
// it has returned nil, the message is in the queue.
//
// If ctx ends first, Put returns ctx.Err(), and the message neither is in the queue
// nor comes into it. If ctx had ended before the call, and there is room, either is
// right. After Server.Close, Put returns ErrClosed. Errors may wrap more around these.
func (q *Queue) Put(ctx context.Context, message []byte) error {
	var failed error
	err := q.room.wait(ctx, func() (done bool) {
		failed = q.locked(func(st state) error {
			switch {
			case st.closed:
				return ErrClosed
			case st.tail-st.head >= st.capacity:
				q.room.clear()
				return nil
			}
			done = true
			// What a Put that was killed has left there is written over.
			if err := os.WriteFile(q.path(st.tail), message, 0o600); err != nil {
				os.Remove(q.path(st.tail))
				return err
			}
			if st.tail == st.head {
				q.items.open()
			}
			return q.set(tailAt, st.tail+1)
		})
		return done || failed != nil
	})
	if err != nil {
		return err
	}
	return failed
}

// Take removes and returns the oldest message, and waits while there is none.
//
// If ctx ends first, Take returns ctx.Err(), and has taken nothing. If ctx has ended
// and there is a message, either is right. When the queue is closed and empty, Take
// returns ErrClosed. Errors may wrap more around these.
func (q *Queue) Take(ctx context.Context) ([]byte, error) {
	var message []byte
	var failed error
	err := q.items.wait(ctx, func() (done bool) {
		failed = q.locked(func(st state) error {
			switch {
			case st.tail == st.head && st.closed:
				return ErrClosed
			case st.tail == st.head:
				q.items.clear()
				return nil
			}
			read, err := os.ReadFile(q.path(st.head))
			if err != nil {
				return err
			}
			// Closed, it is Server.Close that waits for room: for all of it.
			if st.closed || st.tail-st.head >= st.capacity {
				q.room.open()
			}
			if err := q.set(headAt, st.head+1); err != nil {
				return err
			}
			message, done = read, true
			os.Remove(q.path(st.head))
			return nil
		})
		return done || failed != nil
	})
	if err != nil {
		return nil, err
	}
	return message, failed
}

// Close gives back what this Queue holds. No call of Put or Take is going on then,
// and none comes after it. The queue itself, and what is in it, stays.
func (q *Queue) Close() error {
	err := q.file.Close()
	for _, g := range []*gate{q.items, q.room} {
		if g != nil {
			err = errors.Join(err, g.file.Close())
		}
	}
	return err
}
