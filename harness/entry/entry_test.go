package entry_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/entry"
)

func TestAProgramThatBeginsHereAsksForHugePages(t *testing.T) {
	symbol, ok := entry.Symbol()
	if !ok {
		t.Skip("a program begins here on linux/amd64 only")
	}
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("this kernel has no huge pages to give: ", err)
	}
	asks := func(flags ...string) bool {
		t.Helper()
		program := filepath.Join(t.TempDir(), "begins")
		build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), "./testdata/begins")...)
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", build, err, output)
		}
		told, err := exec.Command(program, "an argument").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, told)
		}
		fields := strings.Fields(string(told))
		if !slices.Contains(fields, "rd") {
			t.Fatalf("no flags of this memory: %s", told)
		}
		return slices.Contains(fields, "hg")
	}
	if asks() {
		t.Error("a program that begins where others do asks too: then none need begin here")
	}
	if !asks("-ldflags=-E " + symbol) {
		t.Error("it doesn't ask")
	}
}
