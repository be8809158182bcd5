package report

import (
	"strings"
	"unicode"
)

// SpecID returns the id of a spec: its kata's id, a colon, and the spec's own
// sentence as a slug. Sentences are unique within a kata, so that a wrong
// solution can name the spec that must catch it by its sentence alone.
func SpecID(kata, sentence string) string {
	var slug strings.Builder
	gap := false
	for _, r := range strings.ToLower(sentence) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = slug.Len() > 0
			continue
		}
		if gap {
			slug.WriteByte('-')
			gap = false
		}
		slug.WriteRune(r)
	}
	return kata + ":" + slug.String()
}
