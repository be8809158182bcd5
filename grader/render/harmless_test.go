package render

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/score"
)

func TestTextOfSubmissionsIsMadeHarmless(t *testing.T) {
	tests := []struct{ why, text, want string }{
		{"plain text in any language is left alone", "Ünï→ 你好 ✔", "Ünï→ 你好 ✔"},
		{"lines stay lines", "a\r\nb\nc", "a\nb\nc"},
		{"tabs have no width that one could count on", "a\tb", "a    b"},
		{"colours and cursor movements are shown, not obeyed", "\x1b[2J\x1b]0;title\a", "␛[2J␛]0;title␇"},
		{"a lone return would overwrite the line", "fail\rpass", "fail␍pass"},
		{"a backspace would too", "fail\b\b\x7f", "fail␈␈␡"},
		{"some terminals obey the C1 controls", "\u009b31m", `\u009b31m`},
		{"bytes that are no text are named", "\xff\x9b", `\xff\x9b`},
		{"marks that turn text around can hide it", "\u202eabc\u2066", `\u202eabc\u2066`},
		{"what has no width hides things too", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"the old form of workflow commands works in mid-line", "x ##[error]no", "x ## [error]no"},
	}
	for _, test := range tests {
		if got := harmless(test.text); got != test.want {
			t.Errorf("%s: %q becomes %q, want %q", test.why, test.text, got, test.want)
		}
	}
}

func TestNothingOfASubmissionReachesTheTerminalRaw(t *testing.T) {
	card := hostile("::error::\x1b[31mx\x07\n::stop-commands::y\n  ::z\u202e\x9b")
	welcome := card
	welcome.Katas = welcome.Katas[3:]

	for _, card := range []score.Scorecard{card, welcome} {
		for width := narrowest; width <= 100; width++ {
			out := rendered(t, "terminal", card, Options{Width: width, Verbose: true})
			if at := strings.IndexAny(out, "\x1b\a\r\u202e"); at >= 0 {
				t.Fatalf("at width %d the byte %q is printed in %q", width, out[at], out[max(0, at-20):])
			}
			for line := range strings.SplitSeq(out, "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "::") {
					t.Fatalf("at width %d a line is a workflow command: %q", width, line)
				}
			}
		}
	}
}

// hostile has the text wherever a submission, or the name of a file in it, can
// have a say.
func hostile(text string) score.Scorecard {
	why := score.Diagnosis{Kind: text, Summary: text, Promise: text, Evidence: text, Hint: text, Replay: text,
		Where: []score.Place{{File: text, Line: 1, Function: text}}}
	failed := kata(text+"1", text, 1, score.KataFail, failing(score.SpecPanic, text, 1, why), failing(score.SpecSkipped, text, 1, why))
	refused := with(kata(text+"2", text, 1, score.KataRefused), text)
	refused.Complaints = []score.Complaint{{File: text, Line: 1, Message: text, Allowed: text}}
	card := scorecard(score.Environment{NoRace: text, Sandbox: score.Sandbox{Rung: text, Missing: []string{text}}},
		failed, refused, with(kata(text+"3", text, 1, score.KataVoid), text), untouched(text+"4", text, 1, 1))
	card.Source = score.Source{Kind: text, Name: text, Digest: text}
	return card
}
