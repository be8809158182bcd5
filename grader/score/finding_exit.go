package score

import (
	"fmt"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func findFault(o report.Outcome) finding {
	return finding{summary: ourFault(o.Fault)}
}

func findFlood(o report.Outcome) finding {
	return endedWith(o, "The program printed more than a spec may print, and was ended.")
}

func findOverdue(o report.Outcome) finding {
	return endedWith(o, "The program ran past the last time limit, and was ended.")
}

func findSilence(o report.Outcome) finding {
	return endedWith(o, "The program was still there but reported nothing any more, and was ended.")
}

func findForgery(o report.Outcome) finding {
	return endedWith(o, "The program wrote into the channel by which the grader hears of its specs, and was ended.")
}

func findHog(o report.Outcome) finding {
	return endedWith(o, "The program needed more memory than it may have.")
}

func findSwarm(o report.Outcome) finding {
	return endedWith(o, "The program started more processes or threads than it may have.")
}

func findOverrun(o report.Outcome) finding {
	return endedWith(o, "The program and its children used up the processor time that a whole run may have.")
}

func findStopped(o report.Outcome) finding {
	return endedWith(o, "The program stopped itself (SIGSTOP), and nobody was left to continue it.")
}

func findExitPanic(o report.Outcome) finding {
	f := panicked(strings.TrimSpace(strings.TrimPrefix(o.Exit.Message, "panic:")), places(o.Exit.Where))
	f.evidence = lastWords(o)
	return f
}

func findAsleep(o report.Outcome) finding {
	return endedWith(o, "Every goroutine of the program waits, and none is left to wake another.")
}

func findFatal(o report.Outcome) finding {
	text := strings.TrimSpace(strings.TrimPrefix(o.Exit.Message, "fatal error:"))
	if deed, known := deedOf(text); known {
		return endedWith(o, account(deed, places(o.Exit.Where)))
	}
	return endedWith(o, "The Go runtime stopped the program: "+sentence(firstLine(text)))
}

func findSignal(o report.Outcome) finding {
	text := "The program was ended by " + o.Exit.Signal + " during the spec."
	if meaning, known := signals[o.Exit.Signal]; known {
		text = strings.TrimSuffix(text, ".") + ": " + meaning + "."
	}
	return endedWith(o, text)
}

// signals says what those that a learner meets usually mean.
var signals = map[string]string{
	"SIGABRT": "it gave itself up",
	"SIGBUS":  "it touched a part of a mapping that has no file behind it",
	"SIGFPE":  "an arithmetic operation has no result",
	"SIGILL":  "it ran into bytes that are no instruction",
	"SIGKILL": "something killed it, often because memory ran out",
	"SIGPIPE": "it wrote to a pipe or socket that nobody reads any more",
	"SIGSEGV": "it touched memory that is not its own",
	"SIGTERM": "something asked it to stop, and it did not handle that",
	"SIGXCPU": "it used up its processor time",
}

func findExit(o report.Outcome) finding {
	f := endedWith(o, fmt.Sprintf("The program ended itself with exit status %d during the spec.", o.Exit.Code))
	if len(f.where) > 0 {
		f.evidence = append(f.evidence, "calls that can end a process: "+list(f.where))
	}
	return f
}

func endedWith(o report.Outcome, summary string) finding {
	return finding{summary: summary, where: places(o.Exit.Where), evidence: lastWords(o)}
}

// lastWords are what the runtime printed when it gave up, if it did.
func lastWords(o report.Outcome) []string {
	var lines []string
	if text := strings.TrimSpace(o.Exit.Message); text != "" {
		lines = append(lines, text)
	}
	if where := places(o.Exit.Where); len(where) > 0 && len(lines) > 0 {
		lines = append(lines, "at "+trail(where))
	}
	return lines
}
