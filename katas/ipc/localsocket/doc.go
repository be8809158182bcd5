// Package localsocket is a kata about sockets that have a path: a server of streams
// that knows who its peers are, and a mailbox of datagrams, neither of which takes
// a path away from somebody who is there.
//
// In Python: os.unlink(path), then socket(AF_UNIX, SOCK_STREAM or SOCK_DGRAM), bind,
// recv(1024), and SO_PEERCRED unpacked with struct. That unlink deletes the socket of
// a server that lives, or a file, and that recv throws away what is longer. In Go,
// package net makes the sockets and waits for them; it leaves open what may be
// removed, when, and by whom.
//
// # Rules
//
//   - The other side may be any program. Nothing is sent but what the caller sends.
//   - Listen and Open wait for nobody, even if somebody is at the path and doesn't
//     answer.
//   - Any number of goroutines may be in Accept, Receive and Post at once, and Close
//     may be called while they are. Left open is what two calls of Close do that run
//     at the same time.
//   - Waiting costs no CPU: nothing in it wakes up to look.
//   - A call that fails leaves nothing behind: no file and no descriptor.
//   - Programs that the process starts inherit none of the descriptors.
//   - The longest path is one byte shorter than sun_path, for the NUL at its end.
//     Bytes count, not characters.
//   - Left open is what happens while several take over the same socket, with a path
//     that is empty or begins with @, with one that is a symbolic link, and with a
//     socket that is bound and doesn't listen.
//
// # Worth knowing
//
// unix(7) tells what a struct sockaddr_un holds (Go: syscall.RawSockaddrUnix), what
// SO_PEERCRED returns and as of when, and that datagrams between local sockets
// arrive, and in order. Nobody removes the file of a socket when its process ends: a
// file without a socket behind it is stale.
//
// connect(2) fails with ECONNREFUSED if nobody listens at the path, and so it does if
// what is there is not a socket at all; with EPROTOTYPE if somebody is there with a
// socket of another type; and with EAGAIN, or it waits, if a server has no room for
// one more that it has not accepted. bind(2) fails with EADDRINUSE if there is
// anything at the path. A datagram is received whole with one call: what the buffer
// doesn't hold is gone, and MSG_TRUNC of recv(2) tells so. An empty one is one too.
package localsocket
