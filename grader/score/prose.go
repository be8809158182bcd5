package score

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSentence bounds, in bytes, a text that becomes part of a sentence.
const maxSentence = 240

// sentence makes a message end as one.
func sentence(message string) string {
	text := oneLine(message)
	if text == "" {
		return "no reason was given."
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// capital leaves the names of functions that are not exported alone: they would
// be other names.
func capital(text string) string {
	if !strings.Contains(text, " ") {
		return text
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

func oneLine(text string) string { return clip(strings.Join(strings.Fields(text), " "), maxSentence) }

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}

// trim cuts empty lines at both ends and blanks at the end of each line.
func trim(text string) string {
	lines := strings.Split(strings.Trim(text, "\r\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// clip bounds a text and says so, without cutting a character in two.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

// andMore counts what was not named.
func andMore(count int, noun string) string {
	if count <= 0 {
		return ""
	}
	return fmt.Sprintf(", and %d more %s", count, strings.TrimPrefix(plural(count, noun), fmt.Sprint(count)+" "))
}
