package source_test

import (
	"slices"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

const suspicious = `package lock

import "os"

// Shutdown never calls os.Exit(1), whatever this comment says.
type Server[T any] struct{ listener net.Listener }

func (s *Server[T]) Close() {
	if s == nil {
		os.Exit(1)
	}
	text := "os.Exit(2)"
	_ = text
}

func (s Server[T]) Serve() {
	go func() {
		conn, _ := s.listener.Accept()
		conn.Close()
	}()
}

var now = func() { os.Exit(3) }

func run() {
	exit := os.Exit // the name alone calls nothing
	_ = exit
	exec.Command("sh").Start()
	os.Open("x")
	unix.Mmap(0, 0, 1, 1, 1)
	process.Exit(4)
	os.Chdir("/")
}
`

func TestSuspects(t *testing.T) {
	answer := source.Answer{Kata: lock, Files: map[string][]byte{
		"lock.go":   []byte(suspicious),
		"broken.go": []byte("package lock\n\nfunc { os.Exit(1)"),
		"a.go":      []byte("package lock\n\nfunc first() { os.Exit(0) }\nfunc loud() { println(1) }\n"),
	}}
	at := func(line int, function string) report.Location {
		return report.Location{File: "katas/sync/lock/lock.go", Line: line, Function: function}
	}
	for _, c := range []struct {
		why, observed string
		want          []report.Location
	}{
		{"it printed too much: a builtin", "output", []report.Location{{File: "katas/sync/lock/a.go", Line: 4, Function: "loud"}}},
		{"the process ended itself: calls, in a method and a variable, not comments, texts or another's Exit", "exit", []report.Location{
			{File: "katas/sync/lock/a.go", Line: 3, Function: "first"}, at(10, "(*Server).Close"), at(23, ""),
		}},
		{"a descriptor: what a listener accepted counts, whatever it is called", "fd", []report.Location{at(18, "(Server).Serve"), at(29, "run")}},
		{"a process, however it was left", "zombie", []report.Location{at(28, "run")}},
		{"the same for one that runs on", "child", []report.Location{at(28, "run")}},
		{"and for an orphan", "orphan", []report.Location{at(28, "run")}},
		{"a mapping", "mapping", []report.Location{at(30, "run")}},
		{"changed state", "state", []report.Location{at(32, "run")}},
		{"nothing that it could have been", "ipc", nil},
		{"something that has no suspects", "weather", nil},
	} {
		t.Run(c.observed, func(t *testing.T) {
			if got := answer.Suspects(c.observed); !slices.Equal(got, c.want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", c.why, got, c.want)
			}
		})
	}
}
