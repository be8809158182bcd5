// Package flowcredit is a link with flow control: senders spend credits and receivers grant them again. Bug (deadlock): a grant wakes one waiting sender with a baton, which takes one credit and doesn't pass the baton on, so another sleeps on while credits are left.
package flowcredit

import (
	"context"
	"sync"
)

// Message is what a link carries.
type Message struct {
	From string
	Body int
}

// Link carries messages from many senders, as long as there are credits.
type Link struct {
	wire  chan Message // has room for a message per credit
	batch int
	// baton is taken by a sender that waits, to look for credits.
	baton chan struct{}

	mu       sync.Mutex
	credits  int
	consumed int // since the last grant
	sent     int
}

// New returns a link with that many credits; receivers grant batch at a time, which
// must not be more than that.
func New(window, batch int) *Link {
	return &Link{
		wire:    make(chan Message, window),
		batch:   batch,
		baton:   make(chan struct{}, 1),
		credits: window,
	}
}

// Send spends a credit on a message and waits for one if need be.
func (l *Link) Send(ctx context.Context, m Message) error {
	for !l.spend() {
		select {
		case <-l.baton:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.wire <- m
	return nil
}

// spend takes a credit if there is one.
func (l *Link) spend() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.credits == 0 {
		return false
	}
	l.credits--
	l.sent++
	return true
}

// Receive returns the next message.
func (l *Link) Receive(ctx context.Context) (Message, error) {
	select {
	case m := <-l.wire:
		l.consume()
		return m, nil
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// consume grants credits once enough messages have been read.
func (l *Link) consume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.consumed++
	if l.consumed < l.batch {
		return
	}
	l.consumed -= l.batch
	l.credits += l.batch
	l.pass()
}

// pass passes the baton to a sender that waits, or will.
func (l *Link) pass() {
	select {
	case l.baton <- struct{}{}:
	default: // it is on its way
	}
}

// Stats returns how many messages were sent, and the credits that are left.
func (l *Link) Stats() (sent, credits int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent, l.credits
}
