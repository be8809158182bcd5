// Package eventlog is the event log of a service: callers encode their events side by side, in pooled buffers, and the log appends the lines to one output. Fixed: encode returns a copy of the buffer's bytes.
package eventlog

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Log writes events to an output.
type Log struct {
	service string

	mu     sync.Mutex
	output io.Writer
	events int
}

// New returns the log of a service.
func New(service string, output io.Writer) *Log {
	return &Log{service: service, output: output}
}

// Event logs an event with its fields, in the order of their names.
func (l *Log) Event(name string, fields map[string]string) error {
	line := l.encode(name, fields)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.output.Write(line); err != nil {
		return fmt.Errorf("log event %s: %w", name, err)
	}
	l.events++
	return nil
}

// encode returns the line of an event.
func (l *Log) encode(name string, fields map[string]string) []byte {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	buffer.WriteString(l.service + " " + name)
	names := make([]string, 0, len(fields))
	for field := range fields {
		names = append(names, field)
	}
	slices.Sort(names)
	for _, field := range names {
		fmt.Fprintf(buffer, " %s=%s", field, strconv.Quote(fields[field]))
	}
	buffer.WriteByte('\n')
	return bytes.Clone(buffer.Bytes())
}

// Events returns how many events were logged.
func (l *Log) Events() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events
}
