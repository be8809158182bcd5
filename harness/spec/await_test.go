package spec

import (
	"context"
	"testing"
)

func TestReceive(t *testing.T) {
	type seen struct {
		came        string
		open, ended bool
	}
	over, end := context.WithCancel(t.Context())
	end()
	full := func() <-chan string { c := make(chan string, 1); c <- "this"; return c }
	closed := make(chan string)
	close(closed)
	for _, c := range []struct {
		why  string
		ctx  context.Context
		from <-chan string
		want seen
	}{
		{"what comes is received", t.Context(), Go(func() string { return "this" }), seen{"this", true, false}},
		{"what is there is received, though the spec was ended", over, full(), seen{"this", true, false}},
		{"a closed channel is told from one that nothing comes from", t.Context(), closed, seen{}},
		{"a spec that was ended waits for nobody", over, make(chan string), seen{"", false, true}},
	} {
		var got seen
		if got.came, got.open, got.ended = receive(c.ctx, c.from); got != c.want {
			t.Errorf("%s: %+v", c.why, got)
		}
	}
}

func TestTold(t *testing.T) {
	for _, c := range []struct {
		about []any
		want  string
	}{
		{nil, "otherwise"},
		{[]any{"100 % of it"}, "100 % of it"},
		{[]any{"%d of %s", 3, "it"}, "3 of it"},
	} {
		if got := told("otherwise", c.about); got != c.want {
			t.Errorf("%q: %q", c.about, got)
		}
	}
}
