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
	// watching only counts.
	watching
	// spots: a few places are slow for everybody, all others never.
	spots
	// yields: any hook may give the processor away.
	yields
	// naps: any hook may sleep for a moment.
	naps
	// births: goroutines start late.
	births
	// favourites: half of the goroutines may be slow, the others never are.
	favourites
	// laggards: half of the goroutines come last wherever they meet others.
	laggards
	styles
)

// maxPause bounds one sleep, and allowance all of one run's together: what comes
// after it only yields, so that a loop of a thousand turns stays quick.
const (
	maxPause  = 2 * time.Millisecond
	allowance = 20 * time.Millisecond
	// Places that are slow shall be so up to the end of the run: their pauses
	// share the allowance, but none is shorter or longer than this.
	minSpot = 50 * time.Microsecond
	maxSpot = 5 * time.Millisecond
	// lag is what a laggard sleeps.
	lag = 200 * time.Microsecond
)

// run is what the current run was armed with.
var run struct {
	style  style
	seed   uint64
	rarely uint64 // one in so many
	count  uint64 // hooks that were passed
	from   uint64 // the first that disturbs
	slept  time.Duration
	pause  time.Duration // at a slow place
	// last came by last, and several says that goroutines came by in turns.
	last    int64
	several bool
	// watched counts the hooks that were passed since Watch.
	watched int
}

// Disarm switches the hooks off.
//
//go:norace
func Disarm() { run.style = off }

// Arm sets how the hooks disturb what runs from now on. Seeds of the rounds of
// one spec follow each other, and from round to round more is known about where
// it pays to be slow: every other round tries the next of the places that the
// rounds before have come by.
//
//go:norace
func Arm(seed uint64, round int) {
	before := run.count
	run.style, run.seed, run.count, run.slept, run.last = off, seed, 0, 0, 0
	if round == 0 {
		forgetPlaces()
		before, run.several = 0, false
	}
	run.rarely = 1 << (1 + mix(seed, 1)%5)
	// What happens at the end of a run happens once, and by then a long run has
	// used its allowance up: so most runs are left alone for a while.
	run.from = mix(seed, 3) % (before + 1)
	style := yields + style(mix(seed, 2)%uint64(styles-yields))
	if round%2 == 1 {
		if times := choosePlaces(seed-uint64(round), round/2); times > 0 {
			style, run.from = spots, 0
			run.pause = min(max(allowance/time.Duration(times), minSpot), maxSpot)
		}
	}
	endRound()
	run.style = style
}

// Several reports whether goroutines came by hooks in turns in the rounds of the
// current spec. Where one came after the other, nothing can be in another order.
//
//go:norace
func Several() bool { return run.several }

// Watch counts who comes by from now on, also where nothing is disturbed.
//
//go:norace
func Watch() {
	if run.style == off {
		run.style = watching
	}
	run.watched = 0
}

// Watched returns how many hooks were passed since Watch, and which goroutine
// passed the last of them.
//
//go:norace
func Watched() (passed int, goroutine uint64) {
	if run.style == watching {
		run.style = off
	}
	return run.watched, uint64(run.last)
}

// At is called before a statement that others may notice.
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
	run.watched++
	me := goid.Get()
	// Numbers grow. An older goroutine after a younger one is not the next node of
	// a spec, but somebody who was there at the same time.
	run.several = run.several || me < run.last
	run.last = me
	// Watched and Disarm may switch the hooks off meanwhile, in a run that was never
	// armed and has no odds: so the style is read once.
	style := run.style
	if style == watching || style == off {
		return
	}
	slow := pass(site)
	if run.count < run.from {
		return
	}
	draw := mix(run.seed, uint64(site)<<32^run.count)
	// From 62 µs to 2 ms, each magnitude as often; the runtime's timers are not
	// much finer.
	pause := maxPause >> (draw >> 32 % 6)
	chosen := draw%run.rarely == 0
	switch style {
	case spots:
		pause = run.pause
		chosen = slow && (run.seed%4 < 2 || draw%2 == 0)
	case yields:
		if chosen {
			runtime.Gosched()
		}
		return
	case naps:
		// As drawn.
	case births:
		chosen = start && draw%2 == 0
	case favourites:
		chosen = chosen && favoured(me)
	case laggards:
		pause = lag
		chosen = promise(site) >= Orders && !favoured(me)
	}
	switch {
	case !chosen:
	case run.slept > 2*allowance:
		runtime.Gosched()
	default:
		run.slept += pause
		Pause(pause)
	}
}

// favoured reports whether the goroutine is one of the half that the run's seed
// has chosen.
//
//go:norace
func favoured(goroutine int64) bool { return mix(run.seed, uint64(goroutine))%2 == 0 }

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
