//go:build !race

package hook

func raceDisable() {}
func raceEnable()  {}
