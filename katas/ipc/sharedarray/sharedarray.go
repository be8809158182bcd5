//go:build linux

package sharedarray

import "os"

// Array is an array of int64 numbers that processes share.
type Array struct{}

// New makes an array of n zeros. If n is below 1, or so large that no file could
// hold n numbers of 8 bytes, it is an error.
func New(n int) (*Array, error) {
	panic("TODO: implement New")
}

// Attach returns the array whose File another process has given to this one. From
// then on file belongs to the Array, and the caller neither uses nor closes it.
//
// A file in which there is no array, such as a pipe, an empty file or one that is too
// short for a number, is an error. Then nothing is left open but file, which stays the
// caller's.
func Attach(file *os.File) (*Array, error) {
	panic("TODO: implement Attach")
}

// File returns what another process needs to attach the array, to be handed to it on
// purpose, as one of exec.Cmd's ExtraFiles. It belongs to the Array: the caller doesn't
// close it. It may be called again, and whether or not the lock is held.
func (a *Array) File() *os.File {
	panic("TODO: implement File")
}

// Len returns how many numbers there are: what was given to New, in every process.
func (a *Array) Len() int {
	panic("TODO: implement Len")
}

// Add adds delta to number i and returns the sum, in one step that nothing in any
// process comes between. So Add(i, 0) reads the number. It panics if i is below 0, or
// not below Len.
func (a *Array) Add(i int, delta int64) int64 {
	panic("TODO: implement Add")
}

// Lock takes the lock, and waits while anybody else holds it: another process, or
// another goroutine of this one.
func (a *Array) Lock() error {
	panic("TODO: implement Lock")
}

// Unlock gives back the lock that Lock has taken, in whichever goroutine of this process.
func (a *Array) Unlock() error {
	panic("TODO: implement Unlock")
}

// Close gives back all that this process has of the array: the memory, every descriptor,
// and the lock, if this process holds it, even if it has handed the array on to others.
// For the others the array stays as it is. Close again does nothing and returns nil.
func (a *Array) Close() error {
	panic("TODO: implement Close")
}
