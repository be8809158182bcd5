// Package notebook is what dojo remembers of a learner between two commands: which
// hints were read, and what became of an answer when it was last graded. It lies in
// the learner's clone and may be thrown away: but for the hints, all of it can be
// found out again.
package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folder holds the notebook, and what else is kept for the learner, below the root
// of a clone. It is not committed.
const Folder = ".dojo"

// Notebook is one learner's.
type Notebook struct {
	// Hints is the highest level read, by kata.
	Hints map[string]int `json:"hints"`
	// Graded is the last grading, by kata.
	Graded map[string]Grading `json:"graded"`
}

// Grading is what became of an answer.
type Grading struct {
	// Digest is of the answer and of the specs that it was held to: with another
	// digest, the grading is of something else.
	Digest  string `json:"digest"`
	Verdict string `json:"verdict"`
	Score   int    `json:"score"`
	Max     int    `json:"max"`
}

// Read returns the notebook of the clone at root, an empty one if there is none or
// nobody can make sense of it.
func Read(root string) Notebook {
	var n Notebook
	if text, err := os.ReadFile(filepath.Join(root, Folder, "notebook.json")); err == nil {
		if json.Unmarshal(text, &n) != nil {
			n = Notebook{}
		}
	}
	if n.Hints == nil {
		n.Hints = map[string]int{}
	}
	if n.Graded == nil {
		n.Graded = map[string]Grading{}
	}
	return n
}

// Write changes the notebook of the clone at root. Those who do so at once wait for
// each other, and readers see the whole of it. In a clone that can't be written to
// nothing is remembered.
func Write(root string, change func(*Notebook)) error {
	folder := filepath.Join(root, Folder)
	err := write(folder, root, change)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remember in %s: %w", folder, err)
	}
	return nil
}

func write(folder, root string, change func(*Notebook)) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	n := Read(root)
	change(&n)
	text, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	part := filepath.Join(folder, "notebook.json.part")
	if err := os.WriteFile(part, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(folder, "notebook.json"))
}
