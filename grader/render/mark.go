package render

import "github.com/concurrency-dojo/dojo/grader/score"

// mark is how a verdict is shown. The word says all; sign and colour only help
// the eye to find it.
type mark struct {
	sign, word string
	ink        ink
}

var kataMarks = map[score.KataVerdict]mark{
	score.KataPass:         {"✔", "pass", good},
	score.KataPartial:      {"◐", "partial", soso},
	score.KataFail:         {"✘", "fail", bad},
	score.KataNotAttempted: {"○", "not attempted", faint},
	score.KataRefused:      {"⊘", "refused", bad},
	score.KataBroken:       {"✘", "broken", bad},
	score.KataSkipped:      {"–", "skipped", faint},
	score.KataVoid:         {"?", "void", odd},
}

func markOfKata(verdict score.KataVerdict) mark {
	if known, ok := kataMarks[verdict]; ok {
		return known
	}
	return mark{"?", phrase(string(verdict)), odd}
}

// markOfSpec has one sign for everything that failed: the kind is the word.
func markOfSpec(spec score.SpecCard) mark {
	switch spec.Verdict {
	case score.SpecPass:
		return mark{"✔", "pass", good}
	case score.SpecSkipped:
		return mark{"–", "skipped", faint}
	case score.SpecVoid:
		return mark{"?", "void", odd}
	default:
		return mark{"✘", phrase(kindOf(spec)), bad}
	}
}

func kindOf(spec score.SpecCard) string {
	if spec.Diagnosis == nil {
		return string(spec.Verdict)
	}
	return spec.Diagnosis.Kind
}
