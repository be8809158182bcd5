//go:build linux

// Package epoll is a kata about readiness: a server that holds thousands of clients
// with one goroutine, which waits for all of them at once and never for one of them.
//
// In Python: select.epoll, register, poll, and a dict from file number to connection.
// In Go the runtime does the same for every net.Conn, and a goroutine per client is
// what one writes (see net/echo). Here you build what is below that: system calls of
// package unix, non-blocking sockets, and the state of each client kept by hand,
// because no stack keeps it.
//
// # Rules
//
//   - One goroutine serves everybody: it accepts, reads, routes and writes. There is one
//     epoll instance, and every client is registered in it, with EPOLLET if the mode is
//     Edge, and without if it is Level.
//   - Accepted sockets are non-blocking. Every descriptor is close-on-exec.
//   - A line ends with "\n" and is MaxLine bytes long at most, with its newline. Any
//     other byte means nothing to the server. What follows the last newline when a
//     client ends is no line, and is dropped.
//   - The lines of a client are routed in the order in which they came. Whoever gets
//     lines gets them whole, with their newlines, and in the order in which the server
//     routed them.
//   - Pending for a client is what was routed to it and write(2) has not taken yet.
//     While MaxPending bytes or more are pending for a client, none of its lines is
//     routed, and it misses the lines of others: each one that is routed then, and none
//     that is routed at another time. What has been read of it and not routed is
//     bounded as well, by 128 KiB.
//   - No client delays another: not one that doesn't read, not one that sends half a
//     line, and not one that sends without end. Before the server has routed a
//     megabyte of one client, everybody else who has sent something has had a turn, also
//     who has only just connected.
//   - A client that has closed its writing side still gets what was routed to it before
//     the server closes the connection. Whether it gets lines of others that are routed
//     after its end is left open.
//   - A connection is broken if the system says so, or if the client has closed it and
//     something is still to be sent there. Then the server closes it at once, also
//     while it doesn't read from there, and may drop those of its lines that were not
//     routed. If nothing is left to be sent, the lines that came before the end count.
//   - Waiting costs no CPU: nobody wakes up without something to do, and no clock wakes
//     anybody. A signal that interrupts a system call is no error.
//   - While the process has no descriptor left for a client (EMFILE), the client waits in
//     the listener's queue, the others are served, and waiting still costs no CPU. When
//     a client leaves, the server tries again.
//   - An idle client, for which nothing is pending and which has sent no half line, costs
//     the server 16 KiB of memory at most.
//   - When Stop returns, nothing is left of the server: no goroutine and no descriptor.
//
// # Worth knowing
//
// epoll(7) answers the question whether a call would block. Level-triggered, it repeats
// the answer as long as it is yes; so ask only for what you would do. A socket is
// nearly always writable. Edge-triggered, it tells that something has changed, and
// tells it once. EPOLLHUP and EPOLLERR are told without having been asked for, and
// EPOLLRDHUP tells that the other side has closed its writing side, perhaps with bytes
// before that which nobody has read.
//
// One call of epoll_wait(2) returns many events, and they are as old as the call: what
// you do about the first may make the third untrue. A descriptor that is closed leaves
// the epoll set, and the next socket gets its number. accept(2) gives out the lowest
// one that is free.
//
// epoll_wait(2) is one of the calls that a signal always interrupts, whatever
// SA_RESTART says (signal(7)), and the Go runtime uses signals itself. Closing an epoll
// descriptor wakes nobody who waits for it.
//
// A write to a connection that is broken gives EPIPE. Go takes care of SIGPIPE, unless
// it is standard output or standard error.
//
// The last spec holds 10,000 clients. It raises the soft limit on descriptors, and is
// skipped where the hard one (RLIMIT_NOFILE, ulimit -Hn) is below 10,500.
package epoll
