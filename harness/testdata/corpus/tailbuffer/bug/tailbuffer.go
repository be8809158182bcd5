// Package tailbuffer is the buffer with the last lines of a job's log, for a page that shows its tail. Bug (race): Tail copies the slice's header under the lock and reads the lines after it, while a full buffer shifts them in place.
package tailbuffer

import (
	"strings"
	"sync"
)

// Buffer keeps the last lines that were written to it.
type Buffer struct {
	limit int

	mu      sync.Mutex
	lines   []string
	partial string
	dropped int
}

// New returns a buffer of at most so many lines.
func New(limit int) *Buffer {
	return &Buffer{limit: limit, lines: make([]string, 0, limit)}
}

// Write takes output as a job writes it, not always whole lines.
func (b *Buffer) Write(output []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.partial + string(output)
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			b.partial = text
			return len(output), nil
		}
		b.add(line)
		text = rest
	}
}

// add appends a line, in the place of the oldest if the buffer is full.
func (b *Buffer) add(line string) {
	if len(b.lines) == b.limit {
		copy(b.lines, b.lines[1:])
		b.lines = b.lines[:b.limit-1]
		b.dropped++
	}
	b.lines = append(b.lines, line)
}

// Tail returns the last n lines, or those that there are.
func (b *Buffer) Tail(n int) string {
	b.mu.Lock()
	tail := b.lines[max(0, len(b.lines)-n):]
	b.mu.Unlock()
	return strings.Join(tail, "\n")
}

// Dropped returns how many lines the buffer has lost.
func (b *Buffer) Dropped() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}
