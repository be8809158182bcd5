package score

import "strings"

// wait is a state of a goroutine in plain words: what it does, and what it is
// doing.
type wait struct {
	does, doing string
	// what of does is a thing that the source may have a name for.
	what string
	// lacks is what is missing for it to end; "" where nobody can say.
	lacks string
}

// waits has the runtime's wait reasons that code of a learner can be in.
var waits = map[string]wait{
	"chan receive":            waitsTo("receive from a channel").of("a channel").without("nobody sends on it or closes it"),
	"chan receive (nil chan)": waitsTo("receive from a channel, which was never made (nil)").of("a channel").without("on such a channel nothing ever arrives"),
	"chan send":               waitsTo("send on a channel").of("a channel").without("nobody comes to receive"),
	"chan send (nil chan)":    waitsTo("send on a channel, which was never made (nil)").of("a channel").without("from such a channel nobody can ever receive"),
	"select":                  waitsFor("one of the cases of a select").without("none of them becomes ready"),
	"select (no cases)":       {does: "waits for ever in a select without cases", doing: "waiting for ever in a select without cases"},
	"sync.Mutex.Lock":         waitsTo("lock a mutex").of("a mutex").without("whoever has it does not give it back"),
	"sync.RWMutex.Lock":       waitsTo("lock a read-write mutex for writing").of("a read-write mutex").without("whoever has it does not give it back"),
	"sync.RWMutex.RLock":      waitsTo("lock a read-write mutex for reading").of("a read-write mutex").without("whoever has it, or waits to write, does not come to an end"),
	"sync.Cond.Wait":          waitsFor("a condition variable to be signalled").of("a condition variable").without("nobody calls Signal or Broadcast"),
	"sync.WaitGroup.Wait":     waitsFor("a WaitGroup to come to zero").of("a WaitGroup").without("not every Add is followed by its Done"),
	"semacquire":              waitsFor("a semaphore").without("nobody releases it"),
	"coroutine":               waitsFor("the other side of an iterator (iter.Pull)"),
	"IO wait":                 waitsFor("input or output").without("nothing arrives"),
	"syscall":                 {does: "is inside a system call", doing: "inside a system call"},
	"sleep":                   {does: "sleeps", doing: "sleeping"},
	"running":                 {does: "is running", doing: "running"},
	"runnable":                {does: "is running", doing: "running"},
	"preempted":               {does: "is running", doing: "running"},
	"copystack":               {does: "is running", doing: "running"},
}

func waitsTo(what string) wait  { return wait{does: "waits to " + what, doing: "waiting to " + what} }
func waitsFor(what string) wait { return wait{does: "waits for " + what, doing: "waiting for " + what} }

func (w wait) of(what string) wait       { w.what = what; return w }
func (w wait) without(lacks string) wait { w.lacks = lacks; return w }

// on is what it does with the name that the source has for what is waited on, if
// that is known.
func (w wait) on(name string) string {
	if name == "" || w.what == "" {
		return w.does
	}
	return strings.Replace(w.does, w.what, name, 1)
}

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
