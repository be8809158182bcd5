package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// substitutes stand for what would act on the reader's machine instead of being
// read: a terminal obeys escape sequences, and a CI service obeys its commands
// wherever they are printed.
var substitutes = strings.NewReplacer(
	"\r\n", "\n",
	"\t", "    ",
	"##[", "## [",
)

// harmless shows every character that is not plain text by a picture or by its
// number. Newlines stay.
func harmless(text string) string {
	var safe strings.Builder
	text = substitutes.Replace(text)
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&safe, `\x%02x`, text[0])
		case r == '\n':
			safe.WriteRune(r)
		case r < ' ':
			safe.WriteRune('␀' + r)
		case r == '\x7f':
			safe.WriteRune('␡')
		case !unicode.IsPrint(r):
			fmt.Fprintf(&safe, `\u%04x`, r)
		default:
			safe.WriteRune(r)
		}
		text = text[size:]
	}
	return safe.String()
}

// phrase is harmless text for the middle of a line.
func phrase(text string) string {
	return strings.Join(strings.Fields(harmless(text)), " ")
}

// commandless keeps a line from being a workflow command of GitHub Actions,
// which is one that begins with two colons.
func commandless(line string) string {
	body := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, is := strings.CutPrefix(body, "::"); is {
		return line[:len(line)-len(body)] + "∷" + rest
	}
	return line
}
