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

// Peak is not known: 0.
func Peak() int64 { return 0 }

// Family is not known: 0.
func Family() int64 { return 0 }

// Processes are not known: none.
func Processes() []Process { return nil }

// Nap sleeps.
func Nap(d time.Duration) { time.Sleep(d) }
