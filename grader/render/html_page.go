package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// htmlPage is what the template shows. All text in it, and in the parts that it
// is made of, is harmless already; the template escapes it for HTML.
type htmlPage struct {
	htmlAssets
	Title, Source string
	Points        string
	Score, Max    int
	Provisional   bool
	// Standing is how many katas passed; "" where it is about a single one.
	Standing string
	// Loud notes change what the score means, quiet ones don't.
	Loud, Quiet []htmlNote
	Start       *htmlKata
	Verdicts    []htmlVerdict
	Tracks      []htmlTrack
	Facts       []htmlFact
}

type htmlNote struct{ Class, Text string }

// htmlVerdict is how many katas have it.
type htmlVerdict struct {
	Mark  htmlMark
	Katas int
}

type htmlTrack struct {
	Anchor, Name string
	Points       string
	Passed       int
	Katas        []htmlKata
}

type htmlFact struct{ Name, Value string }

func newHTMLPage(card score.Scorecard, options Options) htmlPage {
	p := htmlPage{
		htmlAssets:  newHTMLAssets(),
		Points:      fmt.Sprintf("%d/%d points", card.Score, card.Max),
		Score:       card.Score,
		Max:         card.Max,
		Standing:    standing(card.Katas),
		Provisional: card.Environment.Provisional,
		Verdicts:    htmlVerdicts(card.Katas),
		Facts:       htmlFacts(card),
	}
	if kind := card.Source.Kind; kind != "learner" && kind != "" {
		p.Source = strings.TrimSpace(phrase(kind) + " " + phrase(card.Source.Name))
	}
	p.Title = strings.TrimSuffix("dojo: "+p.Points+", "+p.Source, ", ")
	for _, note := range notes {
		text := phrase(note.say(card))
		switch {
		case text == "":
		case note.ink == faint:
			p.Quiet = append(p.Quiet, htmlNote{htmlClasses[note.ink], text})
		default:
			p.Loud = append(p.Loud, htmlNote{htmlClasses[note.ink], text})
		}
	}
	for _, track := range tracksOf(card.Katas) {
		p.Tracks = append(p.Tracks, newHTMLTrack(track, options))
	}
	if newcomer(card) {
		next, _ := card.Next()
		start := newHTMLKata(card.Katas[next], options)
		p.Start = &start
	}
	return p
}

func newHTMLTrack(track track, options Options) htmlTrack {
	t := htmlTrack{Anchor: "track-" + anchor(track.name), Name: phrase(track.name), Passed: score.Solved(track.katas)}
	points, maximum := 0, 0
	for _, kata := range track.katas {
		points, maximum = points+kata.Score, maximum+kata.Max
		t.Katas = append(t.Katas, newHTMLKata(kata, options))
	}
	t.Points = fmt.Sprintf("%d/%d", points, maximum)
	return t
}

// htmlVerdicts has the most frequent first.
func htmlVerdicts(katas []score.KataCard) []htmlVerdict {
	var all []htmlVerdict
	at := map[score.KataVerdict]int{}
	for _, kata := range katas {
		n, met := at[kata.Verdict]
		if !met {
			n = len(all)
			at[kata.Verdict] = n
			all = append(all, htmlVerdict{Mark: markOfKata(kata.Verdict).html()})
		}
		all[n].Katas++
	}
	slices.SortStableFunc(all, func(a, b htmlVerdict) int { return b.Katas - a.Katas })
	return all
}

// htmlFacts is what it was graded with.
func htmlFacts(card score.Scorecard) []htmlFact {
	environment, sandbox := card.Environment, card.Environment.Sandbox
	race := "on"
	if !environment.Race {
		race = strings.TrimSpace("off. " + environment.NoRace)
	}
	sandboxed := sandbox.Rung
	if sandboxed != "" && len(sandbox.Missing) == 0 {
		sandboxed += ", no wall is missing"
	}
	var facts []htmlFact
	for _, fact := range []htmlFact{
		{"Go", environment.Go},
		{"system", environment.OS},
		{"race detector", race},
		{"sandbox", sandboxed},
		{"seed", fmt.Sprint(environment.Seed)},
		{"answers", card.Source.Digest},
	} {
		if fact.Value = phrase(fact.Value); fact.Value != "" {
			facts = append(facts, fact)
		}
	}
	return facts
}
