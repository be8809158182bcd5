package event_test

import (
	"context"
	"sync"
)

// own is a context of a type that package context doesn't know.
type own struct {
	context.Context
	done <-chan struct{}
}

func (o own) Done() <-chan struct{} { return o.done }

func (o own) Err() error {
	select {
	case <-o.done:
		return context.Canceled
	default:
		return nil
	}
}

// asked is a context that takes its time when it is first asked for Done.
type asked struct {
	own
	begun <-chan struct{} // closed when it was asked
	wait  func()
	// answer lets Done return, and end ends the context.
	answer, end func()
}

func (a asked) Done() <-chan struct{} {
	a.wait()
	return a.own.Done()
}

func askedFor(ctx context.Context) asked {
	begun, open, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	return asked{
		own:   own{Context: context.WithoutCancel(ctx), done: ended},
		begun: begun,
		wait: sync.OnceFunc(func() {
			close(begun)
			select {
			case <-open:
			case <-ctx.Done():
			}
		}),
		answer: sync.OnceFunc(func() { close(open) }),
		end:    sync.OnceFunc(func() { close(ended) }),
	}
}
