//go:build !linux

package pulse

import (
	"syscall"
	"time"
)

func usage() Beat {
	var own syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	return Beat{CPU: time.Duration(own.Utime.Nano() + own.Stime.Nano()), Switches: own.Nvcsw}
}

// Descendants are not to be had without /proc.
func Descendants() []int { return nil }

// Nap sleeps.
func Nap(d time.Duration) { time.Sleep(d) }
