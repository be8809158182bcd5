// Package pipe is a kata about unnamed pipes: run a | b | c as the shell does,
// all stages at once, and say how each of them ended.
//
// In Python: subprocess.Popen(…, stdin=previous.stdout) for each stage, and below
// it os.pipe, os.fork and os.dup2. In Go, os.Pipe makes the pipe and os/exec, or
// os.StartProcess, does the rest: a file that is given to a child becomes its
// descriptor 0 or 1, and no other is inherited. The copies that the parent keeps
// are the parent's business, and they are what this kata is about.
//
// # Rules
//
//   - The stages run at the same time. What one writes, the next can read at
//     once, and a stage that is ahead waits for the next one to read.
//   - The bytes go from stage to stage through the kernel: what is a stage's standard
//     output is the one end of a pipe, and the next one's standard input is the
//     other. The first stage has in itself, the last one out itself. Run reads and
//     writes none, so it need not wait for an input that never ends, and what no
//     stage has read is still there for the caller.
//   - A stage sees the end of its input when the one before it has ended, and
//     SIGPIPE ends it when it writes and the next one has ended: yes | head is over
//     when head is.
//   - A stage that fails, or is killed by a signal, is not an error of Run: that is
//     told in its Exit, and the other stages go on.
//   - When Run returns, every process that it started has ended and was waited
//     for, every end of a pipe that it made is closed, and no goroutine of it runs.
//   - What a stage starts in turn is the stage's own business: Run need neither wait
//     for it nor end it.
//   - Waiting costs no CPU: nothing wakes up to look whether a stage has ended.
//
// # Worth knowing
//
// The reader of a pipe sees the end of file when the last copy of the write end is
// closed, not when the writer is done; the writer gets SIGPIPE when the last copy
// of the read end is closed. Count the copies: fork(2) makes one of each open
// descriptor, execve(2) closes those marked close-on-exec, and a process that
// ends closes all of its own. See pipe(7).
package pipe
