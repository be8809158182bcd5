// Package echo is a kata about sockets: a server that sends back to each client
// what it gets, serves all of them at once and knows how to stop, and a client
// that knows when it has got everything.
//
// In Python: socketserver.ThreadingTCPServer, or a loop around socket.accept that
// starts a thread for each client. In Go a goroutine for each client is what one
// does, for thousands of them as well. So accepting and echoing take a few
// lines, and the kata is about the rest: clients that never read, that leave half
// way or that stay, and a server that is asked to stop while they do.
//
// # Rules
//
//   - Any number of clients are served at once. None waits for another, whatever
//     the other does or leaves undone.
//   - A client that closes only its writing side still gets all the rest.
//   - Only Shutdown ends the service: no client does, and no error of Accept
//     but net.ErrClosed.
//   - What the server keeps for a client is bounded, by a few MiB at most: a
//     client that doesn't read is after a while not read from either.
//   - Shutdown lets the clients that are connected finish, and closes by force
//     those that are still there when its context ends.
//   - Whoever waits is blocked. It costs no CPU, and it is woken by what it waits
//     for, not by a clock. (The pause after an error of Accept is the exception.)
//   - No goroutine, connection or descriptor outlives Shutdown or Echo.
//
// # Worth knowing
//
// A TCP connection is two streams, one each way, and each ends on its own:
// CloseWrite ends one and leaves the other (shutdown(2) with SHUT_WR). Read tells
// the end of a stream by io.EOF, and it knows nothing of messages: it returns
// whatever has arrived by then.
//
// A connection that is closed while others read or write it wakes them with
// net.ErrClosed. That is the way to stop a goroutine that waits in the kernel,
// and the only one for a goroutine that waits for a client to read.
//
// On Linux, io.Copy from one TCP connection to another moves the bytes through a
// pipe (splice(2)), which package net keeps for the next copy. Nobody takes that
// pipe for one that the server forgot.
//
// A sync.WaitGroup that counts up from zero must do so before Wait is called, not
// at the same time. The race detector knows that rule.
package echo
