package instrument

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

const queue = `//go:build linux

// Package queue is an answer.
package queue // as short as can be

import "sync"

type Queue struct {
	mu    sync.Mutex
	items []int
	full  chan int
}

func (q *Queue) Put(item int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range 3 {
		q.items = append(q.items, item+i)
	}
	select {
	case q.full <- item:
	default:
		return
	}
	switch item {
	case 1:
		go func() { q.full <- 1 }()
	}
again:
	for {
		continue again
	}
}
`

func TestHooksStandBeforeWhatOthersMayNotice(t *testing.T) {
	text := string(File("katas/sync/queue/queue.go", []byte(queue), Locks, nil))
	for _, want := range []string{
		`package queue; import dojo_hook "github.com/concurrency-dojo/dojo/harness/instrument/hook" // as short`,
		`,"katas/sync/queue/queue.go",15,"q.mu",q.mu.Lock)`,
		`defer dojo_hook.Unlock(`,
		`);q.items = append(q.items, item+i)`,
		`);select {`,
		`case q.full <- item:dojo_hook.At(`,
		`go func() {dojo_hook.Start(`,
		`);go func()`,
		`);q.full <- 1 }()`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "continue again;") || strings.Contains(text, ");continue") {
		t.Error("a statement that nobody else sees got a hook")
	}
}

func TestEveryLineStaysWhereItIs(t *testing.T) {
	for _, depth := range []Depth{Locks, Noise} {
		text := File("queue.go", []byte(queue), depth, nil)
		if _, err := parser.ParseFile(token.NewFileSet(), "queue.go", text, 0); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		before, after := strings.Split(queue, "\n"), strings.Split(string(text), "\n")
		if len(before) != len(after) {
			t.Fatalf("%d lines have become %d", len(before), len(after))
		}
		for i := range before {
			// Whatever is inserted, the end of a line is what it was, but for
			// the call of a lock.
			if end := lastWord(before[i]); !strings.Contains(after[i], strings.TrimSuffix(end, "()")) {
				t.Errorf("line %d was %q and is %q", i+1, before[i], after[i])
			}
		}
	}
}

func lastWord(line string) string {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

func TestLocksAreLeftAloneAtTheLesserDepth(t *testing.T) {
	text := string(File("queue.go", []byte(queue), Noise, nil))
	if !strings.Contains(text, ");q.mu.Lock()\n") || !strings.Contains(text, ");defer q.mu.Unlock()\n") {
		t.Error(text)
	}
}

func TestWhatIsNotTouched(t *testing.T) {
	for why, text := range map[string]string{
		"text that does not parse":      "package queue\n\nfunc {",
		"text in which nothing happens": "package queue\n\ntype Queue int\n",
	} {
		if got := File("queue.go", []byte(text), Locks, nil); string(got) != text {
			t.Errorf("%s: %s", why, got)
		}
	}
	if got := File("queue.go", []byte(queue), Plain, nil); string(got) != queue {
		t.Errorf("depth Plain: %s", got)
	}
}

func TestLocksThatNoHookFitsAreLeftAlone(t *testing.T) {
	text := []byte("package p\n\nfunc (g *guard) Unlock() { g.err = recover() }\n\nfunc (l *lock) RLock() error { return nil }\n\n" +
		"func run(g *guard) {\n\tg.Lock()\n\tdefer g.Unlock()\n\tg.RLock()\n\tg.\n\t\tinner().\n\t\tLock()\n}\n")
	unfit := Unfit(map[string][]byte{"p.go": text})
	got := string(File("p.go", text, Locks, unfit))
	for _, plain := range []string{"defer g.Unlock()\n", ";g.RLock()\n", "\t\tLock()\n"} {
		if !strings.Contains(got, plain) {
			t.Errorf("%q is gone from\n%s", plain, got)
		}
	}
	if !strings.Contains(got, "g.Lock)\n") {
		t.Errorf("an ordinary lock has no hook in\n%s", got)
	}
}
