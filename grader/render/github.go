package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// mostAnnotations are those of one kind that GitHub shows of a step; what is beyond
// is dropped without a word, so the last one says how many there were.
const mostAnnotations = 10

// renderGitHub writes workflow commands that put the failures next to their lines:
// --out github=- in a step of GitHub Actions.
func renderGitHub(w io.Writer, card score.Scorecard, _ Options) error {
	var all []string
	for _, p := range problemsOf(card) {
		all = append(all, fmt.Sprintf("::error file=%s,line=%d,title=%s::%s",
			property(p.file), max(1, p.line), property(p.kind+": "+p.name), message(p.summary)))
	}
	if len(all) > mostAnnotations {
		left := len(all) - mostAnnotations + 1
		all = append(all[:mostAnnotations-1], fmt.Sprintf("::error title=dojo::%s in the scorecard", count(left, "more failure")))
	}
	all = append(all, fmt.Sprintf("::notice title=dojo::Points %d/%d", card.Score, card.Max))
	_, err := io.WriteString(w, strings.Join(all, "\n")+"\n")
	return err
}

// message and property are escaped as the toolkit of GitHub Actions does.
func message(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(text))
}
