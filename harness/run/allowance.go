package run

import (
	"fmt"
	"sync"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Allowance is what all processes of a grading may take together, besides what each
// of them may. 0 is no bound. Memory and processes need none: they are bounded by
// those of one process times Options.Parallel.
type Allowance struct {
	// CPU is processor time. Wall counts from the first process's start, and so
	// without what building takes.
	CPU, Wall time.Duration
}

// meter counts against an allowance. A nil one has no bounds.
type meter struct {
	allowance Allowance
	end       time.Time

	mu   sync.Mutex
	used time.Duration
}

func newMeter(a Allowance) *meter { return &meter{allowance: a, end: time.Now().Add(a.Wall)} }

// took adds the processor time of a process that has ended.
func (m *meter) took(cpu time.Duration) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used += cpu
}

// spent says what is used up, "" if nothing is.
func (m *meter) spent() string {
	switch {
	case m == nil:
		return ""
	case m.allowance.Wall > 0 && !time.Now().Before(m.end):
		return fmt.Sprintf("All katas together had been run for %s, which is as long as they may, so this spec was not run.", m.allowance.Wall)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.allowance.CPU > 0 && m.used >= m.allowance.CPU {
		return fmt.Sprintf("All katas together had used %s of processor time, which is what they may, so this spec was not run.", m.allowance.CPU)
	}
	return ""
}

// within returns the limits with no more processor time than is left.
func (m *meter) within(limits report.Limits) report.Limits {
	if m == nil || m.allowance.CPU == 0 {
		return limits
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	left := max(time.Millisecond, m.allowance.CPU-m.used)
	if limits.CPU == 0 || left < limits.CPU {
		limits.CPU = left
	}
	return limits
}

// deadline is when the time is up, and false if it never is.
func (m *meter) deadline() (time.Time, bool) {
	if m == nil || m.allowance.Wall == 0 {
		return time.Time{}, false
	}
	return m.end, true
}
