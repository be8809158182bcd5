package katas_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/concurrency-dojo/dojo/katas"
)

// fuzzed is how many inputs each target is given: a few seconds' worth.
const fuzzed = "10000x"

// Fuzz targets hold whatever is laid over the stub to its promises; here it is the
// reference. An input that fails is kept in the kata's testdata, and is there to be
// run again.
func TestReferencesHoldForFuzzedInput(t *testing.T) {
	if testing.Short() {
		t.Skip("builds instrumented programs")
	}
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	found := 0
	for _, kata := range katas.Catalog {
		files, _ := filepath.Glob(filepath.Join(folder(kata), "*_test.go"))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range target.FindAllSubmatch(text, -1) {
				found++
				t.Run(kata.ID+"/"+string(match[1]), func(t *testing.T) { fuzz(t, kata, string(match[1])) })
			}
		}
	}
	if found == 0 {
		t.Error("no kata has a fuzz target")
	}
}

func fuzz(t *testing.T, kata katas.Kata, target string) {
	here, err := filepath.Abs(folder(kata))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "solutions", folder(kata), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	laid := map[string]string{}
	for _, file := range files {
		if laid[filepath.Join(here, filepath.Base(file))], err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": laid})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-run=^$", "-fuzz=^"+target+"$", "-fuzztime="+fuzzed, "./"+kata.ID)
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Error(err)
	}
}
