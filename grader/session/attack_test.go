package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/concurrency-dojo/dojo/grader/bench"
	"github.com/concurrency-dojo/dojo/grader/outline"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// abused is one submission of the corpus in harness/testdata/abuse: an answer to
// a kata of its own, all of which have the same two specs.
type abused struct {
	group, name string
	text        string
	// verdicts are those that its line wants, any of which will do; none for an
	// honest answer. Where a rung lacks the wall it is those of unwalled.
	verdicts, unwalled []string
}

// wanted matches: // want "does its work" timeout|crash   or: // want refused
// or, with what a rung must tell that lacks the wall: // want … wrong else timeout
var wanted = regexp.MustCompile(`// want (?:"does its work" )?([a-z:|]+)(?: else ([a-z:|]+))?`)

// Specs of every answer of the corpus. The second is of what no deed touches: it must
// keep its verdict, whatever becomes of the first.
const abusedSpecs = `package NAME_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/abuse/NAME"
)

func TestAbuse(t *testing.T) { spec.Run(t) }

var _ = Describe("The answer", func() {
	It("does its work", spec.Worth(1), func(ctx SpecContext) {
		done := spec.Go(func() string { return NAME.Do() })
		var said string
		Eventually(ctx, done).Should(Receive(&said))
		Expect(said).To(Equal("done"))
	})

	It("does its other work", spec.Worth(1), func() {
		Expect(NAME.Other()).To(Equal("other"))
	})
})
`

const (
	abusedStub  = "package NAME\n\nfunc Do() string { panic(\"TODO: implement Do\") }\n\nfunc Other() string { panic(\"TODO: implement Other\") }\n"
	abusedOther = "package NAME\n\nfunc Other() string { return \"other\" }\n"
)

// abusedLimits are small, so that a missing wall costs the machine little. The memory is
// little more than the honest ones need: where a page fault is dear, those who take more
// than they may would run out of processor time before.
var abusedLimits = report.Limits{
	SpecCPU: 3 * time.Second, SpecWall: time.Minute, Output: 256 << 10, CPU: 20 * time.Second,
	Memory: 220 << 20, Processes: 250, Files: 1024, FileSize: 64 << 20, Disk: 64 << 20,
}

var abusedImports = []string{"errors", "fmt", "io", "net", "os", "os/exec", "os/signal", "path/filepath", "runtime", "runtime/debug", "strconv", "strings", "sync", "syscall", "time"}

// abuses reads the corpus, with the secret's path and the host's address filled in.
func abuses(t *testing.T, secret, host string) (all []abused) {
	t.Helper()
	files, err := filepath.Glob("../../harness/testdata/abuse/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no corpus: %v", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			text := strings.NewReplacer("SECRET_TOKEN", "SECRET_TOKEN", "SECRET", secret, "HOST", host, "BYTES\n", "\xff\xfe\n").Replace(string(file.Data))
			if before, row, found := strings.Cut(text, "REPEAT "); found {
				row, after, _ := strings.Cut(row, "\n")
				text = before + strings.Repeat(row+"\n", 2000) + after
			}
			one := abused{group: strings.TrimSuffix(filepath.Base(name), ".txtar"), name: strings.TrimSuffix(file.Name, ".go"), text: text}
			if match := wanted.FindStringSubmatch(text); match != nil {
				one.verdicts = strings.Split(match[1], "|")
				if match[2] != "" {
					one.unwalled = strings.Split(match[2], "|")
				}
			}
			if honest := one.group == "honest"; honest != (len(one.verdicts) == 0) {
				t.Fatalf("%s: %s: an honest answer wants nothing, and every other something", name, file.Name)
			}
			all = append(all, one)
		}
	}
	return all
}

// layAbuses makes a tree in which each answer has a kata, and a submission that has
// the answers.
func layAbuses(t *testing.T, all []abused) (tree, submission string, katas []session.Kata) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	tree, submission = t.TempDir(), t.TempDir()
	if err := bench.LayTree(root, tree); err != nil {
		t.Fatal(err)
	}
	write := func(file, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range all {
		named := func(text string) string { return strings.ReplaceAll(text, "NAME", one.name) }
		folder := filepath.Join("katas/abuse", one.name)
		write(filepath.Join(tree, folder, one.name+".go"), named(abusedStub))
		write(filepath.Join(tree, folder, one.name+"_test.go"), named(abusedSpecs))
		write(filepath.Join(submission, folder, one.name+".go"), one.text)
		write(filepath.Join(submission, folder, "other.go"), named(abusedOther))
		id := "abuse/" + one.name
		specs, err := outline.Read(tree, id)
		if err != nil {
			t.Fatal(err)
		}
		katas = append(katas, session.Kata{
			Kata: score.Kata{ID: id, Title: one.name, Specs: specs}, Limits: abusedLimits, Policy: source.Policy{Imports: abusedImports},
		})
	}
	return tree, submission, katas
}

// strangers are the rungs for code of strangers.
func strangers() (all []sandbox.Rung) {
	for rung := sandbox.Cgroup; rung <= sandbox.None; rung++ {
		if rung.ForStrangers() {
			all = append(all, rung)
		}
	}
	return all
}

// walls are what keeps a deed from being done, where one wall alone does.
var walls = map[string]string{"dialshost": "network", "dialsoutside": "network", "manyfiles": "number of files"}

// held reports whether a rung has the wall that a deed must not get through.
func (a abused) held(rung sandbox.Rung) bool { return !slices.Contains(rung.Missing(), walls[a.name]) }

// wants are the verdicts of which an answer must get one on a rung.
func (a abused) wants(rung sandbox.Rung) []string {
	if a.held(rung) {
		return a.verdicts
	}
	return a.unwalled
}

// asked reports whether anything is asked of an answer on a rung.
func (a abused) asked(rung sandbox.Rung) bool { return a.held(rung) || len(a.unwalled) > 0 }

// yields is what an answer must get on a rung, in words.
func (a abused) yields(rung sandbox.Rung) string {
	switch {
	case !a.asked(rung):
		return "no wall"
	case len(a.verdicts) == 0:
		return "pass"
	}
	return strings.Join(a.wants(rung), " or ")
}

// check says what is wrong with a verdict, "" if nothing is.
func (a abused) check(rung sandbox.Rung, card score.KataCard) string {
	if !a.asked(rung) {
		return ""
	}
	wants := a.wants(rung)
	if slices.Contains(wants, string(card.Verdict)) {
		return ""
	}
	var does, other string
	var why string
	for _, spec := range card.Specs {
		verdict := string(spec.Verdict)
		if spec.Diagnosis != nil {
			verdict, why = spec.Diagnosis.Kind, spec.Diagnosis.Summary+"\n"+spec.Diagnosis.Evidence
		}
		if spec.Name == "does its work" {
			does = verdict
		} else {
			other = verdict
		}
	}
	switch {
	case len(wants) == 0 && does == "pass" && other == "pass":
		return ""
	case len(wants) == 0:
		return fmt.Sprintf("it is honest, and got %s and %s: %s\n%s", does, other, card.Message, why)
	case !slices.Contains(wants, does):
		return fmt.Sprintf("want %v, got %s (%s): %s\n%s", wants, does, card.Verdict, card.Message, why)
	case other != "pass" && !strings.Contains(a.text, "func init()"):
		return fmt.Sprintf("the other spec got %s: %s", other, why)
	}
	return ""
}
