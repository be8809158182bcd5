package score

import "strings"

// wait is a state of a goroutine in plain words: what it does, and what it is
// doing.
type wait struct{ does, doing string }

// waits has the runtime's wait reasons that code of a learner can be in.
var waits = map[string]wait{
	"chan receive":            waitsTo("receive from a channel"),
	"chan receive (nil chan)": waitsTo("receive from a channel that was never made (nil)"),
	"chan send":               waitsTo("send on a channel"),
	"chan send (nil chan)":    waitsTo("send on a channel that was never made (nil)"),
	"select":                  waitsFor("one of the cases of a select"),
	"select (no cases)":       {"waits for ever in a select without cases", "waiting for ever in a select without cases"},
	"sync.Mutex.Lock":         waitsTo("lock a mutex"),
	"sync.RWMutex.Lock":       waitsTo("lock a read-write mutex for writing"),
	"sync.RWMutex.RLock":      waitsTo("lock a read-write mutex for reading"),
	"sync.Cond.Wait":          waitsFor("a condition variable to be signalled"),
	"sync.WaitGroup.Wait":     waitsFor("a WaitGroup to come to zero"),
	"semacquire":              waitsFor("a semaphore"),
	"coroutine":               waitsFor("the other side of an iterator (iter.Pull)"),
	"IO wait":                 waitsFor("input or output"),
	"syscall":                 {"is inside a system call", "inside a system call"},
	"sleep":                   {"sleeps", "sleeping"},
	"running":                 {"is running", "running"},
	"runnable":                {"is running", "running"},
}

func waitsTo(what string) wait  { return wait{"waits to " + what, "waiting to " + what} }
func waitsFor(what string) wait { return wait{"waits for " + what, "waiting for " + what} }

// remarks are what the runtime adds to a wait reason.
var remarks = strings.NewReplacer(" (leaked)", "", " (durable)", "", " (scan)", "", " (synctest)", "")

func waitOf(state string) wait {
	reason, _, _ := strings.Cut(state, ",")
	reason = strings.TrimSpace(remarks.Replace(reason))
	if known, ok := waits[reason]; ok {
		return known
	}
	if reason == "" {
		return waitsFor("something")
	}
	return waitsFor("something (the runtime calls it “" + oneLine(reason) + "”)")
}
