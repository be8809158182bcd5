package sandbox

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestOnlyFoldersOfTheDeadAreRemoved(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	living, remove, err := Temp()
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	make := func(name string, when time.Time) string {
		folder := filepath.Join(temp, name)
		if err := os.MkdirAll(filepath.Join(folder, "inside"), 0o755); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(folder, when, when)
		return folder
	}
	os.Chtimes(living, long, long)
	dead, young, foreign := make(tempPrefix+"dead", long), make(tempPrefix+"young", time.Now()), make("other", long)

	sweep := sweepTemp
	defer func() { sweepTemp = sweep }()
	sweepTemp = sync.OnceFunc(sweepTempNow)
	second, removeSecond, err := Temp()
	if err != nil {
		t.Fatal(err)
	}
	defer removeSecond()
	for folder, stays := range map[string]bool{living: true, second: true, young: true, foreign: true, dead: false} {
		if _, err := os.Stat(folder); (err == nil) != stays {
			t.Errorf("%s: want it there: %v, got %v", filepath.Base(folder), stays, err)
		}
	}
	remove()
	if _, err := os.Stat(living); !os.IsNotExist(err) {
		t.Errorf("a folder is still there after it was removed: %v", err)
	}
}
