package render

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// htmlKata is a section of the page.
type htmlKata struct {
	Anchor string
	// Name is the ID without its track.
	ID, Name, Title string
	Mark            htmlMark
	Points          string
	// Standing is how many specs passed, if any ran.
	Standing string
	// Open shows the section unfolded: something in it is to be read.
	Open         bool
	Message      string
	Introduction string
	Complaints   []htmlComplaint
	Again        string
	// Unrun stands for the specs where they have nothing to say.
	Unrun string
	Specs []htmlSpec
}

type htmlComplaint struct {
	Places           []htmlPlace
	Message, Allowed string
	Lines            []htmlLine
}

func newHTMLKata(kata score.KataCard, options Options) htmlKata {
	_, name, _ := strings.Cut(kata.ID, "/")
	k := htmlKata{
		Anchor:  anchor(kata.ID),
		ID:      phrase(kata.ID),
		Name:    cmp.Or(phrase(name), phrase(kata.ID)),
		Title:   phrase(kata.Title),
		Mark:    markOfKata(kata.Verdict).html(),
		Points:  pointsOf(kata),
		Open:    eventful(kata),
		Message: phrase(kata.Message),
		Specs:   htmlSpecs(kata, options),
	}
	if anyRan(kata.Specs) {
		k.Standing = fmt.Sprintf("%d of %s passed", passedSpecs(kata.Specs), count(len(kata.Specs), "spec"))
	} else if k.Open && len(kata.Specs) > 0 {
		k.Unrun = count(len(kata.Specs), "spec") + " not run"
	}
	if len(kata.Complaints) > 0 {
		k.Introduction = cmp.Or(introductions[kata.Verdict], k.Message)
		k.Message = ""
		k.Again = phrase(replayOf(kata))
	}
	for _, complaint := range kata.Complaints {
		k.Complaints = append(k.Complaints, newHTMLComplaint(complaint, options))
	}
	return k
}

// eventful reports whether there is more to a kata than that it passed or was
// never begun.
func eventful(kata score.KataCard) bool {
	switch kata.Verdict {
	case score.KataPass, score.KataNotAttempted, score.KataSkipped:
		return false
	}
	return true
}

func newHTMLComplaint(complaint score.Complaint, options Options) htmlComplaint {
	c := htmlComplaint{Message: phrase(complaint.Message), Allowed: phrase(complaint.Allowed)}
	folder, line := path.Split(placeOf(complaint))
	c.Places = []htmlPlace{{Folder: folder, Line: line}}
	for _, spot := range htmlSpots([]score.Place{{File: complaint.File, Line: complaint.Line}}, options.Source) {
		c.Lines = spot.Lines
	}
	return c
}

func passedSpecs(specs []score.SpecCard) (passed int) {
	for _, spec := range specs {
		if spec.Verdict == score.SpecPass {
			passed++
		}
	}
	return passed
}

func anyRan(specs []score.SpecCard) bool {
	return slices.ContainsFunc(specs, func(spec score.SpecCard) bool { return spec.Runs.Total > 0 })
}
