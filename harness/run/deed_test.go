package run

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/attest"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// play is the test binary in place of a binary of katas: it runs the specs of
// its plan, and what a spec does is in its id, as "deed argument", or as "later deed in round n".
func play(w *attest.Writer) {
	if w.Plan.Kata == "early" {
		os.Exit(4) // as an answer's init may
	}
	w.Emit(attest.Event{Kind: attest.Ready})
	for _, id := range w.Plan.Specs {
		deed, argument, _ := strings.Cut(id, " ")
		if deed == "missing" {
			continue
		}
		for round := range max(1, w.Plan.Rounds) {
			if at, rest, ok := strings.Cut(argument, " in round "); ok && rest != strconv.Itoa(round) {
				deed = "pass"
			} else if ok {
				deed, argument = at, ""
			}
			w.Emit(attest.Event{Kind: attest.Start, Spec: id, Round: round})
			outcome := report.Outcome{Finished: true}
			deeds[deed](w, &outcome, argument)
			w.Emit(attest.Event{Kind: attest.Stop, Spec: id, Round: round, Outcome: &outcome})
			if !outcome.Clean() {
				break
			}
		}
	}
	w.Emit(attest.Event{Kind: attest.Done})
}

// deeds are what happens while a spec runs.
var deeds = map[string]func(w *attest.Writer, outcome *report.Outcome, argument string){
	"pass": func(*attest.Writer, *report.Outcome, string) {},
	"fail": func(_ *attest.Writer, outcome *report.Outcome, argument string) {
		outcome.Failure = &report.Failure{Kind: report.Assertion, Message: argument}
	},
	"leak": func(_ *attest.Writer, outcome *report.Outcome, argument string) {
		outcome.Leaks = []report.Leak{{Kind: report.LeakKind(argument)}}
	},
	"exit": func(_ *attest.Writer, _ *report.Outcome, argument string) {
		status, _ := strconv.Atoi(argument)
		os.Exit(status)
	},
	"says": func(_ *attest.Writer, _ *report.Outcome, argument string) {
		fmt.Fprintln(os.Stderr, "panic: I only say so")
		os.Exit(1)
	},
	"panic": func(*attest.Writer, *report.Outcome, string) { panicInAnswer("no room left") },
	"signal": func(_ *attest.Writer, _ *report.Outcome, argument string) {
		number, _ := strconv.Atoi(argument)
		// The runtime would turn a signal that it catches into a trace.
		unix.Kill(os.Getpid(), syscall.Signal(number))
		select {}
	},
	"peak": func(_ *attest.Writer, outcome *report.Outcome, _ string) {
		outcome.Memory = report.DefaultLimits.Memory + 1
	},
	"flood": func(*attest.Writer, *report.Outcome, string) {
		for {
			os.Stdout.WriteString(strings.Repeat("x", 1000) + "\n")
		}
	},
	"scream": func(*attest.Writer, *report.Outcome, string) {
		for {
			os.Stderr.WriteString(strings.Repeat("x", 1000) + "\n")
		}
	},
	"forge": func(*attest.Writer, *report.Outcome, string) {
		// What a submission can do: try every descriptor.
		for fd := 3; fd < 2000; fd++ {
			if link, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)); strings.HasPrefix(link, "pipe:") {
				unix.Write(fd, []byte("{\"n\":3,\"event\":{\"kind\":\"done\"},\"mac\":\"AAAA\"}\n"))
			}
		}
		select {}
	},
	"another": func(w *attest.Writer, _ *report.Outcome, argument string) {
		// Signed, so it is our own mistake, and no reason to let anything pass.
		w.Emit(attest.Event{Kind: attest.Stop, Spec: argument, Outcome: &report.Outcome{Finished: true}})
		os.Exit(0)
	},
	"stuck": func(w *attest.Writer, _ *report.Outcome, argument string) {
		w.Emit(attest.Event{Kind: attest.Stuck, Spec: w.Plan.Specs[0], Outcome: &report.Outcome{Stuck: &report.Stuck{Kind: report.AtRest}}})
		os.Exit(0)
	},
	"daemon": func(_ *attest.Writer, _ *report.Outcome, argument string) {
		// The shell ends with its child running in a session of its own.
		script := `setsid sh -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec sleep 1000' "$0" & while ! test -e "$0"; do :; done`
		exec.Command("sh", "-c", script, argument).Run()
		os.Exit(0)
	},
	"tell": func(_ *attest.Writer, outcome *report.Outcome, _ string) {
		folder, _ := os.Getwd()
		left, _ := os.ReadDir(folder)
		outcome.Fault = fmt.Sprintf("%s in %s with %d\n%s", os.TempDir(), folder, len(left), strings.Join(os.Environ(), "\n"))
	},
	"wait": func(_ *attest.Writer, _ *report.Outcome, argument string) {
		if fifo, err := os.OpenFile(argument, os.O_WRONLY, 0); err == nil {
			fmt.Fprintln(fifo, os.Getpid())
			fifo.Close()
		}
		select {}
	},
}
