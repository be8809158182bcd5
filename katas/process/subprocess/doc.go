// Package subprocess is a kata about one child process: run a command and have
// all that it says, or hold it as an object that others ask, wait for and end.
//
// In Python: subprocess.run(command, input=…, capture_output=True, timeout=…) and
// multiprocessing.Process with start, join(timeout), is_alive, terminate and kill.
// In Go, os/exec starts and captures, and a context is the timeout. What it leaves
// to you is this kata: os/exec kills the child and nobody else, it hears of the
// context only until the child has ended, Wait is for one caller, and a signal
// shows as exit code -1.
//
// # Rules
//
//   - How a command ends is not an error: exit status 3, and death by a signal, are
//     told in Exit. An error says that the command couldn't be started, or why it
//     was not left to end by itself.
//   - The command, and the processes that it starts, may write to both streams as
//     much as they like, in any order. They may read all, some or none of the input.
//   - Any number of commands may run at once, and none waits for another.
//   - What a command starts, and what that starts in turn, is in this kata called
//     its grandchildren, since they are the caller's. Run ends them with the context;
//     those that have left their process group are left open.
//   - Exits belong to whoever started the child. The caller's process has other
//     children, for which others wait.
//   - When Run returns, the command was waited for, and no goroutine or descriptor
//     of Run is left. A Process whose end nobody joins leaves no zombie either.
//   - Waiting costs no CPU: nothing wakes up to look whether a process has ended.
//
// # Worth knowing
//
// The reader of a pipe sees its end when the last copy of the write end is closed.
// Grandchildren inherit copies, so that the end of the stream and the end of the
// command are two events, and either may come first (pipe(7)).
//
// A process group is named after the pid of its first process. kill(2) with a
// negative pid signals all of a group, and it works as long as one member is left,
// be it a zombie. Once all are gone and waited for, the number may be given to
// somebody else.
//
// A zombie has a pid, and kill(2) with signal 0 succeeds on it. With pid 0 it asks
// after the caller's own group. waitid(2) with WNOWAIT waits for an end and leaves
// the zombie where it is.
package subprocess
