// Package fdpassing is a kata about handing open files to another process: a message
// over a Unix socket that carries a label and descriptors.
//
// In Python: socket.send_fds(sock, [label], fds) and socket.recv_fds(sock, bufsize,
// maxfds), which return bare numbers and leave to the caller where a message ends,
// what was cut off, and who closes what. In Go a descriptor belongs to an os.File,
// which is watched by the runtime, and the socket to a net.UnixConn, whose deadlines
// and Close are to go on working.
//
// # Rules
//
//   - The connection is a stream (SOCK_STREAM): the kernel keeps no borders between
//     messages. The other side may be any program, in any language, and it may
//     write a message byte by byte or many at once.
//   - A message is one byte, the number of its descriptors, two bytes, the length of
//     its label, the higher one first, and the label. So Receive knows where it ends,
//     and takes no byte that comes after.
//   - All descriptors of a message go with its first byte, by SCM_RIGHTS. A peer may
//     have others hang on later bytes: they are closed, or returned if the message
//     announces them, or the message is refused. Which of these is left open.
//   - What is received refers to the same open file as what was sent, as after dup(2),
//     and lives on when the sender has closed its own or has ended.
//   - Programs that the process starts inherit none of the received descriptors,
//     from the first moment on (MSG_CMSG_CLOEXEC).
//   - A call that has returned leaves nothing behind it: no goroutine, and no
//     descriptor but those of the files that Receive has returned. That holds for
//     calls that fail as well, whatever the peer has sent and however little room
//     there was for it.
//   - A call that waits costs no CPU. Deadlines of the connection and its Close end it;
//     they are the caller's, and no call changes them.
//   - At a time one goroutine sends on a connection and one receives. Nobody closes a
//     file while it is being sent.
//   - Left open is what a connection is good for when a deadline or Close has come in
//     the middle of a message, what a connection with SO_PASSCRED receives, and which
//     error Receive returns where the peer has left unread what was sent to it
//     (ECONNRESET).
//
// # Worth knowing
//
// unix(7) tells of SCM_RIGHTS: how many descriptors one message may have (SCM_MAX_FD),
// and what becomes of those for which the receiver has no room, in its buffer or
// in its table of descriptors (RLIMIT_NOFILE): MSG_CTRUNC in recvmsg(2). cmsg(3) tells
// how the buffer is laid out, and that CMSG_SPACE rounds up. On a stream, ancillary
// data is a barrier: one recvmsg(2) doesn't read past the bytes that it came with,
// but it may well begin before them. Descriptors that are received into no buffer,
// as read(2) does, are closed by the kernel; those that are in the buffer are yours,
// whether or not you look at them, and MSG_PEEK puts them there too.
package fdpassing
