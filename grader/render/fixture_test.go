package render

import (
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

func scorecard(environment score.Environment, katas ...score.KataCard) score.Scorecard {
	environment.Go, environment.OS, environment.Seed = "go1.26.8", "linux/amd64", 7
	return score.Sum(score.Source{Kind: "learner", Name: "."}, environment, katas)
}

var usual = score.Environment{Race: true, Sandbox: score.Sandbox{Rung: "namespaces"}}

func kata(id, title string, level int, verdict score.KataVerdict, specs ...score.SpecCard) score.KataCard {
	card := score.KataCard{ID: id, Title: title, Level: level, Verdict: verdict, Specs: specs}
	for i, spec := range specs {
		card.Specs[i].ID = id + ":" + strings.ReplaceAll(spec.Name, " ", "-")
		if spec.Verdict.Charged() {
			card.Max += spec.Points
		}
		if spec.Verdict == score.SpecPass {
			card.Score += spec.Points
		}
		if spec.Diagnosis != nil && spec.Diagnosis.Replay == "" {
			spec.Diagnosis.Replay = "make grade KATA=" + id + " SEED=7"
		}
	}
	return card
}

func untouched(id, title string, level, points int) score.KataCard {
	card := kata(id, title, level, score.KataNotAttempted)
	card.Max = points
	return card
}

func with(card score.KataCard, message string) score.KataCard {
	card.Message = message
	return card
}

func passing(name string, points int) score.SpecCard {
	return score.SpecCard{Name: name, Points: points, Verdict: score.SpecPass, Milliseconds: 4, Runs: score.Runs{Passed: 1, Total: 1}}
}

func failing(verdict score.SpecVerdict, name string, points int, why score.Diagnosis) score.SpecCard {
	if why.Kind == "" {
		why.Kind = string(verdict)
	}
	return score.SpecCard{Name: name, Points: points, Verdict: verdict, Milliseconds: 31, Runs: score.Runs{Total: 1}, Diagnosis: &why}
}

func places(file string, lines ...int) []score.Place {
	var all []score.Place
	for _, line := range lines {
		all = append(all, score.Place{File: file, Line: line, Function: "(*Queue).Put"})
	}
	return all
}

const queueFile = "katas/sync/boundedqueue/boundedqueue.go"

var (
	deadlocked = failing(score.SpecDeadlock, "leaves nothing behind when Put gives up", 3, score.Diagnosis{
		Summary:  "Put never came back: it waits to send on a channel (boundedqueue.go:31).",
		Promise:  "A bounded queue, when it is full, leaves nothing behind when Put gives up",
		Where:    places(queueFile, 31),
		Evidence: "Put waits to send on a channel [chan send] at boundedqueue.go:31\na goroutine started at boundedqueue.go:40 waits for one of the cases of a select [select] at boundedqueue.go:44",
		Hint:     "Every wait needs somebody who is sure to end it, on every path: a partner that still runs, or a context that gives up.",
	})
	raced = failing(score.SpecRace, "keeps what it was given while many goroutines put and take at the same time", 4, score.Diagnosis{
		Summary:  "Two goroutines touched the same memory without anything ordering them: a write at boundedqueue.go:52 and a read at boundedqueue.go:61.",
		Where:    places(queueFile, 52, 61),
		Evidence: "write at boundedqueue.go:52 in (*Queue).grow, by the goroutine started at boundedqueue_test.go:80\n  called from boundedqueue.go:33 in (*Queue).Put\nread at boundedqueue.go:61 in (*Queue).Len, by the goroutine started at boundedqueue_test.go:84",
		Hint:     "Memory that goroutines share needs a lock, a channel or an atomic that orders every two accesses (happens-before); without it a read may see anything.",
	})
	wrong = failing(score.SpecWrong, "hands items out in the order in which they came", 2, score.Diagnosis{
		Summary:  "Expected second to equal first.",
		Evidence: "the spec: katas/sync/boundedqueue/boundedqueue_test.go:41\nExpected\n    <string>: second\nto equal\n    <string>: first",
		Hint:     "A spec asks only for what the doc comments promise: read that promise again with these values in mind.",
	})
	zombie = failing(score.SpecLeak, "reaps every child when signals coalesce", 4, score.Diagnosis{
		Kind:     "leak:zombie",
		Summary:  "A child process ended and nobody waited for it: pid 4711 (sleep 0.1), and 9 more leaks.",
		Evidence: strings.TrimSpace(strings.Repeat("zombie: pid 4711 (sleep 0.1)\n", 10)),
		Hint:     "An ended child keeps its place in the process table until its parent waits for it, and the table is finite.",
	})
)

// pictured is a deadlock with its picture: who waits for whom, a zombie, and more lanes
// than a page shows.
func pictured() score.Scorecard {
	ms := func(n int64) int64 { return n * 1_000_000 }
	at := func(line int) *score.Place {
		return &score.Place{File: queueFile, Line: line, Function: "(*Queue).Put"}
	}
	picture := &score.Timeline{
		Length: ms(2100), More: 3,
		Lanes: []score.Lane{
			{Kind: "goroutine", ID: 7, Name: "Put", Spans: []score.Span{
				{From: 0, To: ms(1), Doing: "runs", Means: "runs"},
				{From: ms(1), To: ms(2100), Doing: "waits", Means: "waits to lock a mutex", At: at(31)},
			}},
			{Kind: "goroutine", ID: 8, Name: "Put.func1", Born: at(40), Note: "writes q.items at boundedqueue.go:52", Spans: []score.Span{
				{From: ms(1), To: ms(2), Doing: "runs", Means: "is slowed by the grader"},
				{From: ms(2), To: ms(3), Doing: "sleeps", Means: "sleeps", At: at(44)},
				{From: ms(3), To: ms(4), Doing: "syscall", Means: "is inside a system call"},
				{From: ms(4), To: ms(2100), Doing: "waits", Means: "waits to send on a channel", At: at(45)},
			}},
			{Kind: "process", ID: 4711, Name: "sleep\x1b[31m", Spans: []score.Span{
				{From: ms(10), To: ms(20), Doing: "stopped", Means: "is stopped by a signal"},
				{From: ms(20), To: ms(40), Doing: "zombie", Means: "is a zombie: it has ended, and nobody has waited for it"},
			}},
			{Kind: "goroutine", ID: 9, Name: "Nothing", Spans: []score.Span{}},
		},
		Wakes: []score.Wake{{At: ms(1), From: 0, To: 1}, {At: ms(3), From: 1, To: 0}},
		Wants: []score.Want{{From: 0, To: 1, Lock: "q.mu"}},
	}
	for n := range 8 {
		picture.Lanes = append(picture.Lanes, score.Lane{Kind: "goroutine", ID: uint64(20 + n), Name: "worker", Spans: []score.Span{{From: ms(1), To: ms(int64(5 + n)), Doing: "runs", Means: "runs"}}})
	}
	spec := deadlocked
	why := *deadlocked.Diagnosis
	why.Timeline = picture
	spec.Diagnosis = &why
	return scorecard(usual, kata("sync/boundedqueue", "A queue that makes its callers wait", 2, score.KataPartial, passing("takes what was put", 3), spec))
}

func unwritten(name string) score.SpecCard {
	return failing(score.SpecPanic, name, 2, score.Diagnosis{
		Summary: "Serve is not written yet: it still says “TODO: implement Serve” (echo.go:17).",
		Where:   []score.Place{{File: "katas/net/echo/echo.go", Line: 17, Function: "(*Server).Serve"}},
		Hint:    "Every stub panics until its promise is kept: read the doc comment above the function, then put your code in the place of the panic.",
	})
}

func unrun(message, name string, points int) score.SpecCard {
	spec := failing(score.SpecNotRun, name, points, score.Diagnosis{Summary: message, Replay: "make grade KATA=sync/boundedqueue"})
	spec.Runs = score.Runs{}
	return spec
}

func mixed() score.Scorecard {
	skipped := failing(score.SpecSkipped, "listens on IPv6", 2, score.Diagnosis{Summary: "This machine cannot run the spec: it has no IPv6."})
	refused := kata("sync/onceonly", "Do it once, whoever asks", 2, score.KataRefused)
	refused.Max = 8
	refused.Complaints = []score.Complaint{{File: "katas/sync/onceonly/onceonly.go", Line: 4, Message: `it imports "unsafe"`, Allowed: "sync, sync/atomic and context"}}
	environment := usual
	environment.Sandbox.Missing = []string{"network"}
	return scorecard(environment,
		kata("process/pstree", "Read the process table", 1, score.KataPass, passing("finds a child", 5), passing("shows a zombie", 5)),
		untouched("process/forkcount", "How many processes?", 2, 10),
		kata("process/reaper", "Bury the dead", 3, score.KataPartial, passing("reports an exit", 3), zombie),
		untouched("process/signals", "Stop when asked", 2, 12),
		kata("net/echo", "Answer everybody at once", 1, score.KataPartial, passing("says what it heard", 2), unwritten("serves many clients"), unwritten("drains at shutdown"), skipped),
		with(kata("net/epoll", "One goroutine, ten thousand clients", 4, score.KataSkipped), "Skipped on this machine: this kata needs Linux."),
		kata("sync/boundedqueue", "A queue that makes its callers wait", 2, score.KataPartial, passing("takes what was put", 3), deadlocked, raced, wrong, unwritten("says so when it is closed")),
		refused,
	)
}

func broken() score.Scorecard {
	const message = "It does not compile: katas/sync/boundedqueue/boundedqueue.go:12:5: undefined: cap2, and 3 more errors."
	card := with(kata("sync/boundedqueue", "A queue that makes its callers wait", 2, score.KataBroken,
		unrun(message, "takes what was put", 3), unrun(message, "says so when it is closed", 9)), message)
	card.Max = 12
	for i, message := range []string{"undefined: cap2", "declared and not used: n", "missing return", "missing return"} {
		card.Complaints = append(card.Complaints, score.Complaint{File: queueFile, Line: 12 + 9*i, Column: 5, Message: message})
	}
	return scorecard(usual, card)
}

func flaky() score.Scorecard {
	again := raced
	why := *raced.Diagnosis
	why.Summary += " The spec failed in 2 of 20 runs, first with seed 13."
	why.Replay = "make grade KATA=sync/boundedqueue SEED=13"
	again.Diagnosis, again.Runs = &why, score.Runs{Passed: 18, Total: 20}
	return scorecard(usual, kata("sync/boundedqueue", "A queue that makes its callers wait", 2, score.KataPartial, passing("takes what was put", 3), again))
}

func void() score.Scorecard {
	lost := failing(score.SpecVoid, "shows a zombie", 5, score.Diagnosis{Summary: "The grader failed here, not your code: the event stream broke."})
	return scorecard(usual,
		with(kata("process/pstree", "Read the process table", 1, score.KataVoid, passing("finds a child", 5), lost),
			"1 of 2 specs could not be judged, and its points are not counted. The grader failed here, not your code: the event stream broke."))
}

func fresh() score.Scorecard {
	return scorecard(usual,
		untouched("process/pstree", "Read the process table", 1, 10),
		untouched("process/forkcount", "How many processes?", 2, 10),
		untouched("process/workerpool", "A pool of real processes", 5, 20),
		untouched("net/echo", "Answer everybody at once", 1, 10),
		with(kata("net/epoll", "One goroutine, ten thousand clients", 4, score.KataSkipped), "Skipped on this machine: this kata needs Linux."),
		untouched("sync/boundedqueue", "A queue that makes its callers wait", 2, 12))
}

func finished() score.Scorecard {
	return scorecard(usual,
		kata("process/pstree", "Read the process table", 1, score.KataPass, passing("finds a child", 10)),
		kata("net/echo", "Answer everybody at once", 1, score.KataPass, passing("says what it heard", 8)))
}

func provisional() score.Scorecard {
	card := finished()
	card.Environment.Race, card.Environment.Provisional = false, true
	card.Environment.NoRace = "There is no C compiler on this machine; install gcc or clang."
	return card
}
