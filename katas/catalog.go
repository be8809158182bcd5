// Package katas holds the curriculum: one row per kata, in teaching order.
//
// Everything else about a kata is in its folder: the brief (doc.go), the stub,
// the specs and the hints.
package katas

import (
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Kata is a row of the catalogue.
type Kata struct {
	// ID is the track and the name: "sync/boundedqueue".
	ID    string
	Title string
	// Level is from 1, easy, to 5, hard.
	Level int
	// Points is what all its specs are worth together.
	Points int
	// Linux: the kata is about something that only Linux has.
	Linux bool
	// Imports are the packages that an answer may import.
	Imports []string
	// Limits are zero for report.DefaultLimits.
	Limits report.Limits
	// Topics are those of the lectures that the kata is about.
	Topics []string
}

// Track returns the first part of the id.
func (k Kata) Track() string {
	track, _, _ := strings.Cut(k.ID, "/")
	return track
}

// Name returns the second part of the id.
func (k Kata) Name() string {
	_, name, _ := strings.Cut(k.ID, "/")
	return name
}

// Tracks are the parts of the curriculum, in teaching order.
var Tracks = []struct{ Name, About string }{
	{"process", "what a process is, what its parent owes it, and how it ends"},
	{"ipc", "how processes talk to each other"},
	{"net", "how many clients a server can hold"},
	{"sync", "goroutines that share, wait and give up"},
	{"coro", "iterators, generators and coroutines"},
}

// Import sets that rows share. They are generous: an answer should fail on its
// behaviour, and the list only keeps out what would answer for the learner or
// reach around the specs.
var (
	basics   = []string{"bytes", "cmp", "context", "errors", "fmt", "iter", "maps", "math", "math/bits", "math/rand/v2", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time", "unicode", "unicode/utf8", "container/heap", "container/list", "container/ring", "runtime"}
	systems  = with(basics, "bufio", "io", "io/fs", "os", "os/exec", "os/signal", "path", "path/filepath", "syscall", "golang.org/x/sys/unix")
	networks = with(basics, "bufio", "io", "net", "os", "syscall")
)

func with(set []string, more ...string) []string {
	return append(append([]string(nil), set...), more...)
}

// Catalog is the curriculum.
var Catalog = []Kata{
	{ID: "process/reaper", Title: "Reap zombies, adopt orphans", Level: 3, Points: 20, Linux: true, Imports: systems,
		Topics: []string{"zombies and orphans", "wait and waitpid", "SIGCHLD"}},
	{ID: "ipc/pipe", Title: "Run a pipeline of commands", Level: 2, Points: 17, Linux: true, Imports: systems,
		Topics: []string{"unnamed pipes", "end of file and SIGPIPE", "exit statuses"}},
	{ID: "net/echo", Title: "An echo server that shuts down well", Level: 1, Points: 14, Imports: networks,
		Topics: []string{"sockets", "echo server", "half-close", "graceful shutdown"}},
	{ID: "sync/boundedqueue", Title: "A queue that makes callers wait", Level: 3, Points: 18, Imports: basics,
		Topics: []string{"queue.Queue", "threads", "condition variables"}},
	{ID: "coro/generator", Title: "Lazy sequences, cleaned up", Level: 2, Points: 12, Imports: basics,
		Topics: []string{"generators", "yield", "itertools"}},
}
