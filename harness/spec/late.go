package spec

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"
)

// Late returns a context that ends as one does whose deadline has passed
// (context.DeadlineExceeded), but when the spec calls pass instead of after a time. It
// ends with its parent, too.
func Late(parent context.Context) (ctx context.Context, pass func()) {
	GinkgoHelper()
	late, pass, forget := newLate(parent)
	DeferCleanup(forget)
	return late, pass
}

func newLate(parent context.Context) (l *lateContext, pass func(), forget func() bool) {
	l = &lateContext{Context: parent, over: make(chan struct{})}
	forget = context.AfterFunc(parent, func() { l.end(parent.Err()) })
	return l, func() { l.end(context.DeadlineExceeded) }, forget
}

type lateContext struct {
	context.Context
	once sync.Once
	over chan struct{}
	// why is set before over is closed.
	why error
}

func (l *lateContext) end(why error) {
	l.once.Do(func() {
		l.why = why
		close(l.over)
	})
}

func (l *lateContext) Done() <-chan struct{} { return l.over }

func (l *lateContext) Err() error {
	select {
	case <-l.over:
		return l.why
	default:
		return nil
	}
}
