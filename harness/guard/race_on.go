//go:build race

package guard

import "runtime"

// Races reports whether this binary has the race detector.
const Races = true

func raceErrors() int { return runtime.RaceErrors() }
