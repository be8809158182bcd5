// Package remark is what the harness writes into an execution trace beside what the
// runtime does: package spec writes it, and package timeline reads it. It is apart
// because a graded program must not link what reads traces.
package remark

import "fmt"

// Categories of remarks.
const (
	Begin     = "dojo.begin"   // of the spec; its text is empty
	End       = "dojo.end"     // of the spec
	OfProcess = "dojo.process" // its text is Process's
)

// Gone is the state of a process that is no more.
const Gone = "-"

// Process is the text of a remark about a process: its state is the letter of
// proc_pid_stat(5), or Gone.
func Process(pid, parent int, state, name string) string {
	return fmt.Sprintf("%d %d %s %s", pid, parent, state, name)
}
