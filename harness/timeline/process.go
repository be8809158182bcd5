package timeline

import (
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/timeline/remark"
)

// process takes a remark.
func (r *recording) process(text string) {
	parts := strings.SplitN(text, " ", 4)
	if len(parts) != 4 {
		return
	}
	pid, _ := strconv.ParseUint(parts[0], 10, 32)
	parent, _ := strconv.ParseUint(parts[1], 10, 32)
	l, known := r.processes[pid]
	if parts[2] == remark.Gone {
		if known {
			r.ends(l)
			delete(r.processes, pid)
		}
		return
	}
	if !known {
		l = r.begins(&lane{Lane: report.Lane{ID: pid, Process: true}, mine: true})
		if by, there := r.processes[parent]; there {
			r.wakes = append(r.wakes, wake{r.now, by, l})
		}
		r.processes[pid] = l
	}
	l.Name = parts[3]
	r.turns(l, processSpan(parts[2]))
}

// processSpan is what a process in a state of proc_pid_stat(5) does.
func processSpan(state string) report.Span {
	switch state {
	case "R":
		return report.Span{Doing: report.Runs}
	case "D":
		return report.Span{Doing: report.Calls}
	case "T", "t":
		return report.Span{Doing: report.Stopped}
	case "Z", "X":
		return report.Span{Doing: report.Zombie}
	default:
		return report.Span{Doing: report.Waits}
	}
}
