package spec

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
)

// Await receives what a call returns, or whatever else comes from a channel. When
// nothing comes before the spec is ended, or the channel is closed first, it fails the
// spec with what about says, which is a format and its arguments, as in Gomega. It
// blocks where Eventually would poll, every 10 ms.
func Await[T any](ctx context.Context, call <-chan T, about ...any) T {
	GinkgoHelper()
	came, open, ended := receive(ctx, call)
	switch {
	case ended:
		Fail(told("nothing comes from what should return", about))
	case !open:
		Fail(told("nothing comes any more: the channel was closed", about))
	}
	return came
}

// AwaitClosed waits until a channel is closed, and fails the spec, as Await does, when
// that has not happened before it is ended, or when something comes instead.
func AwaitClosed[T any](ctx context.Context, over <-chan T, about ...any) {
	GinkgoHelper()
	came, open, ended := receive(ctx, over)
	switch {
	case ended:
		Fail(told("what should return doesn't", about))
	case open:
		Fail(told(fmt.Sprintf("%v came from a channel that should be closed", came), about))
	}
}

// receive is a receive that a context ends. What is there is taken, though the context
// may have ended.
func receive[T any](ctx context.Context, from <-chan T) (came T, open, ended bool) {
	select {
	case came, open = <-from:
		return came, open, false
	default:
	}
	select {
	case came, open = <-from:
		return came, open, false
	case <-ctx.Done():
		return came, false, true
	}
}

// told is a format with its arguments, or what to say without one.
func told(otherwise string, about []any) string {
	switch len(about) {
	case 0:
		return otherwise
	case 1:
		return fmt.Sprint(about[0])
	}
	return fmt.Sprintf(fmt.Sprint(about[0]), about[1:]...)
}
