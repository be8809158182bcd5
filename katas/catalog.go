// Package katas holds the curriculum: one row per kata, in teaching order.
//
// Everything else about a kata is in its folder: the brief (doc.go), the stub,
// the specs and the hints.
package katas

import (
	"strings"
	"time"

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
	// Limits that are zero are those of report.DefaultLimits.
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

// Submission is what all katas of one submission may take together: several times
// what an honest one takes on a slow machine.
var Submission = struct{ CPU, Wall time.Duration }{CPU: 30 * time.Minute, Wall: time.Hour}

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
	{ID: "process/pstree", Title: "Read processes from /proc", Level: 2, Points: 14, Linux: true, Imports: systems,
		Topics: []string{"PID and PPID", "process states", "nice values", "swap"}},
	{ID: "process/forkcount", Title: "Predict what forks make", Level: 2, Points: 15, Imports: with(basics, "math/big"),
		// A prediction takes milliseconds, or for ever.
		Limits: report.Limits{SpecCPU: 5 * time.Second},
		Topics: []string{"fork", "copy of memory", "buffered output", "exit and _exit"}},
	{ID: "process/forktree", Title: "Grow the tree of forks", Level: 3, Points: 18, Linux: true, Imports: with(systems, "encoding/gob", "encoding/json"),
		Topics: []string{"fork in a loop", "process trees", "wait and waitpid"}},
	{ID: "process/descriptors", Title: "Redirect, count and limit descriptors", Level: 2, Points: 15, Linux: true, Imports: systems,
		Topics: []string{"file descriptors", "redirection and dup2", "close-on-exec", "limits of a process"}},
	{ID: "process/subprocess", Title: "Run a command, hold a process", Level: 3, Points: 19, Linux: true, Imports: systems,
		Topics: []string{"subprocess.run and Popen", "multiprocessing.Process", "timeouts and grandchildren", "exit statuses"}},
	{ID: "process/reaper", Title: "Reap zombies, adopt orphans", Level: 3, Points: 20, Linux: true, Imports: systems,
		Topics: []string{"zombies and orphans", "wait and waitpid", "SIGCHLD"}},
	{ID: "process/signals", Title: "Count signals, end well", Level: 2, Points: 17, Imports: systems,
		Topics: []string{"signals", "graceful shutdown", "SIGTERM"}},
	{ID: "process/sessions", Title: "Signal and wait for a whole job", Level: 4, Points: 19, Linux: true, Imports: systems,
		Topics: []string{"process groups", "sessions", "kill a whole group", "wait for all of a group"}},
	{ID: "process/workerpool", Title: "A pool of worker processes", Level: 5, Points: 24, Linux: true,
		Imports: with(systems, "encoding/binary", "encoding/gob", "encoding/json", "net"),
		Topics:  []string{"multiprocessing.Pool", "map, apply and apply_async", "close, join and terminate"}},
	{ID: "ipc/pipe", Title: "Run a pipeline of commands", Level: 2, Points: 17, Linux: true, Imports: systems,
		Topics: []string{"unnamed pipes", "end of file and SIGPIPE", "exit statuses"}},
	{ID: "ipc/fifo", Title: "Serve a named pipe", Level: 3, Points: 16, Linux: true, Imports: systems,
		Topics: []string{"named pipes", "open without a peer", "PIPE_BUF", "end of file and EPIPE"}},
	{ID: "ipc/mmap", Title: "Map a file, share it or copy it", Level: 3, Points: 15, Linux: true, Imports: with(systems, "runtime/debug"),
		Topics: []string{"mmap", "shared and private mappings", "copy-on-write", "SIGBUS"}},
	{ID: "ipc/sharedarray", Title: "Share an array, and its lock", Level: 4, Points: 18, Linux: true,
		// Mapped memory is bytes, and atomic operations want pointers to numbers.
		Imports: with(systems, "unsafe"),
		Topics:  []string{"multiprocessing.Value and Array", "shared memory", "atomic operations", "locks that end with their holder"}},
	{ID: "ipc/localsocket", Title: "Serve at a path, and know your peer", Level: 2, Points: 16, Linux: true, Imports: with(systems, "net"),
		Topics: []string{"AF_UNIX sockets", "streams and datagrams", "peer credentials"}},
	{ID: "ipc/fdpassing", Title: "Pass open files to another process", Level: 4, Points: 17, Linux: true, Imports: with(systems, "encoding/binary", "net"),
		Topics: []string{"Unix sockets", "SCM_RIGHTS", "shared file offsets", "close-on-exec", "message borders"}},
	{ID: "ipc/records", Title: "Pack records, frame a stream", Level: 2, Points: 14, Imports: with(basics, "bufio", "encoding/binary", "io"),
		Topics: []string{"struct.pack and unpack", "byte order", "messages over a stream"}},
	{ID: "ipc/namedsemaphore", Title: "A semaphore found by name", Level: 4, Points: 17, Linux: true,
		Imports: with(systems, "encoding/binary", "encoding/json", "net", "regexp"),
		Topics:  []string{"semaphores between processes", "file locks", "death of a holder"}},
	{ID: "ipc/messagequeue", Title: "A bounded queue between processes", Level: 4, Points: 24, Linux: true,
		Imports: with(systems, "encoding/binary", "encoding/gob", "encoding/json", "net"),
		Topics:  []string{"multiprocessing.Queue", "message queues", "producers and consumers", "death of a consumer"}},
	{ID: "ipc/manager", Title: "Share a list and a map over RPC", Level: 4, Points: 17, Imports: with(networks, "encoding/gob", "net/rpc"),
		Topics: []string{"multiprocessing.Manager", "remote procedure calls", "proxies", "check-then-act"}},
	{ID: "net/echo", Title: "An echo server that shuts down well", Level: 2, Points: 14, Imports: networks,
		Topics: []string{"sockets", "echo server", "half-close", "graceful shutdown"}},
	{ID: "net/selectloop", Title: "Serve many clients in one goroutine", Level: 3, Points: 19, Linux: true, Imports: with(systems, "net"),
		Topics: []string{"select and poll", "event loops", "FD_SETSIZE", "interrupted system calls"}},
	{ID: "net/epoll", Title: "Ten thousand clients, one goroutine", Level: 4, Points: 23, Linux: true, Imports: with(systems, "encoding/binary"),
		// Ten thousand clients need as many descriptors, and on a crowded machine a while.
		Limits: report.Limits{Files: 12_000, SpecWall: 5 * time.Minute},
		Topics: []string{"C10K", "epoll after select and poll", "non-blocking sockets", "edge- and level-triggered events", "back-pressure"}},
	{ID: "net/prefork", Title: "A master and the workers that accept", Level: 5, Points: 22, Linux: true,
		// Two generations of workers, each a process with a race detector of its own.
		Limits:  report.Limits{Memory: 3 << 30},
		Imports: with(systems, "encoding/binary", "encoding/json", "net"),
		Topics:  []string{"prefork servers", "one listening socket in many processes", "graceful reload", "supervision and back-off"}},
	{ID: "net/keepalive", Title: "HTTP/1.1 by hand: requests that know their end", Level: 4, Points: 23, Imports: networks,
		Topics: []string{"HTTP over sockets", "persistent connections", "message borders", "request smuggling"}},
	{ID: "sync/tally", Title: "Count together, lose nothing", Level: 1, Points: 20, Imports: with(basics, "hash/fnv", "hash/maphash"),
		Topics: []string{"the lost update", "mutual exclusion", "data races", "collections.Counter"}},
	{ID: "sync/lock", Title: "A lock that can be tried, left and asked", Level: 2, Points: 22, Imports: basics,
		Topics: []string{"threading.Lock and RLock", "mutual exclusion", "timeouts", "self-deadlock"}},
	{ID: "sync/semaphore", Title: "A semaphore that nobody jumps", Level: 3, Points: 22, Imports: basics,
		Topics: []string{"threading.Semaphore", "fairness and starvation"}},
	{ID: "sync/event", Title: "Tell all who wait", Level: 2, Points: 20, Imports: basics,
		Topics: []string{"threading.Event and Condition", "waking all", "generations of waiters"}},
	{ID: "sync/barrier", Title: "A barrier that all pass together", Level: 3, Points: 22, Imports: basics,
		Topics: []string{"threading.Barrier", "generations"}},
	{ID: "sync/boundedqueue", Title: "A queue that makes callers wait", Level: 3, Points: 18, Imports: basics,
		Topics: []string{"queue.Queue", "threads", "condition variables"}},
	{ID: "sync/future", Title: "Outcomes that come later", Level: 3, Points: 22, Imports: basics,
		Topics: []string{"Future and its states", "add_done_callback", "as_completed"}},
	{ID: "sync/executor", Title: "A pool of threads that takes tasks", Level: 4, Points: 22, Imports: basics,
		Topics: []string{"ThreadPoolExecutor", "submit and map", "shutdown", "tasks that wait for tasks"}},
	{ID: "sync/poolmap", Title: "A lazy map, several at a time", Level: 3, Points: 22, Imports: basics,
		Topics: []string{"Pool.imap", "bounded parallelism", "the first error cancels the rest"}},
	{ID: "coro/iterator", Title: "Ask for one item after the other", Level: 1, Points: 17, Imports: basics,
		Topics: []string{"iterators", "iterable and iterator", "StopIteration"}},
	{ID: "coro/generator", Title: "Lazy sequences, cleaned up", Level: 2, Points: 12, Imports: basics,
		Topics: []string{"generators", "yield", "itertools"}},
	{ID: "coro/coroutine", Title: "Send values into a function", Level: 3, Points: 21, Imports: with(basics, "bufio", "io"),
		Topics: []string{"coroutines", "prime, send, throw and close", "grep as a coroutine"}},
	{ID: "coro/pipeline", Title: "Pull lines through a pipeline", Level: 3, Points: 22, Imports: with(basics, "bufio", "io", "io/fs"),
		Topics: []string{"pipelines of generators", "back-pressure", "fan-in"}},
	{ID: "coro/scheduler", Title: "Schedule tasks that give way", Level: 5, Points: 24, Imports: basics,
		Topics: []string{"cooperative multitasking", "round robin", "event loop and virtual time", "deadlock"}},
}
