// Package run builds answers under the pristine specs, executes them and
// collects what was observed. It takes package paths and limits; what a kata is
// worth, and whether it was solved, is not its business.
package run

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// Job is one kata to be run.
type Job struct {
	// Kata is the id; the answer and its specs are in katas/ID.
	Kata string
	// Specs are the ids that the pristine specs have, in their order.
	Specs  []string
	Limits report.Limits
}

// Options say how to run.
type Options struct {
	// Root is the pristine tree.
	Root string
	// Toolchain compiles; see Probe.
	Toolchain Toolchain
	// Repeat is how often each spec is run, unless it always fails: the first time
	// as it is, then with its schedule disturbed. 0 leaves that to Budget, and ends
	// at a spec's first failure.
	Repeat int
	// Budget, with Repeat 0, is how long a kata is run; its specs are run at
	// least once.
	Budget time.Duration
	// Record has specs that failed run once more, to see who did what when.
	Record bool
	// Apart runs the katas Repeat times undisturbed, each time in a process of
	// their own, whatever came of the time before.
	Apart bool
	// Sandbox is what answers are built and run in; nil is none at all.
	Sandbox *sandbox.Sandbox
	// stranger: the answers come from outside, so that not even their compiler is
	// trusted.
	stranger bool
	// Seed is that of the first run.
	Seed uint64
	// Parallel is the number of processes at a time, 0 for twice as many as
	// there are processors: specs mostly wait.
	Parallel int
	// Allowance is what all processes may take together.
	Allowance Allowance
	// Unguarded leaves the guards off, to measure what they cost.
	Unguarded bool
	// Progress, if not nil, is told of each step. Calls don't overlap.
	Progress func(Progress)
}

// DefaultBudget is how long a kata is run if nobody says how often: rare
// interleavings come with the number of runs, and a learner waits for all of
// them.
const DefaultBudget = 3 * time.Second

// BudgetOf is how long each of so many katas is run then. Whoever has a track graded
// waits for all of it: where katas take turns, they have half the time.
func BudgetOf(katas int) time.Duration {
	if katas > parallel(Options{}) {
		return DefaultBudget / 2
	}
	return DefaultBudget
}

// Progress is a step of a grading.
type Progress struct {
	Phase Phase
	// Kata is what just finished; empty while building.
	Kata string
	// Spec is the id of the spec of Kata that was just run for the first time, and
	// Clean says that nothing speaks against it; Kata goes on then. Empty when all
	// of it is over.
	Spec  string
	Clean bool
	// Report is what was observed of a kata that is over.
	Report *report.Report
	// Done of Total katas are over.
	Done, Total int
}

// Phase says what a grading is at.
type Phase string

const (
	Building Phase = "building"
	Running  Phase = "running"
)

// Grade builds the answers to jobs that src has, runs them and returns a report
// for each job, in order. An error means that nothing could be judged, by no
// fault of the answers.
func Grade(ctx context.Context, src source.Source, jobs []Job, o Options) ([]report.Report, error) {
	work, remove, err := sandbox.Temp()
	if err != nil {
		return nil, fmt.Errorf("run: make a work folder: %w", err)
	}
	defer remove()

	reports := make([]report.Report, len(jobs))
	var answers []source.Answer
	for i, job := range jobs {
		reports[i].Kata = job.Kata
		answers = append(answers, src.Answers[job.Kata])
	}
	o.stranger = src.Kind == source.KindSubmission
	o.Progress = serialise(o.Progress)
	progress := o.Progress
	progress(Progress{Phase: Building, Total: len(jobs)})
	recall(kept(o.Root, src.Kind), binaryIn(work))
	built, err := build(ctx, work, answers, o)
	if err != nil {
		return nil, err
	}
	keep(kept(o.Root, src.Kind), built.binary)

	slots := make(chan struct{}, parallel(o))
	meter := newMeter(o.Allowance)
	var workers sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range jobs {
		workers.Go(func() {
			if complaints := built.broken[jobs[i].Kata]; len(complaints) > 0 {
				reports[i].Broken = complaints
			} else {
				e := execution{work: work, built: built, answer: answers[i], job: jobs[i], options: o, seed: o.Seed, rounds: 1, meter: meter}
				reports[i].Runs, reports[i].Wall = shared(ctx, e, max(1, cap(slots)/len(jobs)), slots)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			progress(Progress{Phase: Running, Kata: jobs[i].Kata, Report: &reports[i], Done: done, Total: len(jobs)})
		})
	}
	workers.Wait()
	return reports, context.Cause(ctx)
}

func (o Options) sandbox() *sandbox.Sandbox {
	if o.Sandbox == nil {
		return sandbox.Trusted
	}
	return o.Sandbox
}

func parallel(o Options) int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return 2 * runtime.NumCPU()
}

// serialise makes calls of a progress function, which may be nil, not overlap.
func serialise(tell func(Progress)) func(Progress) {
	var mu sync.Mutex
	return func(p Progress) {
		if tell == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		tell(p)
	}
}
