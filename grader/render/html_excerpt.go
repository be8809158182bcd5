package render

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// The innermost places tell most, each with a few lines around it. No line of
// code that people write is as long as the longest.
const (
	fewExcerpts = 3
	around      = 3
	longest     = 200
)

// htmlSpot is a piece of the answer with the lines marked that a diagnosis names.
// It has no lines where there is no text, or where there are enough already.
type htmlSpot struct {
	Places []htmlPlace
	Lines  []htmlLine
}

// htmlPlace has its name in two parts, between which a narrow page may break it.
type htmlPlace struct{ Folder, Line, Function string }

type htmlLine struct {
	Number, Text string
	Here         bool
}

func htmlSpots(where []score.Place, source func(file string) string) []htmlSpot {
	var all []htmlSpot
	for n, window := range windows(where) {
		spot := htmlSpot{Places: htmlPlaces(window.here)}
		if n < fewExcerpts && source != nil {
			spot.Lines = window.cut(strings.Split(source(window.file), "\n"))
		}
		all = append(all, spot)
	}
	return all
}

func htmlPlaces(where []score.Place) []htmlPlace {
	var all []htmlPlace
	for _, place := range where {
		folder, name := path.Split(place.File)
		all = append(all, htmlPlace{phrase(folder), fmt.Sprintf("%s:%d", phrase(name), place.Line), phrase(place.Function)})
	}
	return all
}

// window is a range of lines of a file, and the places in it.
type window struct {
	file        string
	first, last int
	here        []score.Place
}

// windows are in the order of the places, the innermost first. One that meets an
// earlier one widens it.
func windows(where []score.Place) []window {
	var all []window
	for _, place := range where {
		first, last := place.Line-around, place.Line+around
		n := slices.IndexFunc(all, func(w window) bool {
			return w.file == place.File && w.first <= last+1 && first <= w.last+1
		})
		if n < 0 {
			all = append(all, window{place.File, first, last, []score.Place{place}})
			continue
		}
		w := &all[n]
		w.first, w.last, w.here = min(w.first, first), max(w.last, last), append(w.here, place)
	}
	return all
}

// cut takes the window's lines, or none where the text can't be the one that was
// graded.
func (w window) cut(lines []string) []htmlLine {
	marked := map[int]bool{}
	for _, place := range w.here {
		if place.Line < 1 || place.Line > len(lines) || strings.TrimSpace(lines[place.Line-1]) == "" {
			return nil
		}
		marked[place.Line] = true
	}
	first, last := max(w.first, 1), min(w.last, len(lines))
	for strings.TrimSpace(lines[first-1]) == "" {
		first++
	}
	for strings.TrimSpace(lines[last-1]) == "" {
		last--
	}
	digits := len(fmt.Sprint(last))
	var cut []htmlLine
	for n := first; n <= last; n++ {
		cut = append(cut, htmlLine{fmt.Sprintf("%*d", digits, n), codeLine(lines[n-1]), marked[n]})
	}
	return cut
}

// codeLine is harmless text of a bounded length.
func codeLine(line string) string {
	line = harmless(strings.TrimRight(line, " \t\r"))
	if utf8.RuneCountInString(line) <= longest {
		return line
	}
	return string([]rune(line)[:longest]) + "…"
}
