package run

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// theAnswer is read by the tests below. They find a line by the comment at its end.
const theAnswer = `package lock

type Queue[T any] struct{ items []T; head *node; seen map[string]int; buffer bytes.Buffer }

var total int

func (q *Queue[T]) Put(item T) {
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.items = append(q.items, item) // put
	q.mu.Unlock()
	q.tail++ // unlocked
}

func (s *Queue[T]) Len() int {
	return len(s.items) // len
}

func (q *Queue[T]) helped() {
	q.lockAll()
	q.items = nil // helped
}

func (q *Queue[T]) Get(key string) (item T) {
	q.rw.RLock()
	defer q.rw.RUnlock()
	q.seen[key]++ // count
	q.items[0], q.head = item, q.head.next // two
	q.buffer.WriteString(key) // write
	return q.peek(q.head.next.next) // peek
}

func (q *Queue[T]) look() int { return q.seen["a"] + q.buffer.Len() } // look

func Sum() int {
	count := 0
	total++ // total
	go func() {
		count++ // inside
	}()
	count = count + total // outside
	other := count // other
	return other
}

func echo(conn net.Conn, buffer []byte, result *int) {
	n, _ := conn.Read(buffer) // read
	*result = n // pointed
}

func wait(ready, done chan int) {
	ready <- 1 // send
	<-done // receive
	for range ready { // range
	}
	x, y := <-ready, <-done // several
	<-time.After(time.Second) // call
	group.Wait() // group
	_ = x + y
}
`

// lineOf returns the place whose line ends in a comment.
func lineOf(t *testing.T, comment string) report.Location {
	t.Helper()
	line := 0
	for text := range strings.Lines(theAnswer) {
		line++
		if strings.HasSuffix(strings.TrimSpace(text), "// "+comment) {
			return report.Location{File: "katas/sync/lock/lock.go", Line: line}
		}
	}
	t.Fatalf("no line ends in %q", comment)
	return report.Location{}
}

func readAnswer() *reading {
	return read(source.Answer{Kata: "sync/lock", Files: map[string][]byte{"lock.go": []byte(theAnswer)}})
}

func TestReadingNamesWhatWasRacedFor(t *testing.T) {
	for _, c := range []struct {
		why                   string
		first, second         string // operation, line, and the function that it went through
		want, wantSecond      string
		captured, seenOutside bool
	}{
		{"every method has its own name for the receiver", "write put", "read len", "q.items", "s.items", false, false},
		{"growing a slice reads the old one", "read put runtime.growslice", "write helped", "q.items", "q.items", false, false},
		{"an element bears the name of the map", "write count internal/runtime/maps.assign", "read look internal/runtime/maps.access", "q.seen", "q.seen", false, false},
		{"a line may write to several things of which the other reads one", "write two", "read len", "q.items", "s.items", false, false},
		{"or both", "write two", "write two", "", "", false, false},
		{"a chain of pointers is read link by link, and one was written", "read peek", "write two", "q.head", "q.head", false, false},
		{"a method of the library's touches what it was called on", "write write bytes.(*Buffer).WriteString", "read look bytes.(*Buffer).Len", "q.buffer", "q.buffer", false, false},
		{"a local variable that a goroutine captured", "write inside", "read other", "count", "count", true, false},
		{"a variable of the package", "write total", "read outside", "total", "total", false, false},
		{"each call has its own local variables", "write other", "write other", "", "", false, false},
		{"and its own connections: what was touched is what Read was handed", "write read net.(*conn).Read", "write read net.(*conn).Read", "", "", false, false},
		{"what a pointer points to is not the pointer", "write pointed", "read pointed", "*result", "*result", false, false},
		{"the lines have nothing in common", "write helped", "read other", "", "", false, false},
		{"one side is not in the answer", "write put", "read", "", "", false, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			side := func(text string) report.Access {
				part := append(strings.Fields(text), "", "")
				access := report.Access{Operation: part[0], Through: part[2]}
				if part[1] != "" {
					access.Where = []report.Location{lineOf(t, part[1])}
				}
				return access
			}
			race := report.Race{First: side(c.first), Second: side(c.second)}
			readAnswer().race(&race)
			if race.First.Variable != c.want || race.Second.Variable != c.wantSecond {
				t.Errorf("it is %q and %q, want %q and %q", race.First.Variable, race.Second.Variable, c.want, c.wantSecond)
			}
			if race.First.Captured != c.captured || race.Second.Captured != c.seenOutside {
				t.Errorf("captured is %t and %t", race.First.Captured, race.Second.Captured)
			}
		})
	}
}

func TestReadingTellsTheLocksOnTheWay(t *testing.T) {
	for _, c := range []struct {
		why, line, want string
		certain         bool
	}{
		{"an Unlock in a branch that leads elsewhere was not run", "put", "q.mu", true},
		{"one on the way was", "unlocked", "", true},
		{"no lock at all", "len", "", true},
		{"a read lock is no lock to write under, and what is deferred comes later", "count", "q.rw (for reading)", true},
		{"a function that has lock in its name may take one", "helped", "", false},
		{"a goroutine doesn't hold what its starter holds", "inside", "", true},
	} {
		t.Run(c.why, func(t *testing.T) {
			held, certain := readAnswer().locks([]report.Location{lineOf(t, c.line)})
			if got := strings.Join(held, " "); got != c.want || certain != c.certain {
				t.Errorf("they are %q (%t), want %q (%t)", got, certain, c.want, c.certain)
			}
		})
	}
}

func TestReadingNamesWhatIsWaitedOn(t *testing.T) {
	for _, c := range []struct{ why, line, state, want string }{
		{"a send", "send", "chan send", "ready"},
		{"the remark on nil changes nothing", "send", "chan send (nil chan)", "ready"},
		{"a receive", "receive", "chan receive", "done"},
		{"a loop receives", "range", "chan receive", "ready"},
		{"either of two", "several", "chan receive", ""},
		{"the channel that a call returns", "call", "chan receive", "time.After(time.Second)"},
		{"a WaitGroup", "group", "sync.WaitGroup.Wait", "group"},
		{"a channel inside what was called has no name here", "group", "chan receive", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := readAnswer().waitedOn(lineOf(t, c.line), c.state); got != c.want {
				t.Errorf("it is %q, want %q", got, c.want)
			}
		})
	}
}

func TestReadingNamesFunctionsAsStacksDo(t *testing.T) {
	for line, want := range map[string]string{"put": "(*Queue).Put", "inside": "Sum"} {
		if got := readAnswer().function(lineOf(t, line)); got != want {
			t.Errorf("%s is in %q, want %q", line, got, want)
		}
	}
}

func TestReadingWhatDoesNotParseFindsNothing(t *testing.T) {
	r := read(source.Answer{Kata: "sync/lock", Files: map[string][]byte{"lock.go": []byte("package")}})
	where := report.Location{File: "katas/sync/lock/lock.go", Line: 1}
	if got := r.waitedOn(where, "chan send"); got != "" || r.function(where) != "" {
		t.Errorf("it found %q", got)
	}
}
