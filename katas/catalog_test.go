package katas_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/outline"
	"github.com/concurrency-dojo/dojo/harness/stub"
	"github.com/concurrency-dojo/dojo/katas"
)

var update = flag.Bool("update", false, "write the generated parts of the README")

// folder of a kata in this tree.
func folder(kata katas.Kata) string { return filepath.FromSlash(kata.ID) }

func TestEveryKataIsWhole(t *testing.T) {
	for _, kata := range katas.Catalog {
		t.Run(kata.ID, func(t *testing.T) {
			for _, file := range []string{"doc.go", kata.Name() + ".go", "hints.md"} {
				if _, err := os.Stat(filepath.Join(folder(kata), file)); err != nil {
					t.Error(err)
				}
			}
			specs, err := outline.Read("..", kata.ID)
			if err != nil {
				t.Fatal(err)
			}
			points := 0
			for _, spec := range specs {
				points += spec.Points
			}
			if points != kata.Points {
				t.Errorf("the specs are worth %d points, the catalogue says %d", points, kata.Points)
			}
			if kata.Level < 1 || kata.Level > 5 || kata.Title == "" || len(kata.Topics) == 0 {
				t.Errorf("the row lacks something: %+v", kata)
			}
		})
	}
}

func TestEveryFolderHasARow(t *testing.T) {
	folders, err := filepath.Glob("*/*/doc.go")
	if err != nil || len(folders) == 0 {
		t.Fatal("no katas found", err)
	}
	if len(folders) != len(katas.Catalog) {
		t.Errorf("%d folders hold a brief, the catalogue has %d rows", len(folders), len(katas.Catalog))
	}
}

// The stub as it is committed: the learner's own tree may be past it.
func TestEveryCommittedStubIsUntouched(t *testing.T) {
	for _, kata := range katas.Catalog {
		name := "katas/" + kata.ID + "/" + kata.Name() + ".go"
		text, err := exec.Command("git", "show", "HEAD:"+name).Output()
		if err != nil {
			t.Skipf("not a git checkout that holds %s: %v", name, err)
		}
		if !stub.Untouched(map[string][]byte{name: text}) {
			t.Errorf("%s is not a stub: every function must be panic(\"TODO: …\")", name)
		}
	}
}

func TestEveryKataHasThreeHints(t *testing.T) {
	want := []string{"# Where to look", "# Which tool", "# The idea"}
	for _, kata := range katas.Catalog {
		text, err := os.ReadFile(filepath.Join(folder(kata), "hints.md"))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`(?m)^# .*$`).FindAllString(string(text), -1)
		if strings.Join(found, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: the headings are %q, want %q", kata.ID, found, want)
		}
	}
}

func TestEveryKataHasSixWrongSolutions(t *testing.T) {
	for _, kata := range katas.Catalog {
		found, err := filepath.Glob(filepath.Join("..", "solutions", folder(kata), "wrong", "*", kata.Name()+".go"))
		if err != nil || len(found) < 6 {
			t.Errorf("%s: %d wrong solutions, want at least 6 (%v)", kata.ID, len(found), err)
		}
	}
}

// Specs hold an answer to its promises, not to a design: where designs differ most, a
// second one must pass too.
func TestKatasOfGoroutinesHaveAnotherRightAnswer(t *testing.T) {
	for _, kata := range katas.Catalog {
		if track := kata.Track(); track != "sync" && track != "coro" {
			continue
		}
		found, err := filepath.Glob(filepath.Join("..", "solutions", folder(kata), "right", "*", kata.Name()+".go"))
		if err != nil || len(found) == 0 {
			t.Errorf("%s: no other right answer (%v)", kata.ID, err)
		}
	}
}

// A timeout in a spec fails a slow machine; what ends a wait is rest.
func TestSpecsNameNoTimes(t *testing.T) {
	bad := regexp.MustCompile(`time\.Sleep|WithTimeout\(|\.Within\(|Eventually\((func|[^c]|c[^t])`)
	files, _ := filepath.Glob("*/*/*_test.go")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if code, _, _ := strings.Cut(line, "//"); bad.MatchString(code) {
				t.Errorf("katas/%s:%d: specs synchronise by events: %s", file, n+1, strings.TrimSpace(line))
			}
		}
	}
}

const (
	begin = "<!-- generated from katas/catalog.go: go test ./katas -update -->\n"
	end   = "<!-- end of generated text -->\n"
)

func TestReadmeMapsTopicsToKatas(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	old, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatal("README.md lacks the marks of its generated part")
	}
	if *update {
		if err := os.WriteFile("../README.md", []byte(before+begin+table()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != table() {
		t.Errorf("the table of README.md is not the catalogue's: go test ./katas -update")
	}
}

func table() string {
	var text strings.Builder
	text.WriteString("| topic of the lectures | kata | level | points |\n|---|---|---|---|\n")
	for _, kata := range katas.Catalog {
		fmt.Fprintf(&text, "| %s | [%s](katas/%s/doc.go): %s | %d | %d |\n",
			strings.Join(kata.Topics, ", "), kata.ID, kata.ID, kata.Title, kata.Level, kata.Points)
	}
	return text.String()
}
