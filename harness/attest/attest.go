// Package attest carries what happens in a graded process to its parent, so
// that the parent can tell the harness's word from the submission's.
//
// Events travel on a pipe, one JSON object a line, numbered from 1 and signed
// (HMAC-SHA256) with a key that the parent made for this one process. The key
// is taken by package secret before submitted code is initialised. A line that
// is unsigned, doubled or out of turn voids the stream from there on: silence
// and noise are never a pass.
package attest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Kind says what an event is about.
type Kind string

const (
	Ready Kind = "ready" // the specs are about to run
	Start Kind = "start" // a spec starts
	Stop  Kind = "stop"  // a spec ended, with its outcome
	Stuck Kind = "stuck" // a spec gets nowhere, and the process ends for it
	Done  Kind = "done"  // every spec of the plan was run
	Trace Kind = "trace" // what was recorded of a round; before its Stop or Stuck
)

// Event is one signed remark of the harness in a graded process.
type Event struct {
	Kind Kind `json:"kind"`
	// Spec is the id that the event is about; empty for Ready and Done.
	Spec string `json:"spec,omitempty"`
	// Round counts the runs of the spec in this process, from 0.
	Round   int             `json:"round,omitempty"`
	Outcome *report.Outcome `json:"outcome,omitempty"`
	// Trace is an execution trace (runtime/trace) of at most MostTrace bytes.
	Trace []byte `json:"trace,omitempty"`
}

// MostTrace is how many bytes a recording may have: a line holds it, in base64.
const MostTrace = 2 << 20

// Plan is what the parent asks of a graded process. It travels with the key.
type Plan struct {
	Kata string `json:"kata"`
	// Specs are the ids to run; all others are passed over.
	Specs []string `json:"specs"`
	// Seed decides the order of the specs, what spec.Rand draws and how the
	// schedule is disturbed. Each further round has the next seed.
	Seed uint64 `json:"seed"`
	// Rounds is how often each spec is run at most, while it passes. Budget, if
	// not 0, is the time after which no round is begun but a spec's first.
	Rounds int           `json:"rounds"`
	Budget time.Duration `json:"budget,omitempty"`
	// Unguarded leaves the guards off, to measure what they cost.
	Unguarded bool `json:"unguarded,omitempty"`
	// Record has each round recorded.
	Record bool          `json:"record,omitempty"`
	Limits report.Limits `json:"limits"`
	// RaceLog is the prefix of the race detector's log, "" without one.
	RaceLog string `json:"race_log,omitempty"`
	// PrivateIPC: /dev/shm and the IPC objects belong to this run alone.
	PrivateIPC bool `json:"private_ipc,omitempty"`
}

// KeySize is the length of a key in bytes.
const KeySize = sha256.Size

// line is an event on the wire.
type line struct {
	Number int             `json:"n"`
	Event  json.RawMessage `json:"event"`
	MAC    []byte          `json:"mac"`
}

// sign returns the code of the number-th event of a stream.
func sign(key []byte, number int, event []byte) []byte {
	code := hmac.New(sha256.New, key)
	code.Write(strconv.AppendInt(nil, int64(number), 10))
	code.Write([]byte{0})
	code.Write(event)
	return code.Sum(nil)
}

// Seal returns what a parent hands to a graded process: the key and its plan.
func Seal(key []byte, plan Plan) ([]byte, error) {
	body, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("attest: seal plan: %w", err)
	}
	return append(append([]byte(nil), key...), body...), nil
}
