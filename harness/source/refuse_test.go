package source

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

func TestRefusesOnlyForWhatASubmissionCanHelp(t *testing.T) {
	for _, c := range []struct {
		why, says string // nothing is said where it is our fault
		err       error
	}{
		{"it may not be read", "this can't be read: permission denied", &fs.PathError{Op: "openat", Path: "x", Err: syscall.EACCES}},
		{"os.Root itself forbids it, without a number", "this can't be read: path escapes", &fs.PathError{Op: "statat", Path: "x", Err: errors.New("path escapes")}},
		{"it is none of the system's business", "this is too large", objection("this is too large")},
		{"this process has too many files open", "", &fs.PathError{Op: "openat", Path: "x", Err: syscall.EMFILE}},
		{"so has the machine", "", &fs.PathError{Op: "openat", Path: "x", Err: syscall.ENFILE}},
		{"the disk is broken", "", &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}},
	} {
		t.Run(c.why, func(t *testing.T) {
			answer, err := refuse("sync/lock", "lock.go", c.err)
			if c.says == "" {
				if !errors.Is(err, c.err) || len(answer.Refused) != 0 {
					t.Errorf("%+v, %v", answer, err)
				}
				return
			}
			if err != nil || len(answer.Refused) != 1 || answer.Refused[0].Message != c.says {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}
