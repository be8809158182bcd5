package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/source"
)

func TestOnlyTheTreesOwnBinariesAreKept(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	files := map[string]bool{}
	for _, kind := range []source.Kind{source.KindLearner, source.KindReference, source.KindStub} {
		for _, root := range []string{"/a", "/b"} {
			files[kept(root, kind)] = true
		}
	}
	if len(files) != 6 || files[""] {
		t.Errorf("six trees are kept in %v", files)
	}
	for _, kind := range []source.Kind{source.KindSubmission, source.KindWrong} {
		if file := kept("/a", kind); file != "" {
			t.Errorf("a %s is kept in %s", kind, file)
		}
	}
}

func TestWhatIsKeptIsRecalledWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dojo", "x.bin")
	work := t.TempDir()
	for _, text := range []string{"first", "second"} {
		made := filepath.Join(work, text)
		os.WriteFile(made, []byte(text), 0o755)
		keep(file, made)
		recalled := filepath.Join(work, text+" again")
		recall(file, recalled)
		if got, err := os.ReadFile(recalled); err != nil || string(got) != text {
			t.Errorf("recalled %q, %v, want %q", got, err, text)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left are %v", left)
	}
	recall(filepath.Join(work, "nothing"), filepath.Join(work, "never"))
	if _, err := os.Stat(filepath.Join(work, "never")); err == nil {
		t.Error("what was never kept was recalled")
	}
}
