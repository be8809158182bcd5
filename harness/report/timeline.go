package report

import "time"

// Timeline is what the goroutines and processes of one recorded run of a spec did,
// as far back as the recording goes.
type Timeline struct {
	Length time.Duration `json:"length"`
	// Lanes are in the order in which they came to be.
	Lanes []Lane `json:"lanes"`
	Wakes []Wake `json:"wakes,omitempty"`
	// Wants are the locks for which lanes waited at the end.
	Wants []Want `json:"wants,omitempty"`
	// More is how many lanes there were beside these.
	More int `json:"more,omitempty"`
}

// Lane is one goroutine of the answer's, or one process.
type Lane struct {
	// ID is the goroutine's, or the pid as the program saw it.
	ID      uint64 `json:"id"`
	Process bool   `json:"process,omitempty"`
	// Name is the process's command (comm, proc_pid_comm(5)), or the function that the
	// goroutine runs: its outermost that is the answer's, or the specs'.
	Name string `json:"name"`
	// Born is the go statement, where that is the answer's or the specs'.
	Born Location `json:"born,omitzero"`
	// Spans follow each other without gaps, until the lane ends.
	Spans []Span `json:"spans"`
}

// Doing is what a lane does for a while.
type Doing string

const (
	Runs    Doing = "runs"    // on a processor, or ready for one
	Waits   Doing = "waits"   // for something that another must do
	Sleeps  Doing = "sleeps"  // until a time comes
	Calls   Doing = "syscall" // in the kernel, for as long as that takes
	Stopped Doing = "stopped" // by a signal
	Zombie  Doing = "zombie"  // ended, and nobody has waited for it
)

// Span is a while of a lane. Times count from the beginning of the timeline.
type Span struct {
	From  time.Duration `json:"from"`
	To    time.Duration `json:"to"`
	Doing Doing         `json:"doing"`
	// Why is the runtime's wait reason: "chan receive".
	Why string `json:"why,omitempty"`
	// Where are the frames of the answer, innermost first.
	Where []Location `json:"where,omitempty"`
}

// Wake says that one lane let another go on, or started it.
type Wake struct {
	At   time.Duration `json:"at"`
	From int           `json:"from"`
	To   int           `json:"to"`
}

// Want says that one lane waits for a lock that another holds.
type Want struct {
	From int  `json:"from"`
	To   int  `json:"to"`
	Lock Lock `json:"lock"`
}
