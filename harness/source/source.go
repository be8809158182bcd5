// Package source knows whose code is on trial and lays it over the pristine
// tree: the learner's own, a reference, another right or a wrong solution, or a
// submission from outside. What comes from outside is copied through os.Root, within
// caps, so that no link leads out of it and nothing of it is looked at twice.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Kind says whose code it is.
type Kind string

const (
	KindLearner   Kind = "learner"
	KindReference Kind = "reference"
	// KindRight is a second right answer in another design, KindWrong a known bug.
	// Their folders below a reference have these names.
	KindRight      Kind = "right"
	KindWrong      Kind = "wrong"
	KindSubmission Kind = "submission"
	// KindStub is the tree's own code when it is to be run although nobody has
	// touched it.
	KindStub Kind = "stub"
)

// Source is a set of answers.
type Source struct {
	Kind Kind
	// Name is the folder that a submission came from or a wrong solution's
	// name; empty for the others.
	Name string
	// Answers has one entry per kata that the source holds an answer to.
	Answers map[string]Answer
}

// Answer is the code for one kata.
type Answer struct {
	// Kata is the id, such as "sync/boundedqueue".
	Kata string
	// Files maps the name of each Go file, specs aside, to its text.
	Files map[string][]byte
	// Refused says why the answer was not taken; then it has no files.
	Refused []report.Complaint
	// Folder is where the files lie on this machine.
	Folder string
	// InPlace: Folder is the pristine tree's own, so nothing is laid over it.
	InPlace bool
}

// Learner returns what the tree at root holds under katas.
func Learner(root string, katas []string) (Source, error) {
	s := Source{Kind: KindLearner, Answers: map[string]Answer{}}
	for _, kata := range katas {
		answer, err := read(kata, filepath.Join(root, "katas", filepath.FromSlash(kata)))
		if err != nil {
			return Source{}, err
		}
		answer.InPlace = true
		s.Answers[kata] = answer
	}
	return s, nil
}

// Stub returns what the tree at root holds under katas, to be run even where
// nobody has touched it.
func Stub(root string, katas []string) (Source, error) {
	s, err := Learner(root, katas)
	s.Kind = KindStub
	return s, err
}

// Reference returns the reference solutions of the tree at root.
func Reference(root string, katas []string) (Source, error) {
	s := Source{Kind: KindReference, Answers: map[string]Answer{}}
	for _, kata := range katas {
		answer, err := read(kata, filepath.Join(root, "solutions", filepath.FromSlash(kata)))
		if err != nil {
			return Source{}, err
		}
		s.Answers[kata] = answer
	}
	return s, nil
}

// Example returns the right or wrong solution of that name, of each kata that has
// one.
func Example(root string, katas []string, kind Kind, name string) (Source, error) {
	s := Source{Kind: kind, Name: name, Answers: map[string]Answer{}}
	for _, kata := range katas {
		folder := filepath.Join(examples(root, kata, kind), name)
		if _, err := os.Stat(folder); err != nil {
			continue
		}
		answer, err := read(kata, folder)
		if err != nil {
			return Source{}, err
		}
		s.Answers[kata] = answer
	}
	if len(s.Answers) == 0 {
		return Source{}, fmt.Errorf("no %s solution is named %q", kind, name)
	}
	return s, nil
}

// ExampleNames returns the names of a kata's right or wrong solutions, sorted.
func ExampleNames(root, kata string, kind Kind) ([]string, error) {
	entries, err := os.ReadDir(examples(root, kata, kind))
	if os.IsNotExist(err) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

func examples(root, kata string, kind Kind) string {
	return filepath.Join(root, "solutions", filepath.FromSlash(kata), string(kind))
}

// Digest identifies the answers by content: SHA-256 over ids, names and texts.
func (s Source) Digest() string {
	sum := sha256.New()
	for _, kata := range slices.Sorted(maps.Keys(s.Answers)) {
		for _, name := range slices.Sorted(maps.Keys(s.Answers[kata].Files)) {
			fmt.Fprintf(sum, "%s/%s %d\n", kata, name, len(s.Answers[kata].Files[name]))
			sum.Write(s.Answers[kata].Files[name])
		}
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// read takes the Go files of a folder of our own tree.
func read(kata, folder string) (Answer, error) {
	answer := Answer{Kata: kata, Folder: folder, Files: map[string][]byte{}}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return Answer{}, fmt.Errorf("source: read %s: %w", kata, err)
	}
	for _, entry := range entries {
		if !isCode(entry.Name()) || !entry.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return Answer{}, fmt.Errorf("source: read %s: %w", kata, err)
		}
		answer.Files[entry.Name()] = text
	}
	return answer, nil
}

// isCode reports whether a file is part of an answer. Specs never are: they come
// from the pristine tree alone. What the compiler would take besides Go is taken
// too, so that the policy can refuse it; what it passes over, an editor's notes
// for one, is not.
func isCode(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return false
	}
	switch path.Ext(name) {
	case ".go":
		return !strings.HasSuffix(name, "_test.go")
	case ".s", ".S", ".c", ".cc", ".cpp", ".h", ".m", ".syso", ".f":
		return true
	}
	return false
}
