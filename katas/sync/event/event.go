package event

import "context"

// Event is set or not. All its methods may be called from any number of goroutines
// at once.
type Event struct {
	// TODO: what do those who wait now have, that those who wait later must not have?
}

// New returns an event that is not set. Events share nothing.
func New() *Event {
	panic("TODO: implement New")
}

// Set sets the event, and wakes all who wait. It doesn't wait until they have gone
// on. If the event is set, Set changes nothing.
func (e *Event) Set() {
	panic("TODO: implement Set")
}

// Clear makes the event one that is not set. Callers that wait, wait on, for the
// next Set; those that a Set before has woken go on. If the event is not set, Clear
// changes nothing.
func (e *Event) Clear() {
	panic("TODO: implement Clear")
}

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool {
	panic("TODO: implement IsSet")
}

// Wait returns nil at once if the event is set, also if ctx has ended. Otherwise
// it waits for the next Set, and then returns nil, even if the event has been
// cleared since.
//
// If ctx ends first, Wait returns ctx.Err(); so it does if ctx has ended before the
// call and the event is not set. A Set that has returned before ctx ends is never
// missed: then Wait returns nil. If both come the other way round or at the same
// time, before Wait has returned, it may return either.
func (e *Event) Wait(ctx context.Context) error {
	panic("TODO: implement Wait")
}
