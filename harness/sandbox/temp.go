package sandbox

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// tempPrefix is in front of the names of all folders that Temp makes.
const tempPrefix = "dojo."

// settle is how long a folder may be there before its maker must have locked it.
const settle = time.Minute

// Temp makes a folder for temporary files of this process's, and returns what
// removes it. Folders of processes that were killed before they could do so are
// removed too: who lives holds a lock on its own (flock(2)).
func Temp() (folder string, remove func(), err error) {
	sweepTemp()
	folder, err = os.MkdirTemp("", tempPrefix)
	if err != nil {
		return "", nil, err
	}
	lock, err := os.Open(folder)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX)
	}
	remove = func() {
		os.RemoveAll(folder)
		lock.Close()
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return folder, remove, nil
}

// sweepTemp removes what nobody holds a lock on any more.
var sweepTemp = sync.OnceFunc(sweepTempNow)

func sweepTempNow() {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), tempPrefix+"*"))
	for _, folder := range folders {
		lock, err := os.Open(folder)
		if err != nil {
			continue // somebody else's
		}
		info, err := lock.Stat()
		if err == nil && time.Since(info.ModTime()) > settle && syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(folder)
		}
		lock.Close()
	}
}
