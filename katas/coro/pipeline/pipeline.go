package pipeline

import (
	"io/fs"
	"iter"
)

// Lines is a sequence of lines without the newlines at their ends. If it ends
// because something went wrong, its last pair holds the error.
type Lines = iter.Seq2[string, error]

// Cat returns the lines of one file after the other. A file is opened when its
// first line is asked for, and closed before the next one is opened. Cat reads from
// a file only while it has no whole line of it left to hand out.
//
// A newline ends a line; what comes of a carriage return before it is left free.
// Lines may be of any length, and at the end of a file the newline may be missing.
// If a file can't be opened or read, Cat hands out what was read of it by then, up
// to the last newline, and then the error.
func Cat(files fs.FS, names ...string) Lines {
	panic("TODO: implement Cat")
}

// Grep returns the lines that contain pattern.
func Grep(pattern string, lines Lines) Lines {
	panic("TODO: implement Grep")
}

// Head returns the first count lines. It asks for no more than these, and so learns
// of no error that comes later. If count is 0, it does not begin lines.
// Head panics, right when it is called, if count is negative.
func Head(count int, lines Lines) Lines {
	panic("TODO: implement Head")
}

// Merge returns the lines of all sources in the order in which the sources yield
// them. All are begun when a loop begins, each in a goroutine of its own: while one
// has to wait, the others go on.
//
// A source that has yielded a line waits in its yield until the loop is handed that
// line, or until the loop is over. Lines that wait are handed out in the order in
// which they were yielded, whichever source they are from.
//
// The first error ends the loop; it waits for its turn like a line. When the loop
// ends, yield returns false to the sources that are left, and the loop is over when
// all of them have ended. If one is busy, this takes until it yields or ends.
//
// If a source panics, the loop panics with the same value when it asks for a line,
// after all sources have ended; it may have been handed the lines by then that were
// yielded before. What comes of a panic after the loop has ended is left free.
func Merge(sources ...Lines) Lines {
	panic("TODO: implement Merge")
}
