package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/attest"
)

// crashVariable makes the test binary crash instead of testing.
const crashVariable = "DOJO_TEST_CRASH"

func TestMain(m *testing.M) {
	if w, graded, err := attest.Open(); graded && err == nil {
		play(w)
		os.Exit(0)
	}
	if crash, ok := crashes[os.Getenv(crashVariable)]; ok {
		go crash()
		// A crash that never comes must not outlive the test.
		io.Copy(io.Discard, os.Stdin)
		os.Exit(9)
	}
	os.Exit(m.Run())
}

// crashes are the ways in which the runtime gives up.
var crashes = map[string]func(){
	"text":  func() { panicInAnswer("no room left") },
	"lines": func() { panicInAnswer(errors.New("no room left\nin the queue\n\ngoroutine 9 [running]:")) },
	"value": func() { panicInAnswer(struct{ a, b int }{1, 2}) },
	"again": func() {
		defer func() { panicInAnswer(fmt.Sprint(recover(), ", again")) }()
		panicInAnswer("first")
	},
	"nil":     func() { derefInAnswer(nil) },
	"library": func() { repeatInAnswer(-1) },
	"overflow": func() {
		debug.SetMaxStack(1 << 20)
		overflowInAnswer(0)
	},
	"unlock": func() { unlockInAnswer(new(sync.Mutex)) },
	"map": func() {
		m := map[int]int{}
		for range 3 {
			go writeInAnswer(m)
		}
		writeInAnswer(m)
	},
	"born": func() {
		var mu sync.Mutex
		startInAnswer(mu.Unlock)
	},
	"innocent": func() {
		inside := make(chan struct{})
		go blockInAnswer(inside)
		<-inside
		panic("not the answer's fault")
	},
	"leaves": func() {
		fmt.Fprintln(os.Stderr, "I am done.")
		os.Exit(2)
	},
}

// crash returns what a process prints that ends in that way.
func crash(t *testing.T, how string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	// With one processor, two goroutines hardly ever meet in a map.
	command.Env = append(os.Environ(), crashVariable+"="+how, "GOMAXPROCS=4", "GOTRACEBACK=all", "GORACE=atexit_sleep_ms=0 log_path="+t.TempDir()+"/race")
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	output, err := command.CombinedOutput()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Fatalf("%v: %s", err, output)
	}
	return string(output)
}

func TestLastWords(t *testing.T) {
	for _, c := range []struct {
		how, why, message string
		line              int
	}{
		{"text", "a panic of the answer's own", "panic: no room left", 11},
		{"lines", "whose text has several lines, and looks like a trace", "panic: no room left\n\tin the queue", 11},
		{"value", "or is no text", "panic: (struct { a int; b int }) 0x", 11},
		{"again", "a panic while one is under way shows both", "panic: first [recovered", 11},
		{"nil", "a nil pointer, where the signal is part of the message", "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV", 21},
		{"library", "the library panics, and the answer called it", "panic: strings: negative Repeat count", 81},
		{"overflow", "recursion without an end, found at the function's first line", "runtime: goroutine stack exceeds 1048576-byte limit", 30},
		{"unlock", "a fatal error can't be recovered", "fatal error: sync: unlock of unlocked mutex", 41},
		{"map", "two goroutines in a map", "fatal error: concurrent map writes", 52},
		{"born", "the goroutine that fails is not in the answer, but the answer started it", "fatal error: sync: unlock of unlocked mutex", 61},
	} {
		t.Run(c.how, func(t *testing.T) {
			output := crash(t, c.how)
			message, where := lastWords("PASS so far\n" + output)
			if !strings.HasPrefix(message, c.message) {
				t.Errorf("%s: message %q, want %q", c.why, message, c.message)
			}
			if len(where) == 0 || where[0].File != "katas/sync/lock/lock.go" || where[0].Line != c.line {
				t.Errorf("%s: in %+v, want line %d", c.why, where, c.line)
			}
		})
	}
}

func TestNoLastWords(t *testing.T) {
	if message, where := lastWords(crash(t, "leaves")); message != "" || where != nil {
		t.Errorf("%q in %+v, of a process that said nothing", message, where)
	}
	for _, output := range []string{"", "an answer may say panic: and fatal error: within a line\n"} {
		if message, where := lastWords(output); message != "" || where != nil {
			t.Errorf("%q in %+v", message, where)
		}
	}
}

func TestLastWordsAreNoTrace(t *testing.T) {
	if message, _ := lastWords(crash(t, "overflow")); strings.Contains(message, "runtime.morestack") {
		t.Errorf("%s", message)
	}
}

func TestLastWordsBlameOnlyTheFirstGoroutine(t *testing.T) {
	if message, where := lastWords(crash(t, "innocent")); !strings.HasPrefix(message, "panic: not the answer's fault") || len(where) != 0 {
		t.Errorf("%q in %+v", message, where)
	}
}

func TestCapped(t *testing.T) {
	for _, c := range []struct {
		why, kept string
		writes    []string
		over      int
	}{
		{"nothing", "", nil, 0},
		{"within the limit", "one two", []string{"one", " two"}, 0},
		{"just at it", "0123456789", []string{"01234", "56789"}, 0},
		{"beyond it, the beginning is kept", "0123456789", []string{"01234", "56789x"}, 1},
		{"one flood is told once", "0123456789", []string{"0123456789x", "more", strings.Repeat("y", 1000)}, 1},
		{"and nothing is kept after it", "0123456789", []string{"0123456789", "x"}, 1},
	} {
		t.Run(c.why, func(t *testing.T) {
			told := 0
			output := &capped{limit: 10, over: func() { told++ }}
			for _, text := range c.writes {
				// A short count would end the copy, and with it the process's writes.
				if n, err := output.Write([]byte(text)); n != len(text) || err != nil {
					t.Errorf("wrote %d of %d: %v", n, len(text), err)
				}
			}
			if output.String() != c.kept || told != c.over {
				t.Errorf("kept %q, told %d times", output, told)
			}
		})
	}
}

func TestCappedFromManyGoroutines(t *testing.T) {
	told := 0
	output := &capped{limit: 1000, over: func() { told++ }}
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 100 {
				output.Write(bytes.Repeat([]byte("x"), 7))
			}
		})
	}
	writers.Wait()
	if len(output.String()) != 1000 || told != 1 {
		t.Errorf("kept %d bytes, told %d times", len(output.String()), told)
	}
}
