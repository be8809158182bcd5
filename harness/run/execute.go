package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/harness/attest"
	"github.com/concurrency-dojo/dojo/harness/attest/secret"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// execution runs one kata, each spec for some rounds: as many processes, one
// after the other, as it takes to give each spec an outcome. A process that ends
// during a spec costs that spec only; the next one runs the rest.
type execution struct {
	work    string
	built   *built
	answer  source.Answer
	job     Job
	options Options
	// seed is that of the first round.
	seed   uint64
	rounds int
	// budget is the time after which no round is begun but a spec's first; 0 is
	// no bound.
	budget time.Duration
	// meter counts what all processes of the grading take.
	meter *meter
	// recorded, if not nil, has rounds recorded, and takes the last recording of each spec.
	recorded map[string][]byte
}

// run returns the rounds, none if ctx ended before the first was over.
func (e *execution) run(ctx context.Context) []report.Run {
	outcomes := e.outcomes(ctx)
	if ctx.Err() != nil {
		return nil
	}
	var all []report.Run
	for id, rounds := range outcomes {
		for n, outcome := range rounds {
			for len(all) <= n {
				all = append(all, report.Run{Seed: e.seed + uint64(len(all)), Outcomes: map[string]report.Outcome{}})
			}
			all[n].Outcomes[id] = outcome
		}
	}
	return all
}

// outcomes returns, for each spec id, what came of its rounds.
func (e *execution) outcomes(ctx context.Context) map[string][]report.Outcome {
	outcomes := map[string][]report.Outcome{}
	start := time.Now()
	left := slices.Clone(e.job.Specs)
	binary := e.built.binary
	for len(left) > 0 && ctx.Err() == nil {
		if why := e.meter.spent(); why != "" {
			for _, id := range left {
				outcomes[id] = []report.Outcome{{NotRun: why}}
			}
			break
		}
		budget := e.budget
		if budget > 0 {
			// What is used up leaves each spec its first round.
			budget = max(time.Nanosecond, budget-time.Since(start))
		}
		p, err := e.process(ctx, binary, left, budget)
		if err != nil {
			e.fault(outcomes, left, err)
			break
		}
		if !p.ready && binary == e.built.binary && len(e.built.holds) > 1 {
			// Somebody's package initialisation ended the process. Whose it
			// was shows when this kata is alone.
			if binary, err = e.built.only(ctx, e.work, e.answer, e.options); err != nil {
				e.fault(outcomes, left, err)
				break
			}
			continue
		}
		for id, rounds := range p.outcomes {
			if slices.Contains(left, id) {
				outcomes[id] = e.explain(rounds...)
			}
		}
		before := len(left)
		left = slices.DeleteFunc(left, func(id string) bool { _, judged := outcomes[id]; return judged })
		switch {
		case len(left) == before && p.done:
			e.fault(outcomes, left, errors.New("the binary doesn't have this spec"))
			return outcomes
		case len(left) == before:
			for _, id := range left {
				outcomes[id] = e.explain(report.Outcome{Exit: p.exit})
			}
			return outcomes
		}
	}
	return outcomes
}

func (e *execution) fault(outcomes map[string][]report.Outcome, ids []string, err error) {
	for _, id := range ids {
		outcomes[id] = []report.Outcome{{Fault: err.Error()}}
	}
}

// process is what one process did.
type process struct {
	// ready: package initialisation is over. done: every spec was run.
	ready, done bool
	// outcomes are those of each spec's rounds, in order.
	outcomes map[string][]report.Outcome
	// recorded is the last trace of each spec; nil if none are wanted.
	recorded map[string][]byte
	exit     *report.Exit
}

// told passes on what came of a spec's first round.
func (e *execution) told(spec string, round int, outcome report.Outcome) {
	if e.recorded == nil && e.seed == e.options.Seed && round == 0 && e.options.Progress != nil {
		e.options.Progress(Progress{Phase: Running, Kata: e.job.Kata, Spec: spec, Clean: outcome.Clean()})
	}
}

// silence is what a process gets beyond a spec's wall limit to say so itself.
const silence = 15 * time.Second

// process starts the binary for these specs and follows it to its end.
func (e *execution) process(ctx context.Context, binary string, ids []string, budget time.Duration) (*process, error) {
	folder, err := os.MkdirTemp(e.work, "p")
	if err != nil {
		return nil, fmt.Errorf("run: make a folder for the process: %w", err)
	}
	defer os.RemoveAll(folder)
	box := e.options.sandbox()
	places := box.Places(folder)
	key := make([]byte, attest.KeySize)
	rand.Read(key)
	plan := attest.Plan{
		Kata: e.job.Kata, Specs: ids, Seed: e.seed, Rounds: e.rounds, Budget: budget, Limits: e.job.Limits,
		Unguarded: e.options.Unguarded, Record: e.recorded != nil, RaceLog: places.Log + "/race", PrivateIPC: box.Rung.PrivateIPC(),
	}
	sealed, err := attest.Seal(key, plan)
	if err != nil {
		return nil, err
	}
	w, err := openWires()
	if err != nil {
		return nil, fmt.Errorf("run: make pipes: %w", err)
	}
	defer w.close()

	ctx, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	if end, bounded := e.meter.deadline(); bounded {
		defer time.AfterFunc(time.Until(end), func() { kill(errWall) }).Stop()
	}
	// The runtime's last words are looked for where Ginkgo prints nothing.
	output := &capped{limit: e.job.Limits.Output, over: func() { kill(errFlood) }}
	stderr := &capped{limit: e.job.Limits.Output, over: func() { kill(errFlood) }}
	go func() {
		w.secretWrite.Write(sealed)
		w.secretWrite.Close()
	}()
	// The events end when the process does: reading them in a goroutine keeps a
	// descendant that holds the pipe from holding us.
	p := &process{outcomes: map[string][]report.Outcome{}, recorded: e.recorded}
	read := make(chan string)
	go func() { read <- p.follow(attest.NewReader(key, w.events), e.job.Limits, kill, e.told) }()
	ended, err := box.Run(ctx, sandbox.Command{
		Path: binary, Environment: environment(places, plan.RaceLog), Places: places,
		Stdout: output, Stderr: stderr, Files: []*os.File{w.secretRead, w.eventsWrite, w.leashRead},
		Limits: e.meter.within(e.job.Limits),
	})
	e.meter.took(ended.CPU)
	w.closeChildsEnds()
	w.events.SetReadDeadline(time.Now().Add(time.Second))
	open := <-read
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	p.exit = exit(ended, context.Cause(ctx), stderr.String())
	if open != "" {
		p.outcomes[open] = append(p.outcomes[open], report.Outcome{Exit: p.exit})
	}
	return p, nil
}

// Reasons for which the harness itself ends a process.
var (
	errFlood  = errors.New("output")
	errSilent = errors.New("silent")
	errForged = errors.New("forged")
	errMemory = errors.New(string(sandbox.KilledMemory))
	errWall   = errors.New("wall")
)

// follow reads the events and returns the id of the spec that was running when
// they ended, "" if none was.
// Each outcome is told.
func (p *process) follow(events *attest.Reader, limits report.Limits, kill context.CancelCauseFunc, told func(spec string, round int, outcome report.Outcome)) (open string) {
	longest := limits.SpecWall + silence
	alarm := time.AfterFunc(longest, func() { kill(errSilent) })
	defer alarm.Stop()
	for {
		event, err := events.Next()
		if errors.Is(err, attest.ErrForged) {
			kill(errForged)
			return open
		}
		if err != nil {
			return open
		}
		alarm.Reset(longest)
		switch event.Kind {
		case attest.Ready:
			p.ready = true
		case attest.Start:
			open = event.Spec
		case attest.Trace:
			if p.recorded != nil && event.Spec == open {
				p.recorded[open] = event.Trace
			}
		case attest.Stop, attest.Stuck:
			if event.Outcome != nil && event.Spec == open && limits.Memory > 0 && event.Outcome.Memory > limits.Memory {
				// It was over before the sandbox, which looks now and then, came to look.
				kill(errMemory)
				return open
			}
			if event.Outcome != nil && event.Spec == open && event.Round == len(p.outcomes[open]) {
				p.outcomes[open] = append(p.outcomes[open], *event.Outcome)
				told(open, event.Round, *event.Outcome)
			}
			open = ""
		case attest.Done:
			p.done = true
		}
	}
}

// environment is all that a graded process is told of this machine.
func environment(places sandbox.Places, raceLog string) []string {
	told := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + places.Temp,
		"TMPDIR=" + places.Temp,
		"LANG=C.UTF-8",
		"GOTRACEBACK=all",
		// Without the first, every race process sleeps a second at its end;
		// without the next two, the second spec with the same race is not
		// blamed for it.
		"GORACE=atexit_sleep_ms=0 suppress_equal_stacks=0 suppress_equal_addresses=0 log_path=" + raceLog,
		secret.Variable + "=1",
	}
	// How a machine behaves with other numbers of processors can be tried.
	if processors := os.Getenv("GOMAXPROCS"); processors != "" {
		told = append(told, "GOMAXPROCS="+processors)
	}
	return told
}

// exit says how a process came to its end.
func exit(ended sandbox.Ended, cause error, stderr string) *report.Exit {
	exit := &report.Exit{Code: ended.Code, Signal: ended.Signal, Killed: string(ended.Killed)}
	switch cause {
	case errFlood, errSilent, errForged, errMemory, errWall:
		exit.Killed = cause.Error()
	}
	if exit.Killed != "" {
		exit.Code, exit.Signal = -1, ""
		return exit
	}
	// The runtime exits with 2 after a panic or a fatal error. What a program
	// that ends itself has printed before is not its reason.
	if exit.Code == 2 || exit.Signal != "" {
		exit.Message, exit.Where = lastWords(stderr)
	}
	// A signal that ends a program is caught by the runtime first.
	if name, _, found := strings.Cut(exit.Message, ": "); found && strings.HasPrefix(name, "SIG") {
		exit.Code, exit.Signal = -1, name
	}
	return exit
}
