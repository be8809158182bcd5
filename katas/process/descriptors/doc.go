// Package descriptors is a kata about file descriptors: which number the kernel
// gives out next, what a list of redirections makes of them, who inherits them,
// and how many a process may have.
//
// In Python: os.open, os.dup2 between os.fork and os.execv, os.set_inheritable, and
// resource.setrlimit(resource.RLIMIT_NOFILE, …). Go can't run code of its own
// between fork and exec: whoever starts a command hands over the table of
// descriptors that it shall have (os.StartProcess, syscall.ForkExec), and so has to
// work out beforehand what the calls of dup2 would have done.
//
// # Rules
//
//   - A number is free if nothing is open under it, even if higher ones are taken,
//     and even if it is 0, 1 or 2. A new descriptor gets the lowest free number, if
//     that is below the soft limit (RLIMIT_NOFILE). Descriptors that were opened
//     before the limits were lowered may lie above them; they are open all the same.
//   - Redirections are applied one after the other, as the shell does from left to
//     right. Each changes what one number refers to. A duplicate refers to what its
//     model refers to at that moment: it doesn't follow the model afterwards.
//   - A duplicate shares the open file, and with it the place where the next byte
//     goes. Opening a path twice gives two open files, each with a place of its own.
//   - Every descriptor that an answer makes in this process is close-on-exec from the
//     start. Otherwise a child that somebody else starts meanwhile keeps it.
//   - When a function has returned, whether with an error or not, the process has the
//     descriptors that it had before, and nothing closes one of them later. (The few
//     that the Go runtime opens once and keeps, to poll, don't count.)
//   - Other goroutines open and close descriptors too. Once a number is closed, it is
//     somebody else's.
//   - Left open is what a function does about descriptors that others open or close
//     while it looks, and whether Lowest and Run may be called while the process has
//     closed its own 0, 1 or 2: Lowest may, and Run may not.
//
// # Worth knowing
//
// /proc/self/fd lists the open descriptors of a process (proc_pid_fd(5)). Whoever
// reads the folder has to open it, and then it is one of them.
//
// The mark close-on-exec belongs to the descriptor (FD_CLOEXEC, F_SETFD), flags like
// O_APPEND to the open file, which duplicates share (F_SETFL): see fcntl(2).
// Duplicates begin without the mark.
//
// Package os closes the number of an *os.File when the garbage collector finds that
// nobody refers to it any more, whoever the number belongs to by then.
//
// When a Go program starts, it raises its soft limit by itself, to the hard limit or
// just below, and the programs that it starts get the old limit back, unless the
// program has set one itself (syscall.Setrlimit).
package descriptors
