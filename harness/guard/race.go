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

// Bounds of one spec's: what a log grew by is read so far, and so many races told.
const (
	mostOfLog = 1 << 20
	mostRaces = 100
)

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
	return seen[:min(len(seen), mostRaces)]
}

// growth returns what a log holds beyond what it held before. What is too much to
// read is passed over all the same, or the next spec would be charged with it.
func (r *races) growth(log string) string {
	file, err := os.Open(log)
	if err != nil {
		return ""
	}
	defer file.Close()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.NewSectionReader(file, r.sizes[log], min(size-r.sizes[log], mostOfLog)))
	r.sizes[log] = size
	return string(text)
}
