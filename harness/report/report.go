// Package report is the vocabulary in which the harness says what it saw.
//
// Everything here is a fact: a process ended with this status, this descriptor
// was open before the spec and is open after it. What a fact is worth is for
// grader/score to say. The package imports only the standard library, so that
// every part of the project can speak it.
package report

import "time"

// Report holds all that was observed of one kata in one grading.
type Report struct {
	// Kata is the id, such as "sync/boundedqueue".
	Kata string `json:"kata"`
	// Untouched: every function of the answer is still the stub's TODO, so
	// nothing was built.
	Untouched bool `json:"untouched,omitempty"`
	// Refused lists what the import policy found; nothing was compiled.
	Refused []Complaint `json:"refused,omitempty"`
	// Broken lists the compiler's errors.
	Broken []Complaint `json:"broken,omitempty"`
	// Skipped says which part this machine lacks, if that kept the kata from
	// being run.
	Skipped string `json:"skipped,omitempty"`
	// Fault says what went wrong on our side, if anything did.
	Fault string `json:"fault,omitempty"`
	// Runs holds one entry per repeat, in order.
	Runs []Run `json:"runs,omitempty"`
	// Wall is the time from the first process's start to the last one's end.
	Wall time.Duration `json:"wall"`
}

// Run is one pass over the specs of a kata.
type Run struct {
	Seed uint64 `json:"seed"`
	// Outcomes has one entry for each spec that was to be run: all of them in
	// the first run, and in later ones those that are worth another, as far as
	// the time went.
	Outcomes map[string]Outcome `json:"outcomes"`
}

// Undisturbed reports whether a run with this seed leaves the schedule of the
// answer alone: seeds that end in 000 do.
func Undisturbed(seed uint64) bool { return seed%SeedStep == 0 }

// SeedStep is the distance between the seeds of undisturbed runs; those in
// between belong to disturbed ones.
const SeedStep = 1000

// Complaint is a remark about a line of source.
type Complaint struct {
	Where   Location `json:"where"`
	Column  int      `json:"column,omitempty"`
	Message string   `json:"message"`
	// Allowed says what may be used instead; only for refusals.
	Allowed string `json:"allowed,omitempty"`
}

// Location is a place in source. File is relative to the project's root, with
// slashes.
type Location struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Function string `json:"function,omitempty"`
}

// Outcome is what was observed of one spec in one run. A spec whose Finished is
// false never passes.
type Outcome struct {
	// Finished: the spec's signed end event arrived.
	Finished bool `json:"finished"`
	// Failure is an assertion that did not hold or a panic in the spec's own
	// goroutine.
	Failure *Failure `json:"failure,omitempty"`
	// Stuck is set if the spec was ended because it got nowhere.
	Stuck *Stuck `json:"stuck,omitempty"`
	// Exit is set if the process ended while the spec ran.
	Exit  *Exit         `json:"exit,omitempty"`
	Races []Race        `json:"races,omitempty"`
	Leaks []Leak        `json:"leaks,omitempty"`
	Wall  time.Duration `json:"wall"`
	CPU   time.Duration `json:"cpu"`
	// Memory is the most that the process has had resident until the spec's end, with
	// what those that it left behind have then, in bytes; 0 if that is not known.
	Memory int64 `json:"memory,omitempty"`
	// NotRun says why the spec was not even begun, if the harness decided so.
	NotRun string `json:"not_run,omitempty"`
	// Fault says what went wrong on our side, if anything did.
	Fault string `json:"fault,omitempty"`
	// Timeline is what was recorded of the spec when it failed again.
	Timeline *Timeline `json:"timeline,omitempty"`
}

// Clean reports whether nothing speaks against the spec.
func (o Outcome) Clean() bool {
	return o.Finished && o.Failure == nil && o.Stuck == nil && o.Exit == nil &&
		len(o.Races) == 0 && len(o.Leaks) == 0 && o.Fault == ""
}

// FailureKind says how a spec's own goroutine failed.
type FailureKind string

const (
	Assertion FailureKind = "assertion" // an expectation did not hold
	Panic     FailureKind = "panic"     // the answer panicked under the spec
	Busy      FailureKind = "busy"      // waiting burnt CPU (spec.Idle)
	Skip      FailureKind = "skip"      // the machine lacks what the spec needs
)

// Failure is what made Ginkgo fail a spec.
type Failure struct {
	Kind    FailureKind `json:"kind"`
	Message string      `json:"message"`
	// Spec is the line of the specs that did not hold.
	Spec Location `json:"spec"`
	// Where are the answer's frames, innermost first; none if the failure was
	// not inside the answer.
	Where []Location `json:"where,omitempty"`
	// About are the functions of the answer that the failed line, or the line
	// before it, calls.
	About []Location `json:"about,omitempty"`
}

// StuckKind says on what evidence a spec was ended.
type StuckKind string

const (
	AtRest    StuckKind = "rest" // every goroutine blocked, or all but one that wakes now and then; hardly any CPU spent
	CPUBudget StuckKind = "cpu"  // the CPU budget was used up
	WallLimit StuckKind = "wall" // the last resort
)

// Stuck describes a spec that got nowhere.
type Stuck struct {
	Kind StuckKind `json:"kind"`
	// Calls are the goroutines of the spec that are inside the answer and do
	// not come back. None means that the answer returned, but what the spec
	// waited for never came true.
	Calls []Goroutine `json:"calls,omitempty"`
	// Others are the goroutines that the answer itself started.
	Others []Goroutine `json:"others,omitempty"`
	// Gate is set if callers waited at a rendezvous that too few reached: the
	// answer runs fewer at once than it promises.
	Gate  *Gate         `json:"gate,omitempty"`
	After time.Duration `json:"after"`
}

// Gate is a rendezvous as it was found: Inside callers of the Want it needs.
type Gate struct {
	Inside int `json:"inside"`
	Want   int `json:"want"`
}

// Goroutine is one goroutine as the runtime's stack dump shows it.
type Goroutine struct {
	ID uint64 `json:"id"`
	// State is the runtime's wait reason: "chan receive", "select",
	// "sync.Mutex.Lock", "running", …
	State string `json:"state"`
	// Where are the answer's frames, innermost first.
	Where []Location `json:"where,omitempty"`
	// InSpec: it is in code of the spec's that the answer called back.
	InSpec bool `json:"in_spec,omitempty"`
	// Own: the answer had it started by WaitGroup.Go, which a dump doesn't tell
	// from a call of the spec's.
	Own bool `json:"own,omitempty"`
	// On is what it waits on, as the source calls it: "q.items"; "" if the line
	// does not tell.
	On string `json:"on,omitempty"`
	// Born is the go statement that started it.
	Born Location `json:"born,omitzero"`
	// Holds are the locks that it has taken and not given back.
	Holds []Lock `json:"holds,omitempty"`
	// Wants are the locks, with their holders, that keep it from taking the one
	// that it waits for.
	Wants []Lock `json:"wants,omitempty"`
}

// Lock is a lock that is held.
type Lock struct {
	// Name is how the source calls it where it was taken: "q.mu".
	Name string `json:"name"`
	// Where it was taken.
	Where Location `json:"where"`
	// Read: it was taken for reading.
	Read bool `json:"read,omitempty"`
	// Holder is the goroutine that took it; it may have ended since.
	Holder uint64 `json:"holder"`
	// Ended: that goroutine has ended.
	Ended bool `json:"ended,omitempty"`
}

// Exit is how the process of a spec ended before the spec did.
type Exit struct {
	// Code is the exit status, or -1 if a signal ended the process.
	Code int `json:"code"`
	// Signal is its name, such as "SIGSEGV".
	Signal string `json:"signal,omitempty"`
	// Killed says why the harness itself ended the process: "output" (it printed
	// too much), "silent" (no event for too long), "forged" (an event that the
	// harness didn't sign), the limit that the sandbox saw exceeded ("memory", "processes",
	// "cpu", "wall", "stopped"), or "" if it did not.
	Killed string `json:"killed,omitempty"`
	// Message is the runtime's last word: "panic: …" or "fatal error: …".
	Message string `json:"message,omitempty"`
	// Where are the answer's frames in the trace that the runtime left, or, for
	// a plain exit, the calls in the answer's source that can end a process.
	Where []Location `json:"where,omitempty"`
}

// Race is one report of the race detector.
type Race struct {
	// First and Second are the two accesses, the later one first, as the
	// detector prints them.
	First  Access `json:"first"`
	Second Access `json:"second"`
}

// Access is one side of a data race.
type Access struct {
	// Operation is "read", "write", "atomic read" or "atomic write".
	Operation string     `json:"operation"`
	Where     []Location `json:"where,omitempty"`
	// Through is the function, not the answer's, that the answer called and that
	// touched the memory: "runtime.mapaccess1", "bytes.(*Buffer).Write"; "" if
	// the answer did so itself. Without a frame of the answer's it is the innermost.
	Through string `json:"through,omitempty"`
	// Variable is what was touched, as the source calls it there: "q.items"; ""
	// if the line does not tell for certain.
	Variable string `json:"variable,omitempty"`
	// Captured: it is a local variable of the function around the one that
	// touched it.
	Captured bool `json:"captured,omitempty"`
	// Locks are those that the source takes before it comes to that line, and
	// does not give back.
	Locks []string `json:"locks,omitempty"`
	// Unlocked: the source takes none.
	Unlocked bool `json:"unlocked,omitempty"`
	// Born is the go statement of the goroutine, if it has one.
	Born Location `json:"born,omitzero"`
}

// LeakKind is what a spec left behind.
type LeakKind string

const (
	LeakGoroutine  LeakKind = "goroutine"
	LeakDescriptor LeakKind = "fd"
	LeakChild      LeakKind = "child"   // a running child process
	LeakZombie     LeakKind = "zombie"  // an ended child that nobody waited for
	LeakOrphan     LeakKind = "orphan"  // a descendant whose parent has gone
	LeakMapping    LeakKind = "mapping" // a mapped file or shared memory
	LeakFile       LeakKind = "file"    // in the temporary or shared-memory folder
	LeakSocket     LeakKind = "socket"  // a socket or FIFO on disk
	LeakIPC        LeakKind = "ipc"     // a System V or POSIX IPC object
	LeakState      LeakKind = "state"   // changed process state
)

// Leak is one thing that was not there before the spec and is there after it.
type Leak struct {
	Kind LeakKind `json:"kind"`
	// What names the thing: the fd's path, the child's pid and command …
	What string `json:"what"`
	// Where are the answer's frames, if they can be told.
	Where []Location `json:"where,omitempty"`
	// Born is the go statement of a leaked goroutine.
	Born Location `json:"born,omitzero"`
}

// Environment is what the specs were run with.
type Environment struct {
	Go   string `json:"go"`
	OS   string `json:"os"`
	Race bool   `json:"race"`
	// NoRace says why there is no race detector and how to get it.
	NoRace string `json:"no_race,omitempty"`
	// Rung is the sandbox's, and Missing the walls that it lacks.
	Rung    string   `json:"rung"`
	Missing []string `json:"missing"`
}
