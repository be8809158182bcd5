package report

import (
	"cmp"
	"time"
)

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

	// The others hold for all processes of a run together, where the sandbox has a
	// wall for them. 0 is none.

	// CPU is the processor time of a whole run.
	CPU time.Duration `json:"cpu"`
	// Memory is in bytes, with what is written to temporary folders.
	Memory int64 `json:"memory"`
	// Processes counts threads too, as the kernel does.
	Processes int64 `json:"processes"`
	// Files is how many descriptors a process may have open at once.
	Files uint64 `json:"files"`
	// FileSize is the size of the largest file that may be written, in bytes.
	FileSize int64 `json:"file_size"`
	// Disk is what each temporary folder holds, in bytes.
	Disk int64 `json:"disk"`
}

// DefaultLimits suit every kata that names no others.
var DefaultLimits = Limits{
	SpecCPU: 20 * time.Second, SpecWall: 2 * time.Minute, Output: 1 << 20,
	CPU: 10 * time.Minute, Memory: 1 << 30, Processes: 1500, Files: 4096, FileSize: 256 << 20, Disk: 128 << 20,
}

// OrDefault returns the limits with those that are zero as in DefaultLimits.
func (l Limits) OrDefault() Limits {
	d := DefaultLimits
	return Limits{
		SpecCPU: cmp.Or(l.SpecCPU, d.SpecCPU), SpecWall: cmp.Or(l.SpecWall, d.SpecWall), Output: cmp.Or(l.Output, d.Output),
		CPU: cmp.Or(l.CPU, d.CPU), Memory: cmp.Or(l.Memory, d.Memory), Processes: cmp.Or(l.Processes, d.Processes),
		Files: cmp.Or(l.Files, d.Files), FileSize: cmp.Or(l.FileSize, d.FileSize), Disk: cmp.Or(l.Disk, d.Disk),
	}
}
