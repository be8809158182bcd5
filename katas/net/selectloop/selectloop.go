//go:build linux

package selectloop

import "errors"

// SetSize is FD_SETSIZE: an fd_set has room for the descriptors from 0 to 1023.
const SetSize = 1024

// ErrSetSize is returned for a descriptor that has no place in an fd_set.
var ErrSetSize = errors.New("selectloop: descriptor is not from 0 to FD_SETSIZE - 1")

// Wait waits until at least one descriptor in reading can be read or one in writing
// can be written, and returns those that can then, each list in the order in which it
// was given. It leaves the lists that it is given as they are.
//
// A descriptor can be read if read(2), or accept(2), would not wait: because there is
// something, or because the input has ended. It can be written if write(2) would not
// wait for room, also because it would fail. A descriptor may be in both lists.
//
// If one of the descriptors is below 0 or not below SetSize, open or not, Wait returns
// ErrSetSize at once. Otherwise, if one is not open, it returns unix.EBADF at once, or
// an error that wraps it. With an error come no descriptors. A signal that arrives
// while Wait waits doesn't end it.
//
// At least one descriptor must be given. Wait may be called by several goroutines.
func Wait(reading, writing []int) (readable, writable []int, err error) {
	panic("TODO: implement Wait")
}

// Loop is an echo server that is one goroutine.
type Loop struct {
	// TODO: what must a loop know of each client, and what wakes it to stop?
}

// New returns a loop that will serve the clients of listener, a stream socket of any
// family that listens. The descriptor is the loop's from then on; whether it is
// blocking is the loop's to choose.
//
// If the listener is below 0 or not below SetSize, or New needs a descriptor of its own
// and gets none that is below, it returns ErrSetSize. With an error, the listener stays
// the caller's, open, and nothing else is left.
func New(listener int) (*Loop, error) {
	panic("TODO: implement New")
}

// Run serves clients in the calling goroutine, and starts no other. It returns nil
// after Stop, and an error if it can't go on waiting. Either way it has then closed
// all descriptors of the loop: the listener, those of clients, and its own. It is
// called once for a loop.
//
// Each client gets back what it sends, byte for byte, as it comes. At the end of its
// input it gets all that it has sent, and then its connection is closed. A connection
// that breaks is closed. A client whose descriptor is not below SetSize is closed
// before anything is sent to it, and all others are served as before.
//
// For a client that doesn't read what it gets, the loop keeps at most 64 KiB, and reads
// nothing more from it until there is room. Nobody else notices.
//
// What Run does if there is no descriptor left for a client is left open.
func (l *Loop) Run() error {
	panic("TODO: implement Run")
}

// Stop makes Run return soon; what it has not sent to clients by then is lost. Stop
// doesn't wait for that. It may be called from any goroutine, any number of times,
// and before Run, which then returns at once. After Run has returned, Stop does nothing:
// the numbers of the loop's descriptors may be somebody else's by then.
func (l *Loop) Stop() {
	panic("TODO: implement Stop")
}
