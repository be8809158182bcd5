package manager

import (
	"errors"
	"net"
)

// ErrEmpty says that there is no item to pop. Clients get its text.
var ErrEmpty = errors.New("manager: the list is empty")

// None is the argument, or the reply, of calls that have none: gob can't send a
// struct without fields. Its value means nothing.
type None bool

// At is an item and how long the list must be for it.
type At struct {
	Length int
	Item   string
}

// Entry is a key of the map and its value.
type Entry struct{ Key, Value string }

// Swap is a key of the map, the value that it must have, and the one that it gets.
type Swap struct{ Key, Old, New string }

// Manager serves a list and a map of strings to clients of net/rpc.
type Manager struct {
	// TODO: what does everybody share, and what does each client have of its own?
}

// Serve starts to serve the clients that connect to listener, and returns without
// waiting for any. From now on listener is the manager's own. A listener and its
// connections may be of any type. The list is empty at first, and so is the map, in
// which a key that nobody has set has the value "".
//
// The service List has these methods, each with its argument and its reply. An item
// may be any string, "" too:
//
//	List.Append    string  int       appends the item; replies how long the list is now
//	List.AppendIf  At      bool      appends Item if the list has Length items just now,
//	                                 or else does nothing; replies whether it did
//	List.Pop       None    string    removes the last item and replies it; if there is
//	                                 none, fails with the text of ErrEmpty
//	List.Take      None    string    removes the first item and replies it, and waits
//	                                 as long as there is none
//	List.Items     None    []string  replies all items
//
// And the service Map has these:
//
//	Map.Set             Entry   None               gives Key the Value
//	Map.Get             string  string             replies the value of the key
//	Map.CompareAndSwap  Swap    bool               gives Key the value New if it has Old
//	                                               just now, or else does nothing;
//	                                               replies whether it did
//	Map.Items           None    map[string]string  replies the values of all keys; those
//	                                               whose value is "" may be missing
//
// Accepting ends when the listener is closed.
func Serve(listener net.Listener) *Manager {
	panic("TODO: implement Serve")
}

// Close ends the service. It closes the listener and each connection, whatever its
// client is doing: calls that wait come back to their callers with an error, and those
// that have no reply yet with their reply or an error.
//
// If Accept returns a client while the listener is being closed, it is closed as well.
// When Close returns, nothing of the manager is left: each goroutine has ended, also
// one that Accept keeps waiting. Close is called once, and returns the error of
// closing the listener, if there was one.
func (m *Manager) Close() error {
	panic("TODO: implement Close")
}
