// Package hook is what instrumented answers call before each statement that
// other goroutines may notice. It does nothing unless a run is armed.
//
// It must not add a happens-before edge to the answer, or races would hide
// behind it: so nothing here is seen by the race detector. What it shares is
// read and written plainly in functions that are not instrumented, and where
// that would not do, with synchronisation that the detector is told to ignore.
package hook

import (
	"math/bits"
	"runtime"
	"time"

	"github.com/petermattis/goid"
)

// style is how a run disturbs.
type style int

const (
	off style = iota
	// yields: any hook may give the processor away.
	yields
	// naps: any hook may sleep for a moment.
	naps
	// births: goroutines start late.
	births
	// favourites: some goroutines are slow at every hook, the others never.
	favourites
	// spots: a few places are slow for everybody, the others never.
	spots
	styles
)

// maxPause bounds one sleep, and allowance all of one spec's together: what
// comes after it only yields, so that a loop of a thousand turns stays quick.
const (
	maxPause  = 2 * time.Millisecond
	allowance = 100 * time.Millisecond
)

// run is what the current spec's run was armed with.
var run struct {
	style  style
	seed   uint64
	rarely uint64 // one in so many
	count  uint64
	slept  time.Duration
}

// Arm sets how the hooks disturb what runs from now on; seed 0 switches them off.
//
//go:norace
func Arm(seed uint64) {
	run.style, run.seed, run.count, run.slept = off, seed, 0, 0
	if seed == 0 {
		return
	}
	run.rarely = 1 << (1 + mix(seed, 1)%5)
	run.style = 1 + style(mix(seed, 2)%uint64(styles-1))
}

// At is called before a statement.
//
//go:norace
func At(site int) {
	if run.style != off {
		disturb(site, false)
	}
}

// Start is called first in a function that may be a goroutine's.
//
//go:norace
func Start(site int) {
	if run.style != off {
		disturb(site, true)
	}
}

//go:norace
func disturb(site int, start bool) {
	run.count++
	draw := mix(run.seed, uint64(site)<<32^run.count)
	chosen := draw%run.rarely == 0
	switch run.style {
	case yields:
		if chosen {
			runtime.Gosched()
		}
		return
	case births:
		chosen = start && draw%2 == 0
	case favourites:
		chosen = chosen && mix(run.seed, uint64(goid.Get()))%2 == 0
	case spots:
		chosen = mix(run.seed, uint64(site))%8 == 0
	}
	if !chosen {
		return
	}
	if run.slept > allowance {
		runtime.Gosched()
		return
	}
	// As many naps of microseconds as of milliseconds.
	pause := maxPause >> (draw >> 32 % 12)
	run.slept += pause
	Pause(pause)
}

// Pause is where a disturbed goroutine sleeps. Whoever tells resting goroutines
// from working ones by their stacks knows it by its name.
//
//go:noinline
func Pause(d time.Duration) { time.Sleep(d) }

// Pausing is the name of Pause on a stack.
const Pausing = "github.com/concurrency-dojo/dojo/harness/instrument/hook.Pause"

// mix is a hash of two numbers (the finaliser of splitmix64).
//
//go:norace
func mix(a, b uint64) uint64 {
	x := a ^ bits.RotateLeft64(b*0x9e3779b97f4a7c15, 31)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
