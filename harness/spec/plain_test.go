package spec

import (
	"os"
	"path/filepath"
	"testing"
)

// Without the files, a stub that nobody has touched would be run as an answer.
func TestFilesOfAFolderThatLooksLikeAPattern(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "dojo [1]")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "lock.go"), []byte("package lock\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := files(folder); len(got) != 1 || string(got["lock.go"]) != "package lock\n" {
		t.Errorf("%q", got)
	}
}
