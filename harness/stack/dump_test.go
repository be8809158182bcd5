package stack_test

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/stack"
)

const here = "github.com/concurrency-dojo/dojo/harness/stack_test."

// start stands in a stack dump as the creator of what it starts.
//
//go:noinline
func start(block func()) { go blocked(block) }

//go:noinline
func blocked(block func()) { block() }

// find waits until a goroutine that start has started, and that was not there
// before, is in a state. It looks again and again, since nothing tells when a
// goroutine has come to block.
func find(t *testing.T, before map[uint64]bool, state string) stack.Goroutine {
	t.Helper()
	var last []stack.Goroutine
	for end := time.Now().Add(time.Minute); time.Now().Before(end); runtime.Gosched() {
		last = nil
		for _, g := range stack.All() {
			if before[g.ID] || !g.Calls(here+"blocked") {
				continue
			}
			if last = append(last, g); g.State == state {
				return g
			}
		}
	}
	t.Fatalf("no goroutine came to be in state %q: %+v", state, last)
	return stack.Goroutine{}
}

func known() map[uint64]bool {
	ids := map[uint64]bool{}
	for _, g := range stack.All() {
		ids[g.ID] = true
	}
	return ids
}

func TestAllTellsWhatGoroutinesWaitFor(t *testing.T) {
	for _, c := range []struct {
		state, why string
		// block blocks until undo is called.
		block func(t *testing.T) (block, undo func())
	}{
		{"chan send", "an abandoned worker hands over its result to nobody", func(*testing.T) (func(), func()) {
			c := make(chan int)
			return func() { c <- 1 }, func() { <-c }
		}},
		{"chan receive", "the commonest wait", func(*testing.T) (func(), func()) {
			c := make(chan int)
			return func() { <-c }, func() { close(c) }
		}},
		{"chan receive (nil chan)", "the remark says why it will never end", func(*testing.T) (func(), func()) {
			return func() { <-(chan int)(nil) }, func() {}
		}},
		{"select", "waiting with a way out", func(*testing.T) (func(), func()) {
			c, d := make(chan int), make(chan int)
			return func() {
				select {
				case <-c:
				case d <- 1:
				}
			}, func() { close(c) }
		}},
		{"sync.Mutex.Lock", "a lock is held for ever", func(*testing.T) (func(), func()) {
			var mu sync.Mutex
			mu.Lock()
			return mu.Lock, mu.Unlock
		}},
		{"sync.RWMutex.RLock", "a reader behind a writer", func(*testing.T) (func(), func()) {
			var mu sync.RWMutex
			mu.Lock()
			return mu.RLock, mu.Unlock
		}},
		{"sync.Cond.Wait", "a signal was missed", func(*testing.T) (func(), func()) {
			var mu sync.Mutex
			cond, over := sync.NewCond(&mu), false
			return func() {
					mu.Lock()
					defer mu.Unlock()
					for !over {
						cond.Wait()
					}
				}, func() {
					mu.Lock()
					defer mu.Unlock()
					over = true
					cond.Broadcast()
				}
		}},
		{"sync.WaitGroup.Wait", "Done is called too seldom", func(*testing.T) (func(), func()) {
			var group sync.WaitGroup
			group.Add(1)
			return group.Wait, group.Done
		}},
		{"sleep", "what pulse takes for polling", func(*testing.T) (func(), func()) {
			return func() { time.Sleep(time.Hour) }, func() {}
		}},
		{"IO wait", "a server that nobody calls", func(t *testing.T) (func(), func()) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			return func() { listener.Accept() }, func() { listener.Close() }
		}},
		{"IO wait", "a reader of a pipe that nobody writes to", func(t *testing.T) (func(), func()) {
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			return func() { read.Read(make([]byte, 1)) }, func() { write.Close(); read.Close() }
		}},
	} {
		t.Run(c.state, func(t *testing.T) {
			block, undo := c.block(t)
			defer undo()
			before := known()
			start(block)
			g := find(t, before, c.state)
			if g.ID == 0 || len(g.Frames) == 0 || g.Leaked {
				t.Errorf("%s: %+v", c.why, g)
			}
			last := g.Frames[len(g.Frames)-1]
			if last.Function != here+"blocked" || !strings.HasSuffix(last.File, "/dump_test.go") || last.Line == 0 {
				t.Errorf("the outermost frame is %+v", last)
			}
			if g.Creator.Function != here+"start" || !strings.HasSuffix(g.Creator.File, "/dump_test.go") || g.Creator.Line == 0 {
				t.Errorf("the creator is %+v", g.Creator)
			}
			if !g.Created(here+"st") || g.Created("stack_test.start") {
				t.Error("Created does not go by the beginning of the full name")
			}
		})
	}
}

// The caller comes first: others leave it out by that.
func TestAllBeginsWithItsCaller(t *testing.T) {
	g := stack.All()[0]
	if g.State != "running" || !g.Calls(here+"TestAllBeginsWithItsCaller") {
		t.Errorf("first is %+v", g)
	}
}

// A dump grows with the goroutines, past any size that a buffer begins with.
func TestAllSeesThousandsOfGoroutines(t *testing.T) {
	var ready, over sync.WaitGroup
	release := make(chan struct{})
	before := known()
	for range 2000 {
		ready.Add(1)
		over.Add(1)
		start(func() { defer over.Done(); ready.Done(); <-release })
	}
	ready.Wait()
	count := 0
	for _, g := range stack.All() {
		if !before[g.ID] && g.Created(here+"start") {
			count++
		}
	}
	close(release)
	over.Wait()
	if count != 2000 {
		t.Errorf("saw %d of 2000", count)
	}
}

func TestParseStates(t *testing.T) {
	for _, c := range []struct {
		why, header, state string
		leaked             bool
	}{
		{"as in every dump", "goroutine 7 [chan send]:", "chan send", false},
		{"how long it waits is no part of the state", "goroutine 7 [chan receive, 3 minutes]:", "chan receive", false},
		{"nor is what thread it is locked to", "goroutine 7 [syscall, 2 minutes, locked to thread]:", "syscall", false},
		{"the leak profile's verdict is kept apart", "goroutine 7 [chan receive (leaked)]:", "chan receive", true},
		{"a collection may be under way", "goroutine 7 [select (scan), 1 minutes]:", "select", false},
		{"inside a synctest bubble", "goroutine 7 [sleep (durable), synctest bubble 4]:", "sleep", false},
		{"a remark that says why it will never end stays", "goroutine 7 [select (no cases)]:", "select (no cases)", false},
		{"a crash shows the thread too", "goroutine 7 gp=0xc00 m=3 mp=0xc01 [running]:", "running", false},
		{"or that it has none", "goroutine 7 gp=0xc00 m=nil [IO wait]:", "IO wait", false},
	} {
		t.Run(c.why, func(t *testing.T) {
			all := stack.Parse([]byte("noise\n" + c.header + "\nmain.main()\n\t/x/main.go:3 +0x1d\n\nmore noise\n\t/y/z.go:1\n"))
			if len(all) != 1 {
				t.Fatalf("%d goroutines", len(all))
			}
			g := all[0]
			want := stack.Frame{Function: "main.main", File: "/x/main.go", Line: 3}
			if g.ID != 7 || g.State != c.state || g.Leaked != c.leaked || len(g.Frames) != 1 || g.Frames[0] != want {
				t.Errorf("%+v", g)
			}
		})
	}
}

func TestParseFunctions(t *testing.T) {
	for _, c := range []struct{ why, line, function string }{
		{"arguments go", "main.run(0xc000012345, {0x1, 0x2})", "main.run"},
		{"the receiver's brackets stay", "main.(*T).Run(0x1)", "main.(*T).Run"},
		{"so they do without arguments", "main.(*T).Run()", "main.(*T).Run"},
		{"an inlined call shows no arguments", "main.(*T).Run(...)", "main.(*T).Run"},
		{"generic", "main.(*Queue[...]).Put(0x1, {0x2, 0x3})", "main.(*Queue[...]).Put"},
		{"a method value", "main.(*T).Run-fm()", "main.(*T).Run-fm"},
		{"a panic's value", "panic({0x45a, 0x4b2})", "panic"},
	} {
		t.Run(c.why, func(t *testing.T) {
			frames := stack.Trace(c.line + "\n\t/x/main.go:3 +0x1d\nmain.main()\n\t/x/main.go:9 +0x1d")
			if len(frames) != 2 || frames[0].Function != c.function || frames[1].Function != "main.main" || frames[1].Line != 9 {
				t.Errorf("%+v", frames)
			}
		})
	}
}

// A crash catches goroutines on other threads, whose stacks can't be walked.
func TestParseStackThatIsUnavailable(t *testing.T) {
	all := stack.Parse([]byte(`goroutine 1 [running]:
main.main()
	/x/main.go:3 +0x1d

goroutine 2 [running]:
	goroutine running on other thread; stack unavailable
created by main.start in goroutine 1
	/x/main.go:7 +0x1d
`))
	if len(all) != 2 || len(all[1].Frames) != 0 || all[1].Creator.Function != "main.start" || all[1].Creator.Line != 7 {
		t.Errorf("%+v", all)
	}
}

func TestTraceOfNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "no stack here", "\t", "\t:", "created by", "()"} {
		if frames := stack.Trace(text); len(frames) > 1 {
			t.Errorf("%q: %s", text, fmt.Sprint(frames))
		}
	}
}
