// Package offsetlog is a log of messages whose readers wait until an offset is reached. Bug (deadlock): Append wakes one reader with Signal, and that may be one whose offset is still to come, while the one that could go on sleeps.
package offsetlog

import (
	"errors"
	"slices"
	"sync"
)

// ErrSealed means that the log ends before the offset.
var ErrSealed = errors.New("log is sealed")

// Log is a sequence of messages that grows until it is sealed.
type Log struct {
	mu       sync.Mutex
	grown    *sync.Cond
	messages []string
	base     int // offset of the first message that is kept
	sealed   bool
}

// New returns an empty log.
func New() *Log {
	l := &Log{}
	l.grown = sync.NewCond(&l.mu)
	return l
}

// Append adds a message and returns its offset.
func (l *Log) Append(message string) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sealed {
		return 0, ErrSealed
	}
	l.messages = append(l.messages, message)
	l.grown.Signal()
	return l.base + len(l.messages) - 1, nil
}

// Seal ends the log.
func (l *Log) Seal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sealed = true
	l.grown.Broadcast()
}

// Trim forgets the messages before an offset.
func (l *Log) Trim(offset int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	drop := min(max(offset-l.base, 0), len(l.messages))
	l.messages = slices.Clone(l.messages[drop:])
	l.base += drop
}

// End returns the offset that the next message will have.
func (l *Log) End() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base + len(l.messages)
}

// Read returns the message at an offset; it waits until there is one.
func (l *Log) Read(offset int) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for offset >= l.base+len(l.messages) {
		if l.sealed {
			return "", ErrSealed
		}
		l.grown.Wait()
	}
	if offset < l.base {
		return "", errors.New("message was trimmed")
	}
	return l.messages[offset-l.base], nil
}
