package hook

import (
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/petermattis/goid"
)

// Held is a lock that a goroutine has taken, or waits for.
type Held struct {
	Goroutine uint64
	// File, relative to the project's root, and Line are where it was taken or
	// is waited for, and Name is how the source calls it there: "q.mu".
	File string
	Line int
	Name string
	// Read: it is a read lock.
	Read bool
	// Wanted: the goroutine waits for it.
	Wanted bool
	// id is the lock's address, 0 in a free row of the table.
	id uintptr
}

// Same reports whether two are about the same lock.
func (h Held) Same(other Held) bool { return h.id == other.id }

// table knows who holds and who wants which lock. It is an array, because the
// runtime reports every access to a map or a growing slice to the race detector,
// whoever makes it. Locks beyond its end are not known about.
var table struct {
	sync.Mutex
	rows [512]Held
	used int // rows from here on are free
}

// Lock calls the lock method of a lock, and remembers who waits and who holds.
func Lock(site int, file string, line int, name string, lock func()) {
	take(site, Held{File: file, Line: line, Name: name}, lock)
}

// RLock is Lock for a read lock.
func RLock(site int, file string, line int, name string, lock func()) {
	take(site, Held{File: file, Line: line, Name: name, Read: true}, lock)
}

// Unlock calls the unlock method of a lock and forgets its holder.
func Unlock(site int, file string, line int, name string, unlock func()) {
	release(site, false, unlock)
}

// RUnlock is Unlock for a read lock.
func RUnlock(site int, file string, line int, name string, unlock func()) {
	release(site, true, unlock)
}

func take(site int, h Held, lock func()) {
	At(site)
	h.Goroutine, h.id, h.Wanted = uint64(goid.Get()), receiver(lock), true
	row := add(h)
	returned := false
	defer func() {
		// A lock of the answer's own may panic, or end its goroutine.
		if !returned {
			drop(row, h)
		}
	}()
	lock()
	returned = true
	got(row, h)
	At(after(site, Orders))
}

func release(site int, read bool, unlock func()) {
	At(site)
	remove(receiver(unlock), uint64(goid.Get()), read)
	unlock()
	At(after(site, Follows))
}

// add fills a row and returns its number, -1 if there is none left.
//
//go:norace
func add(h Held) int {
	if h.id == 0 {
		return -1
	}
	enter()
	defer leave()
	for i := range table.rows {
		if table.rows[i].id == 0 {
			table.rows[i] = h
			table.used = max(table.used, i+1)
			return i
		}
	}
	return -1
}

// got says that the row's goroutine has the lock now. The row may be somebody
// else's by now, if Forget came between.
//
//go:norace
func got(row int, h Held) {
	if row < 0 {
		return
	}
	enter()
	defer leave()
	if r := &table.rows[row]; r.id == h.id && r.Goroutine == h.Goroutine {
		r.Wanted = false
	}
}

//go:norace
func drop(row int, h Held) {
	if row < 0 {
		return
	}
	enter()
	defer leave()
	if r := &table.rows[row]; r.id == h.id && r.Goroutine == h.Goroutine && r.Wanted {
		r.id = 0
	}
}

// remove frees the row of the goroutine that unlocks, or else of another: one
// may unlock what another locked.
//
//go:norace
func remove(id uintptr, goroutine uint64, read bool) {
	if id == 0 {
		return
	}
	enter()
	defer leave()
	found := -1
	for i := range table.used {
		row := &table.rows[i]
		if row.id == id && row.Read == read && !row.Wanted {
			found = i
			if row.Goroutine == goroutine {
				break
			}
		}
	}
	if found >= 0 {
		table.rows[found].id = 0
	}
}

// Forget drops what is known of all locks: those of the spec before are gone.
//
//go:norace
func Forget() {
	enter()
	defer leave()
	for i := range table.used {
		table.rows[i].id = 0
	}
	table.used = 0
}

// Locks returns all that are held or waited for.
//
//go:norace
func Locks() []Held {
	all := make([]Held, 0, len(table.rows))
	enter()
	defer leave()
	for i := range table.used {
		if table.rows[i].id != 0 {
			all = append(all, table.rows[i])
		}
	}
	return all
}

// enter locks the table behind the back of the race detector, to which it would
// order all that the answer does.
func enter() {
	raceDisable()
	table.Lock()
}

func leave() {
	table.Unlock()
	raceEnable()
}

// receiver returns the address that a method value is bound to. A function value
// points to a closure whose words after the code are the receiver: one pointer,
// or an interface's two, of which the second is the pointer. It returns 0 for all
// else, which has no address: a method of a value, such as a channel used as a
// lock, a type parameter's, a field that holds a function.
func receiver(method func()) uintptr {
	if method == nil {
		return 0
	}
	closure := *(**[3]uintptr)(unsafe.Pointer(&method))
	switch name, bound := strings.CutSuffix(runtime.FuncForPC(closure[0]).Name(), "-fm"); {
	case !bound:
		return 0
	case strings.Contains(name, "(*"):
		return closure[1]
	case strings.HasPrefix(name, "sync.Locker."):
		return closure[2]
	}
	return 0
}
