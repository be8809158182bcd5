//go:build !race

package guard

// Races reports whether this binary has the race detector.
const Races = false

func raceErrors() int { return 0 }
