package run

import (
	"regexp"
	"strings"
	"sync"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// capped keeps what a process prints, up to a limit.
type capped struct {
	limit int64
	// over is called once when the limit is reached.
	over func()

	mu   sync.Mutex
	text []byte
	told bool
}

func (c *capped) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := c.limit - int64(len(c.text)); room < int64(len(p)) {
		if !c.told {
			c.told = true
			c.over()
		}
		c.text = append(c.text, p[:max(0, room)]...)
		return len(p), nil
	}
	c.text = append(c.text, p...)
	return len(p), nil
}

func (c *capped) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

var (
	// words matches how the Go runtime says that it gives up.
	words = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: goroutine stack exceeds |runtime/cgo: pthread_create failed|SIG[A-Z]+: ).*$`)
	// stacks matches where its message ends.
	stacks = regexp.MustCompile(`\n\n(goroutine |runtime stack:)`)
)

// lastWords finds the runtime's message in what a process printed, and the
// answer's frames of the goroutine that it blames: the first of the trace.
func lastWords(output string) (message string, where []report.Location) {
	at := words.FindStringIndex(output)
	if at == nil {
		return "", nil
	}
	message = output[at[0]:at[1]]
	trace := output[at[1]:]
	// A message may have several lines, until the trace begins.
	if end := stacks.FindStringIndex(trace); end != nil && end[0] < 2000 {
		message += trace[:end[0]]
	}
	// All others only waited.
	if all := stack.Parse([]byte(trace)); len(all) > 0 {
		where = stack.Answers(all[0].Frames)
		if len(where) == 0 && all[0].Creator.Answer() {
			where = []report.Location{all[0].Creator.Location()}
		}
	}
	return strings.TrimSpace(message), where
}
