//go:build linux

// Package selectloop is a kata about one goroutine that serves many clients: an echo
// server around select(2), the oldest way to wait for several descriptors at once.
//
// In Python: select.select(reading, writing, []), and around it a loop that accepts,
// reads and writes. Go does this for you, with epoll below package net, so that a
// goroutine may wait for one connection. Here you are below that: descriptors are
// numbers, calls are those of golang.org/x/sys/unix, and a call that waits for one
// client makes all others wait.
//
// # Rules
//
//   - One goroutine does all of Run, and waits in one place for everybody.
//   - A descriptor that is not below SetSize has no place in an fd_set. It is
//     refused with ErrSetSize, or closed if it is a client's, and never harms the
//     memory of the process. You may use poll(2), which has no such limit: then you
//     keep this promise by looking at the number.
//   - A signal ends no wait.
//   - Whoever waits costs no CPU. The loop is awake only for what it can do something
//     about.
//   - A client that doesn't read makes nobody else wait, and the loop keeps at most
//     64 KiB for it.
//   - When Run returns, the loop has no descriptor left.
//
// # Worth knowing
//
// select(2) writes its result over the sets that it was given. FD_SETSIZE is 1024
// whatever the limit of open files (RLIMIT_NOFILE) is; in C, FD_SET of a larger number
// writes behind the set.
//
// signal(7): select and poll end with EINTR when a signal has been handled, also if
// its handler was installed with SA_RESTART, as Go's are. The runtime itself sends
// signals to its threads.
//
// A socket can nearly always be written, so who asks for that is woken at once. At the
// end of its input, a socket can be read, again and again.
//
// That a descriptor can be read or written is no promise for all of a large buffer: a
// blocking write(2) waits until it has written everything.
//
// close(2) frees a number, and the next open, socket or accept gets it.
package selectloop
