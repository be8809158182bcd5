package spec

import (
	"context"
	"testing"
)

func TestLate(t *testing.T) {
	parent, cancel := context.WithCancel(t.Context())
	for _, c := range []struct {
		why  string
		end  func(pass func())
		want error
	}{
		{"it ends when the spec says so, also more than once", func(pass func()) { pass(); pass() }, context.DeadlineExceeded},
		{"it ends with its parent", func(func()) { cancel() }, context.Canceled},
	} {
		late, pass, forget := newLate(parent)
		defer forget()
		// What an answer derives from it ends with it, and for the same reason.
		child, end := context.WithCancel(late)
		defer end()
		if late.Err() != nil || child.Err() != nil {
			t.Fatalf("%s: it has ended before that: %v, %v", c.why, late.Err(), child.Err())
		}
		c.end(pass)
		<-late.Done()
		<-child.Done()
		if late.Err() != c.want || child.Err() != c.want {
			t.Errorf("%s: its error is %v, and that of its child %v; want %v", c.why, late.Err(), child.Err(), c.want)
		}
	}
}
