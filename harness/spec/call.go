package spec

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
)

// errNoReturn is the cause with which a spec's context ends when a call that it
// started panicked or ended its goroutine: what the spec waits for can't come.
var errNoReturn = errors.New("a call into the answer ended without returning")

// call calls f for Go and Returned.
func call(f func()) {
	returned := false
	// Deferred first, so that it runs after Ginkgo has noted the panic: of two
	// failures, Ginkgo keeps the first.
	defer func() {
		if !returned {
			theWatchdog.endContexts(errNoReturn)
		}
	}()
	defer GinkgoRecover()
	f()
	returned = true
}
