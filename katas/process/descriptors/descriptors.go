//go:build linux

package descriptors

import "syscall"

// Closed stands in Redirection.From for "nothing": the shell's 2>&-.
const Closed = -1

// Redirection changes what one descriptor of a command refers to.
type Redirection struct {
	// FD is the number that is redirected, whether it is open or not.
	FD int
	// Path is the file that FD is opened on, with Flags for open(2), as in
	// os.O_WRONLY|os.O_CREATE|os.O_TRUNC for the shell's >. A file that is created
	// has the permission bits 0666 less the umask.
	Path  string
	Flags int
	// From counts if Path is empty: FD becomes a duplicate of the command's
	// descriptor From, or is closed if From is Closed (if it was closed, it stays
	// so). 2>&1 is Redirection{FD: 2, From: 1}. A descriptor may be made a duplicate
	// of itself, which changes nothing.
	From int
}

// Run runs a command, program first, with redirections, waits until it has ended,
// and returns its wait status, whatever it is, and no other child's: those that the
// caller has are not for Run. A program without a slash is looked for in PATH. For
// environment and working directory the command has the caller's.
//
// The command begins with the caller's descriptors 0, 1 and 2, as they are. To these
// the redirections are applied in order, and what comes of it is what the command
// has: none of the descriptors that Run makes on the way is open in it under another
// number. Whether it also inherits what else the caller has open and has not marked
// close-on-exec is left open. The caller's own descriptors stay as they are, with their
// marks.
//
// The first redirection that fails ends Run: nothing is started, and those after it
// are not tried. Files that those before it have created stay. The error is then
// what the system said, or wraps it: what open(2) said of a path (errors.Is tells
// fs.ErrNotExist, fs.ErrExist, syscall.EMFILE), and syscall.EBADF if FD is negative,
// or if From is neither Closed nor open at that moment. Open are those of 0, 1, 2 and
// the numbers in the list before it that have not been closed by it; what else the
// caller has open doesn't count.
//
// It is an error too if the command is empty or can't be started; whether files
// are created then is left open.
func Run(command []string, redirections ...Redirection) (syscall.WaitStatus, error) {
	panic("TODO: implement Run")
}

// Lowest returns the number that the next descriptor will get, and leaves it free.
// If none is free below the soft limit, it returns an error that is, or wraps,
// syscall.EMFILE.
func Lowest() (int, error) {
	panic("TODO: implement Lowest")
}

// Count returns how many descriptors the process has open, whatever their numbers:
// just as many as before the call and after it. If no number is free below the soft
// limit, it may return an error, but no wrong count.
func Count() (int, error) {
	panic("TODO: implement Count")
}

// CloseOnExec marks every open descriptor from number from on as close-on-exec,
// whatever its number, and changes nothing else about any of them: those below
// from keep their marks, and open files their flags. from is not negative. If no
// number is free below the soft limit, it may return an error.
func CloseOnExec(from int) error {
	panic("TODO: implement CloseOnExec")
}

// Raise sets the soft limit of open descriptors to the hard one, for this process
// and for the programs that it starts from then on, and returns that limit. The hard
// limit stays as it is. It changes nothing if the soft limit is there already.
func Raise() (uint64, error) {
	panic("TODO: implement Raise")
}
