package render

import (
	"encoding/json"
	"io"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// renderJSON leaves <, > and & as they are: compilers and goroutine dumps are
// full of them, and no browser reads this as HTML.
func renderJSON(w io.Writer, card score.Scorecard, _ Options) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(card)
}
