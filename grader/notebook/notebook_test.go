package notebook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/notebook"
)

func TestNothingIsLostWhereManyWrite(t *testing.T) {
	root := t.TempDir()
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := notebook.Write(root, func(n *notebook.Notebook) { n.Hints[fmt.Sprint("sync/", i)] = i }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	hints := notebook.Read(root).Hints
	for i := range 20 {
		if hints[fmt.Sprint("sync/", i)] != i {
			t.Errorf("entry %d is lost: %v", i, hints)
		}
	}
}

func TestNotebooksThatAreNone(t *testing.T) {
	for _, c := range []struct{ why, text string }{
		{"somebody has cut it short", `{"hints": {"sync/tally": 2`},
		{"it is of another kind", `{"hints": "many"}`},
		{"it has no hints", `{}`},
	} {
		t.Run(c.why, func(t *testing.T) {
			root := t.TempDir()
			if err := os.MkdirAll(filepath.Join(root, notebook.Folder), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, notebook.Folder, "notebook.json"), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := notebook.Write(root, func(n *notebook.Notebook) { n.Hints["sync/lock"]++ }); err != nil {
				t.Fatal(err)
			}
			if n := notebook.Read(root); len(n.Hints) != 1 || n.Hints["sync/lock"] != 1 {
				t.Errorf("it reads %v", n)
			}
		})
	}
}
