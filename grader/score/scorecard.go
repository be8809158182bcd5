package score

import "github.com/concurrency-dojo/dojo/harness/report"

// Schema names the form in which a Scorecard is marshalled. Fields are only
// ever added to it.
const Schema = "dojo/scorecard/v1"

// Scorecard is the result of one grading.
type Scorecard struct {
	Schema      string      `json:"schema"`
	Source      Source      `json:"source"`
	Environment Environment `json:"environment"`
	Score       int         `json:"score"`
	Max         int         `json:"max"`
	Katas       []KataCard  `json:"katas"`
}

// Solved is how many of the katas passed.
func Solved(katas []KataCard) (count int) {
	for _, kata := range katas {
		if kata.Verdict == KataPass {
			count++
		}
	}
	return count
}

// Next is the index of the kata to work on: the first that was begun and is not
// solved, or else the easiest of those that were not begun. There is none if all that
// can be done here are solved.
func (card Scorecard) Next() (best int, found bool) {
	for i, kata := range card.Katas {
		switch kata.Verdict {
		case KataPass, KataSkipped:
		case KataNotAttempted:
			if !found || kata.Level < card.Katas[best].Level {
				best, found = i, true
			}
		default:
			return i, true
		}
	}
	return best, found
}

// Source says whose code was graded.
type Source struct {
	// Kind is "learner", "reference", "right", "wrong" or "submission".
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Digest is a fingerprint of the graded files.
	Digest string `json:"digest"`
}

// Environment says what it was graded with.
type Environment struct {
	Go   string `json:"go"`
	OS   string `json:"os"`
	Race bool   `json:"race"`
	// NoRace says why there was no race detector and how to get it.
	NoRace  string  `json:"no_race,omitempty"`
	Sandbox Sandbox `json:"sandbox"`
	// Seed is the one that the first run was given.
	Seed uint64 `json:"seed"`
	// Provisional is set by Sum: without the race detector a wrong answer may
	// look right.
	Provisional bool `json:"provisional"`
}

// Sandbox is the rung of the sandbox's ladder and the walls that it lacks.
type Sandbox struct {
	Rung    string   `json:"rung"`
	Missing []string `json:"missing"`
}

// EnvironmentOf is what the harness saw of its surroundings, in the words of a
// scorecard.
func EnvironmentOf(seen report.Environment, seed uint64) Environment {
	return Environment{
		Go:      seen.Go,
		OS:      seen.OS,
		Race:    seen.Race,
		NoRace:  seen.NoRace,
		Sandbox: Sandbox{Rung: seen.Rung, Missing: seen.Missing},
		Seed:    seed,
	}
}

// KataCard is the judgement of one kata.
type KataCard struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Level   int         `json:"level"`
	Verdict KataVerdict `json:"verdict"`
	Score   int         `json:"score"`
	// Max is what could be scored here: void and skipped specs are left out.
	Max int `json:"max"`
	// Milliseconds is the time from the first process's start to the last
	// one's end.
	Milliseconds int64 `json:"ms"`
	// Message is one sentence about a kata that was not judged in full; "" if
	// it was.
	Message    string      `json:"message"`
	Complaints []Complaint `json:"complaints,omitempty"`
	Specs      []SpecCard  `json:"specs"`
}

// Complaint is a remark of the compiler or the import policy.
type Complaint struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	// Allowed says what may be used instead; "" if that is not the question.
	Allowed string `json:"allowed"`
}

// SpecCard is the judgement of one spec over all its runs.
type SpecCard struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Points is what the spec is worth. It scores all of them or none.
	Points  int         `json:"points"`
	Verdict SpecVerdict `json:"verdict"`
	// Milliseconds is the wall time of the slowest run, so that scorecards with
	// different numbers of runs can be compared.
	Milliseconds int64      `json:"ms"`
	Runs         Runs       `json:"runs"`
	Diagnosis    *Diagnosis `json:"diagnosis,omitempty"`
}

// Runs counts the repeats of a spec.
type Runs struct {
	Passed int `json:"passed"`
	Total  int `json:"total"`
}

// Diagnosis explains why a spec did not pass. Only a pass has none.
type Diagnosis struct {
	// Kind is the verdict, or "leak:" and the kind of the leak.
	Kind    string `json:"kind"`
	Summary string `json:"summary"`
	// Promise is the prose of the spec.
	Promise string `json:"promise"`
	// Where are places in the answer, innermost first.
	Where []Place `json:"where"`
	// Evidence is what the summary rests on, in lines.
	Evidence string `json:"evidence"`
	Hint     string `json:"hint"`
	// Replay is the command that shows it again.
	Replay string `json:"replay"`
	// Timeline is what happened when the spec failed once more, if that was recorded.
	Timeline *Timeline `json:"timeline,omitempty"`
}

// Place is a line of the answer.
type Place struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Function string `json:"function"`
}
