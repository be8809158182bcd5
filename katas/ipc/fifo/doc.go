// Package fifo is a kata about named pipes: one reader that stays in service while
// writers come and go, and writers whose lines arrive whole.
//
// In Python: os.mkfifo(path), then open(path) on either side, which blocks until
// the other side is there, and for line in file, which ends when the last writer
// has left. A service is neither to hang nor to end there. In Go a context should
// end the waiting too, and a thread that is blocked in open(2) hears of none.
//
// # Rules
//
//   - The other side may be any program: what a Writer writes to may be cat, and what
//     a Reader reads from may be a shell's echo line > path.
//   - From Listen to Close the FIFO has a reader, whether or not anybody is in Next:
//     to open it for writing never fails and never waits.
//   - The end of file says that there is no writer now. It doesn't end the service,
//     and no line is lost between one writer and the next.
//   - A line and its newline together have at most PIPE_BUF bytes, 4,096 on Linux:
//     so much the kernel writes in one piece, whoever else writes.
//   - Nobody reads but Next, which may read ahead. Between two calls, what arrives stays
//     in the FIFO, and while that is full, writers wait.
//   - A call of Next or Send that waits costs no CPU: nothing in it wakes up to look.
//     Open may look again every few milliseconds, but doesn't spin.
//   - A call that has returned leaves nothing behind it: no goroutine, no thread, and
//     no descriptor but those of a Reader or a Writer which it has returned. A context
//     that ends later changes nothing.
//   - Programs that the process starts inherit none of these descriptors.
//   - One goroutine at a time uses a Reader or a Writer; only Reader.Close may be called
//     while Next waits.
//   - Left open is what becomes of half a line whose writer has left, and of lines
//     that nobody has read when the Reader is closed; what a path that is a symbolic
//     link leads to; and what two calls of Listen do that run at the same time.
//
// # Worth knowing
//
// fifo(7) tells which open(2) waits for whom, what O_NONBLOCK changes (a reader
// gets in at once, a writer without a reader gets ENXIO), and what Linux does with
// O_RDWR. pipe(7) tells what PIPE_BUF promises, also where O_NONBLOCK is set, when
// read(2) returns the end of file, and when write(2) fails with EPIPE. A FIFO is a
// name: what was written lives only as long as somebody has the FIFO open.
package fifo
