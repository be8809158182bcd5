// Package mmap is a kata about mapped files: memory that is the file, for every
// process that maps it, or a view of it that a process writes to for itself alone.
//
// In Python: mmap.mmap(fileno, length, access=ACCESS_WRITE) or ACCESS_COPY, with
// readline, slices, resize, flush and close; a file that somebody cuts meanwhile
// kills the interpreter with SIGBUS. In Go the memory is a []byte that the garbage
// collector knows nothing of: whoever uses it after munmap(2), or where the file has
// ended, ends the program. So the bytes stay inside, and what goes wrong is an error.
//
// # Rules
//
//   - What a mapping shows is the kernel's own page of the file: it is in
//     /proc/self/maps from Map to Close, once, with as many whole pages as its bytes
//     need. What is written through a Shared mapping is there for everybody at once,
//     for read(2) and in other processes' mappings, without a Flush; and what
//     others write is there for the mapping.
//   - The other process may be any program, and needs no mapping of its own.
//   - A mapping is of the file, not of its name: it goes on when the file is renamed.
//   - A mapping is as long as the file was beyond the offset when Map looked, until
//     Grow makes it longer. Others may make the file longer; the mapping shows nothing
//     of that.
//   - Others may cut the file at any moment, in the middle of a call too, and make it
//     longer again. No call crashes for that. A page of the mapping that begins where
//     the file has ended is gone until the file reaches it again, and a call that comes
//     to it returns ErrTruncated. Left open is what the call has read or written by
//     then, whether the rest of the page in which the file ends is gone as well or
//     reads as zeros, and whether Lines counts a line as gone that ends shortly before
//     such a page, since a search for its end may look further.
//   - Any number of goroutines may use a mapping at once, and one of them may Grow or
//     Close it. Left open is what is there when two write to the same bytes at once,
//     or two processes make one file grow at once.
//   - Closed is closed: of a mapping that was closed, and of a Map that failed, there is
//     no mapping, no descriptor and no goroutine left.
//   - The path names a regular file or a folder; what Map does with anything else is
//     left open. The page size is that of os.Getpagesize.
//   - What a call does about faults ends with it: debug.SetPanicOnFault is as it was.
//
// An answer needs no unsafe: unix.Mmap and syscall.Mmap return a []byte.
//
// # Worth knowing
//
// mmap(2) tells what MAP_SHARED and MAP_PRIVATE promise, which lengths and offsets
// are EINVAL, and where SIGBUS comes from; msync(2) what MS_ASYNC does on Linux;
// mremap(2) moves a mapping. A page that is written in a MAP_PRIVATE mapping is
// copied at that moment, whole; the other pages are still those of the file, and
// on Linux they go on showing what others write there. Such a mapping needs no
// permission to write to the file. The documentation of runtime/debug, which
// an answer may import, tells how a fault becomes a panic instead of the end.
package mmap
