package pulse_test

import (
	"sync/atomic"
	"time"
)

// The compiler is told that what follows stands in an answer.
//
//line /home/lena/dojo/katas/sync/lock/lock.go:10
func pollInAnswer(over *atomic.Bool) {
	for !over.Load() {
		time.Sleep(20 * time.Millisecond)
	}
}
