// Package manager is a kata about state that processes share without sharing memory:
// one process holds a list and a map, and all others call it.
//
// In Python: multiprocessing.Manager(), whose list() and dict() return proxies. Each
// method of a proxy is a call over a socket, and so is each half of
// "if not d.get(k): d[k] = v", which is why two processes may do both halves at the
// same time. Go has the calls in net/rpc; the proxy is *rpc.Client. What you build is
// the other side, with calls that check and act in one step.
//
// # Rules
//
//   - Clients are those of net/rpc with its own encoding, gob: rpc.NewClient on a
//     connection to the listener, and client.Call("List.Append", "item", &length).
//   - Any number of clients are served at once, and any number of calls of each client
//     too: a call that waits keeps nobody else waiting, be it another client or
//     another call on the same connection.
//   - All clients see one list and one map. Each call takes effect in one step at some
//     moment between its beginning and its end (the state is linearizable), with the
//     check and the change of CompareAndSwap, AppendIf, Pop and Take together.
//   - What a call hands out is how things were in one moment, whatever others change
//     while it is on its way.
//   - A call that can't be done, because nobody knows its method or because its argument
//     is of another type, is an error for whoever called. The connection goes on.
//   - A client that doesn't read its replies keeps nobody else waiting, whatever its
//     replies are.
//   - A client that has gone takes nothing: a Take that still waits when its connection
//     ends leaves what comes later to others. And nothing is kept for it: no
//     goroutine, and its connection is closed.
//   - Whoever waits is blocked. It costs no CPU, and it is woken by what it waits for,
//     not by a clock.
//   - Two managers in one process have nothing in common.
//   - Left open is in which order calls are served that wait for the same, what becomes
//     of an item that is taken for a client at the moment in which it goes, what
//     becomes of a client that closes only its writing side or sends what net/rpc
//     can't read, and whether clients are accepted after an error of Accept that comes
//     while the listener is open.
//
// # Worth knowing
//
// The methods that rpc.Server serves are of this form, with types that are exported or
// built in; others are skipped without a word:
//
//	func (t *T) Method(argument A, reply *R) error
//
// Each call runs in a goroutine of its own, and its reply is encoded after the method
// has returned. An error reaches the client as text, an rpc.ServerError.
//
// A method is not told who called it. ServeConn does know that the client has gone, for it
// reads the connection all the time, but it keeps that to itself until all calls of
// the client have returned. What it reads from is an io.ReadWriteCloser, though, and
// you choose which. Nothing says that there must be only one rpc.Server.
package manager
