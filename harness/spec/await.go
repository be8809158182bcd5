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
func Await[T any](ctx context.Context, call <-chan T, about ...any) (value T) {
	GinkgoHelper()
	select {
	case came, ok := <-call:
		if !ok {
			Fail(told("nothing comes any more: the channel was closed", about))
		}
		value = came
	case <-ctx.Done():
		Fail(told("nothing comes from what should return", about))
	}
	return value
}

// AwaitClosed waits until a channel is closed, and fails the spec, as Await does, when
// that has not happened before it is ended, or when something comes instead.
func AwaitClosed[T any](ctx context.Context, over <-chan T, about ...any) {
	GinkgoHelper()
	select {
	case came, ok := <-over:
		if ok {
			Fail(told(fmt.Sprintf("%v came from a channel that should be closed", came), about))
		}
	case <-ctx.Done():
		Fail(told("what should return doesn't", about))
	}
}

// told is a format with its arguments, or what to say without one.
func told(otherwise string, about []any) string {
	if len(about) == 0 {
		return otherwise
	}
	return fmt.Sprintf(fmt.Sprint(about[0]), about[1:]...)
}
