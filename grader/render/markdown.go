package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// mostMarkdown keeps a page below the 1024 KiB of a step summary of GitHub Actions,
// which throws away whole what is larger.
const mostMarkdown = 900_000

// renderMarkdown writes a table of the katas, and why specs did not pass. It is what
// a step summary takes: --out markdown=$GITHUB_STEP_SUMMARY.
func renderMarkdown(w io.Writer, card score.Scorecard, _ Options) error {
	var text strings.Builder
	fmt.Fprintf(&text, "## %d/%d points\n\n", card.Score, card.Max)
	if said := overall(card); said != "" {
		for line := range strings.Lines(said) {
			fmt.Fprintf(&text, "> %s\n>\n", literal(strings.TrimSpace(line)))
		}
		text.WriteString("\n")
	}
	text.WriteString("| | kata | verdict | points |\n|---|---|---|--:|\n")
	for _, kata := range card.Katas {
		mark := markOfKata(kata.Verdict)
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", mark.sign, literal(kata.ID), literal(mark.word), pointsOf(kata))
	}
	left := 0
	for _, p := range problemsOf(card) {
		part := p.markdown()
		if text.Len()+len(part) > mostMarkdown {
			left++
			continue
		}
		text.WriteString(part)
	}
	if left > 0 {
		fmt.Fprintf(&text, "\n%s had no room here.\n", count(left, "more problem"))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (p problem) markdown() string {
	return fmt.Sprintf("\n<details><summary>%s · <b>%s</b> · %s · %s</summary>\n\n%s\n</details>\n",
		literal(p.kata), literal(p.kind), literal(p.name), count(p.points, "point"), fenced(p.detail))
}

// literal is text of a submission in the middle of Markdown: every sign that could
// mean something there is written as a reference.
func literal(text string) string {
	var safe strings.Builder
	for _, r := range phrase(text) {
		if strings.ContainsRune("\\`*_{}[]()<>#+!|~&@:\"'$", r) {
			fmt.Fprintf(&safe, "&#%d;", r)
			continue
		}
		safe.WriteRune(r)
	}
	return safe.String()
}

// fenced is a block of text, between fences that it does not hold itself.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + strings.TrimRight(harmless(text), "\n") + "\n" + fence + "\n"
}
