package session_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/outline"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// A right answer of a stranger's is compiled and passes behind whatever walls the
// machine offers.
func TestASubmissionPassesOnEveryRung(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	toolchain, err := run.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const id = "sync/boundedqueue"
	submission := t.TempDir()
	if err := os.CopyFS(filepath.Join(submission, "katas", id), os.DirFS(filepath.Join(root, "solutions", id))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(submission, "katas", id, "wrong")); err != nil {
		t.Fatal(err)
	}
	specs, err := outline.Read(root, id)
	if err != nil {
		t.Fatal(err)
	}
	kata := session.Kata{Kata: score.Kata{ID: id, Specs: specs}, Policy: source.Policy{Imports: []string{"context", "errors", "sync"}}}
	for _, step := range sandbox.Ladder() {
		t.Run(step.Rung.String(), func(t *testing.T) {
			if step.Lacks != "" {
				t.Skip(step.Lacks)
			}
			box, err := sandbox.On(step.Rung)
			if err != nil {
				t.Fatal(err)
			}
			src, err := source.Submission(submission, t.TempDir(), []string{id}, box)
			if err != nil {
				t.Fatal(err)
			}
			cards, err := session.Grade(t.Context(), src, []session.Kata{kata}, run.Options{
				Root: root, Toolchain: toolchain, Sandbox: box, Repeat: 1, Seed: 1000,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range cards[0].Specs {
				if spec.Verdict != score.SpecPass {
					t.Errorf("%s: %s %+v", spec.Name, spec.Verdict, spec.Diagnosis)
				}
			}
			if len(cards[0].Specs) == 0 {
				t.Errorf("%s: %s", cards[0].Verdict, cards[0].Message)
			}
		})
	}
}
