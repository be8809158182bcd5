package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// The parts of JUnit's XML that every consumer reads: Jenkins, GitLab, Azure and the
// actions for GitHub.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		File    string      `xml:"file,attr,omitempty"`
		Line    int         `xml:"line,attr,omitempty"`
		Skipped *junitWhy   `xml:"skipped"`
		Failure *junitWhy   `xml:"failure"`
		Error   *junitWhy   `xml:"error"`
		Points  junitPoints `xml:"properties>property"`
	}
	junitWhy struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
	junitPoints []junitProperty
	// junitProperty is a name with a value.
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
)

func renderJUnit(w io.Writer, card score.Scorecard, _ Options) error {
	all := testsOf(card)
	doc := junitSuites{Name: "dojo"}
	doc.Tests, doc.Failures, doc.Errors, doc.Skipped, doc.Time = junitCounts(all)
	for _, part := range suites(all) {
		suite := junitSuite{Name: phrase(part[0].kata.ID)}
		suite.Tests, suite.Failures, suite.Errors, suite.Skipped, suite.Time = junitCounts(part)
		for _, t := range part {
			suite.Cases = append(suite.Cases, t.junit())
		}
		doc.Suites = append(doc.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitCounts(all []test) (tests, failures, errors, skips int, time string) {
	seconds := 0.0
	for _, t := range all {
		seconds += t.seconds
	}
	return len(all), countOf(all, failedState), countOf(all, lost), countOf(all, skipped), fmt.Sprintf("%.3f", seconds)
}

// junit calls what is our fault an error, of type infrastructure, and what is the
// learner's a failure, of the verdict's type.
func (t test) junit() junitCase {
	c := junitCase{
		Name: t.name, Class: strings.ReplaceAll(phrase(t.kata.ID), "/", "."), Time: fmt.Sprintf("%.3f", t.seconds), File: t.file, Line: t.line,
		Points: junitPoints{{"points", fmt.Sprint(t.points)}, {"max", fmt.Sprint(t.max)}},
	}
	switch t.state {
	case failedState:
		c.Failure = &junitWhy{t.summary, t.kind, t.detail}
	case skipped:
		c.Skipped = &junitWhy{Message: t.summary}
	case lost:
		c.Error = &junitWhy{t.summary, "infrastructure", t.detail}
	}
	return c
}
