// Package linkconn is one end of a link between two nodes: a reader passes on what arrives, and the link ends when its user closes it or the other end does. Fixed: a sync.Once decides who closes the channel.
package linkconn

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrClosed is what Send returns once the link has ended.
var ErrClosed = errors.New("link closed")

// Link is one end of a link.
type Link struct {
	wire     io.ReadWriteCloser
	received chan string
	done     chan struct{}
	ending   sync.Once
	reader   chan struct{}
}

// New makes a link of a connection and begins to read from it.
func New(wire io.ReadWriteCloser) *Link {
	l := &Link{
		wire:     wire,
		received: make(chan string),
		done:     make(chan struct{}),
		reader:   make(chan struct{}),
	}
	go l.read()
	return l
}

func (l *Link) read() {
	defer close(l.reader)
	defer l.shut()
	lines := bufio.NewScanner(l.wire)
	for lines.Scan() {
		select {
		case l.received <- lines.Text():
		case <-l.done:
			return
		}
	}
}

// shut ends the link, whoever notices first that it is to end.
func (l *Link) shut() {
	l.ending.Do(func() {
		close(l.done)
		l.wire.Close()
	})
}

// Received hands out what the other end sends.
func (l *Link) Received() <-chan string { return l.received }

// Done is closed when the link has ended.
func (l *Link) Done() <-chan struct{} { return l.done }

// Send sends a line to the other end.
func (l *Link) Send(line string) error {
	select {
	case <-l.done:
		return ErrClosed
	default:
	}
	if _, err := fmt.Fprintln(l.wire, line); err != nil {
		return errors.Join(ErrClosed, err)
	}
	return nil
}

// Close ends the link and waits for its reader.
func (l *Link) Close() {
	l.shut()
	<-l.reader
}
