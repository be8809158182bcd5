// Package lesson is what a kata has to say to those who work on it: the brief, the
// hints, and, once it is solved, the bugs that were avoided. All of it stands in the
// tree; here it is only found.
package lesson

import (
	"cmp"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/source"
)

// Brief is the comment of a kata's doc.go as text, as go doc renders it.
func Brief(root, kata string) (string, error) {
	file := filepath.Join(root, "katas", filepath.FromSlash(kata), "doc.go")
	source, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the brief: %w", err)
	}
	text, err := about(file, source)
	if err != nil {
		return "", fmt.Errorf("read the brief: %w", err)
	}
	var reader comment.Parser
	printer := comment.Printer{TextWidth: 78}
	return string(printer.Text(reader.Parse(text))), nil
}

// about is the package comment of a file.
func about(file string, text []byte) (string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return parsed.Doc.Text(), nil
}

// Hints are those of a kata, each with its heading; each says more than the one
// before.
func Hints(root, kata string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(root, "katas", filepath.FromSlash(kata), "hints.md"))
	if err != nil {
		return nil, fmt.Errorf("read the hints: %w", err)
	}
	var all []string
	for part := range strings.SplitSeq("\n"+string(text), "\n# ") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all, nil
}

// Bug is a wrong solution that people write.
type Bug struct {
	Name string
	// Story says what it does, in a sentence or two that begin with "One".
	Story string
	// Spec and Verdict are how it is caught.
	Spec, Verdict string
}

// Bugs are up to most of a kata's wrong solutions, as different from each other as
// there are.
func Bugs(root, kata string, most int) ([]Bug, error) {
	names, err := source.ExampleNames(root, kata, source.KindWrong)
	if err != nil {
		return nil, fmt.Errorf("read the wrong solutions: %w", err)
	}
	var all []Bug
	for _, name := range names {
		src, err := source.Example(root, []string{kata}, source.KindWrong, name)
		if err != nil {
			return nil, fmt.Errorf("read the wrong solution %s: %w", name, err)
		}
		bug, err := read(src.Answers[kata], name)
		if err != nil {
			return nil, fmt.Errorf("read the wrong solution %s: %w", name, err)
		}
		if bug.Story != "" {
			all = append(all, bug)
		}
	}
	return choose(all, most), nil
}

func read(answer source.Answer, name string) (Bug, error) {
	bug := Bug{Name: name}
	for _, file := range slices.Sorted(maps.Keys(answer.Files)) {
		comment, err := about(file, answer.Files[file])
		if err != nil {
			return bug, err
		}
		bug.Story = cmp.Or(bug.Story, told(comment))
	}
	if wants, _ := answer.Wants(); len(wants) > 0 {
		bug.Spec, bug.Verdict = wants[0].Spec, wants[0].Verdicts[0]
	}
	return bug, nil
}

// told turns a comment, "Package tally drains in two steps: …", into a sentence on
// its own.
func told(comment string) string {
	words := strings.Fields(comment)
	if len(words) < 3 || words[0] != "Package" {
		return ""
	}
	return "One " + strings.Join(words[2:], " ")
}

// choose takes bugs one by one: each time one that is caught in a way, and then by
// a spec, of which there are fewest among those taken.
func choose(all []Bug, most int) (chosen []Bug) {
	verdicts, specs := map[string]int{}, map[string]int{}
	left := slices.Clone(all)
	for len(left) > 0 && len(chosen) < most {
		next := slices.MinFunc(left, func(a, b Bug) int {
			return cmp.Or(verdicts[a.Verdict]-verdicts[b.Verdict], specs[a.Spec]-specs[b.Spec])
		})
		verdicts[next.Verdict]++
		specs[next.Spec]++
		chosen = append(chosen, next)
		left = slices.DeleteFunc(left, func(b Bug) bool { return b == next })
	}
	return chosen
}
