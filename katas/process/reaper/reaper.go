//go:build linux

package reaper

import (
	"context"
	"errors"
	"syscall"
)

// ErrStopped is returned by Next once the reaper is stopped and every exit has
// been handed out.
var ErrStopped = errors.New("reaper: stopped")

// Exit says how a child ended.
type Exit struct {
	PID    int
	Status syscall.WaitStatus
}

// Reaper reaps the children of this process that nobody has claimed. All its
// methods may be called from any number of goroutines at once.
type Reaper struct {
	// TODO: what does a reaper need to know?
}

// Start makes this process a subreaper, so that the orphans among its descendants
// become its children, and begins to reap. Children that the process has already
// belong to the reaper too, and so do those of them that have ended.
func Start() (*Reaper, error) {
	panic("TODO: implement Start")
}

// Next returns an exit that has not been returned before, waiting while there is
// none. Reaping doesn't wait for Next: exits are kept, however many, until
// somebody asks for them. They come in no particular order. Of several callers
// that wait, none goes on waiting while there is an exit that nobody has taken.
//
// If ctx ends first, Next returns ctx.Err() and has taken nothing. If ctx has ended
// and there is an exit too, it may return either. Once the reaper is stopped, Next
// returns the exits that are left and after them ErrStopped, to those who already
// wait as well.
func (r *Reaper) Next(ctx context.Context) (Exit, error) {
	panic("TODO: implement Next")
}

// Claim calls start, which starts a child and returns its pid, and leaves that
// child to the caller, who waits for it: the reaper takes and reports nothing of
// it, even if it ends before start returns. What else ends while start runs may
// have to wait until it has returned. start calls no method of the Reaper.
//
// The owner calls release when it has waited for the child, or doesn't want to any
// more. If the child hasn't been waited for by then, it belongs to the reaper from
// then on, which reaps and reports it whether it has ended already or ends later.
// Calling release again does nothing. Like the methods, it may be called from any
// number of goroutines at once.
//
// If start returns an error, Claim returns that very error, nothing is claimed, and
// release may be nil. After Stop, Claim still calls start, and release does
// nothing, whether the child was claimed before Stop or after it.
func (r *Reaper) Claim(start func() (pid int, err error)) (release func(), err error) {
	panic("TODO: implement Claim")
}

// Stop ends the reaper. Children that had ended when it was called are still
// reaped and reported; it doesn't wait for the others, and when it has returned,
// they belong to nobody. The process is then no subreaper any more, whatever it was
// before Start. Stop leaves no goroutine behind. Calling it again does nothing, but
// a call that comes while another is at work returns only when that is done.
func (r *Reaper) Stop() {
	panic("TODO: implement Stop")
}
