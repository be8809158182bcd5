// Package entry is where a graded program begins, before the runtime of Go does:
// it asks for huge pages where the race detector is about to clear ten megabytes.
//
// A kata starts hundreds of processes, and each of them would be given that memory
// in two thousand pages of 4 KiB, one fault each: more than half of what starting
// it costs, and several times that on a virtual machine. Where the kernel has no
// huge page to give, all is as it would have been (madvise(2), MADV_HUGEPAGE).
package entry

import "runtime"

// Path is the import path of this package.
const Path = "github.com/concurrency-dojo/dojo/harness/entry"

// Symbol returns what the linker is to take as the entry of a program that imports
// this package and is built for the race detector (go tool link -E), and whether
// there is one for this system.
func Symbol() (symbol string, ok bool) {
	return Path + ".begin", runtime.GOOS == "linux" && runtime.GOARCH == "amd64"
}
