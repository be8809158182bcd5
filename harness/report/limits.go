package report

import "time"

// Limits bound one run of one kata. Each is a ceiling of last resort: a spec
// that comes to rest is ended long before.
type Limits struct {
	// SpecCPU is the processor time that one spec may use, over all its
	// goroutines and child processes.
	SpecCPU time.Duration `json:"spec_cpu"`
	// SpecWall is how long one spec may take on a machine however slow.
	SpecWall time.Duration `json:"spec_wall"`
	// Output is how many bytes a process may print.
	Output int64 `json:"output"`
}

// DefaultLimits suit every kata that names no others.
var DefaultLimits = Limits{SpecCPU: 20 * time.Second, SpecWall: 2 * time.Minute, Output: 1 << 20}
