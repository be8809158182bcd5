package guard

import (
	"io"
	"os"
	"path/filepath"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// races attributes the race detector's reports to specs. The detector counts
// them for the process; what its log grew by since the spec's start tells
// which they were. Child processes have logs of their own beside it.
type races struct {
	prefix string
	count  int
	sizes  map[string]int64
}

func newRaces(prefix string) races {
	return races{prefix: prefix, sizes: map[string]int64{}}
}

func (r *races) begin() { r.count = raceErrors() }

// end returns the races since begin. If the log tells less than the counter,
// because it isn't there or was tampered with, the counter is believed.
func (r *races) end() []report.Race {
	var seen []report.Race
	if r.prefix != "" {
		logs, _ := filepath.Glob(r.prefix + ".*")
		for _, log := range logs {
			seen = append(seen, stack.Races(r.growth(log))...)
		}
	}
	if grown := raceErrors() - r.count; grown > 0 && len(seen) == 0 {
		seen = append(seen, report.Race{})
	}
	return seen
}

// growth returns what a log holds beyond what was read before.
func (r *races) growth(log string) string {
	file, err := os.Open(log)
	if err != nil {
		return ""
	}
	defer file.Close()
	file.Seek(r.sizes[log], io.SeekStart)
	text, _ := io.ReadAll(io.LimitReader(file, 1<<20))
	r.sizes[log] += int64(len(text))
	return string(text)
}
