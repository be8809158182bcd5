// Package prefork is a kata about servers of many processes: a master listens, and
// workers, which inherit its socket, accept. The master never touches a connection.
// It keeps its workers: it replaces those that die, makes them more or fewer, and
// exchanges them all for new ones while clients notice nothing.
//
// In Python: gunicorn --workers 4, where TTIN and TTOU make the workers more and
// fewer, and HUP is the reload. There the workers are forks of the master. A Go
// program cannot fork without exec: so the master is told the command of a worker,
// hands the socket down as a descriptor, and the worker's main calls Serve.
//
// # Rules
//
//   - A master has as many workers as it was told, each a process that it has
//     started, and it starts no other processes.
//   - A worker serves one connection at a time, and one after the other. Those that
//     come meanwhile wait in the kernel, for whichever worker is free first.
//   - A worker that dies is replaced, whether it served or not, and also if a process
//     lives on that its handler had started. It costs the connection that it served,
//     and no other.
//   - One that dies before it has called Serve was not able to start. It is replaced
//     after a pause, which After is asked for; all others are replaced at once. A
//     worker and those that replace it one after the other are a line. The first
//     pause in a line is FirstPause, each next one twice the one before, and none
//     longer than LongestPause. A worker that has called Serve ends this: the next
//     pause in its line is FirstPause again. If the command can't be started, that is
//     the same as a worker that was not able to start. Whether lines that pause at the
//     same time wait for each other is left open.
//   - A worker that was let go, by Scale, Reload or Shutdown, takes no more connections
//     as soon as it has learned of it. It finishes the one that it serves, and ends.
//     Whether it then ends well or is killed, it is not replaced.
//   - A worker that can't start, that dies or is let go disturbs no other.
//   - No worker outlives its master by more than the connection that it serves, even if
//     the master is killed.
//   - A worker has what the master gives it, and nothing that is another worker's: the
//     first worker and the last have equally many sockets and pipes. What a handler
//     starts with os/exec inherits none of these.
//   - Waiting costs no CPU, in the master and in the workers. Whoever waits is woken by
//     what it waits for, not by a clock, except that a pause is over.
//   - Nothing is left of workers that have ended: no zombies, descriptors and
//     goroutines; and after Shutdown nothing at all.
//   - Any number of goroutines may call any method at any time.
//
// Left open is how master and workers talk to each other, what is on a worker's
// standard input, which workers Scale lets go, what becomes of a handler that panics,
// of a connection whose worker loses its master, of a worker that is let go before it
// has called Serve or that ignores signals, and of what it starts before that, and what
// a master does with a command that does not end and never calls Serve.
//
// # Worth knowing
//
// A listening socket has one queue, however many processes have it open: whoever
// calls accept(2) takes the first connection. It lasts until the last copy is closed,
// and connections that are in the queue then are lost. Sockets of one port that were
// bound with SO_REUSEPORT have a queue each.
//
// exec.Cmd.ExtraFiles gives a child descriptors from number 3 on. exec keeps them
// open, in the child's own children too, unless they are marked (FD_CLOEXEC).
//
// That accept doesn't block (O_NONBLOCK) is a property of the open file description,
// which all these processes share. The os.File that comes from the method File of a
// net.TCPListener makes it block, for all of them, whenever its number is asked for
// (os.File.Fd), which exec.Cmd does at each start; net.FileListener undoes that, if
// the child gets that far. In the meantime Accept waits where Close can't wake it. A
// number that you have duplicated (fcntl(2), F_DUPFD_CLOEXEC) and given to os.NewFile
// stays as it is.
//
// A pipe tells its readers when the last process has gone that could write to it.
package prefork
