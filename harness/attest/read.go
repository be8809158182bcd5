package attest

import (
	"bufio"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
)

// ErrForged is what a Reader returns once a line was not the harness's: not
// signed with the key, out of turn, or no event at all.
var ErrForged = errors.New("attest: an event was not signed by the harness, or out of turn")

// longest bounds one line, so that a submission that finds the pipe can't fill
// the parent's memory.
const longest = 4 << 20

// Reader is the parent's end of the stream.
type Reader struct {
	key    []byte
	number int
	lines  *bufio.Scanner
	forged bool
}

// NewReader reads the events that were signed with key.
func NewReader(key []byte, from io.Reader) *Reader {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 64<<10), longest)
	return &Reader{key: key, lines: lines}
}

// Next returns the next event, io.EOF at the end, or ErrForged from the first
// line on that is not to be trusted.
func (r *Reader) Next() (Event, error) {
	if r.forged {
		return Event{}, ErrForged
	}
	if !r.lines.Scan() {
		if r.lines.Err() == bufio.ErrTooLong {
			return r.forgery()
		}
		return Event{}, io.EOF
	}
	var l line
	var event Event
	if json.Unmarshal(r.lines.Bytes(), &l) != nil || l.Number != r.number+1 ||
		!hmac.Equal(l.MAC, sign(r.key, l.Number, l.Event)) ||
		json.Unmarshal(l.Event, &event) != nil {
		return r.forgery()
	}
	r.number++
	return event, nil
}

func (r *Reader) forgery() (Event, error) {
	r.forged = true
	return Event{}, ErrForged
}
