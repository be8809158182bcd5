package command

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/harness/run"
)

// statusLine shows what a grading is at, once it has taken long enough to wonder:
// on one line that rewrites itself on a terminal, in plain lines elsewhere.
type statusLine struct {
	out  io.Writer
	live bool

	mu    sync.Mutex
	text  string
	said  string
	stop  chan struct{}
	ended bool
}

// wonder is how long people wait before they want to know what goes on.
const wonder = 700 * time.Millisecond

func newStatusLine(out io.Writer) *statusLine {
	p := &statusLine{out: out, live: isTerminal(out), stop: make(chan struct{})}
	go p.refresh()
	return p
}

// tell takes the next step.
func (p *statusLine) tell(step run.Progress) {
	if step.Spec != "" {
		return
	}
	text := fmt.Sprintf("building %d %s", step.Total, plural(step.Total, "kata", "katas"))
	if step.Phase == run.Running {
		text = fmt.Sprintf("running %d of %d done, last %s", step.Done, step.Total, step.Kata)
	}
	p.say(text)
}

func (p *statusLine) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}

func (p *statusLine) refresh() {
	start := time.Now()
	every := 100 * time.Millisecond
	if !p.live {
		every = 5 * time.Second
	}
	for {
		select {
		case <-p.stop:
			return
		case <-time.After(every):
		}
		p.mu.Lock()
		if !p.ended && p.text != "" && time.Since(start) > wonder {
			p.print(time.Since(start))
		}
		p.mu.Unlock()
	}
}

func (p *statusLine) print(since time.Duration) {
	line := fmt.Sprintf("%s … %ds", p.text, int(since.Seconds()))
	if !p.live {
		if p.text != p.said {
			fmt.Fprintln(p.out, line)
		}
		p.said = p.text
		return
	}
	p.said = line
	width := terminalWidth(p.out)
	if runes := []rune(line); len(runes) >= width {
		line = string(runes[:max(0, width-1)])
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", line)
}

// end takes the line away.
func (p *statusLine) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	close(p.stop)
	if p.live && p.said != "" {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// isTerminal reports whether a person watches what is written to out.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"
}

// terminalWidth is the width of the terminal in columns, 80 where there is none.
func terminalWidth(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(file.Fd()); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// renderOptions suit the place that is written to: colour on terminals only, and
// not where NO_COLOR (no-color.org) asks for none.
func renderOptions(out io.Writer) render.Options {
	return render.Options{
		Color: isTerminal(out) && os.Getenv("NO_COLOR") == "",
		Width: terminalWidth(out),
	}
}
