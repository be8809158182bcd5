package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/source"
)

// prepare makes a copy of the tree in which every kata is solved, so that go
// test has the same to do.
func (b *bench) prepare() error {
	for _, part := range []string{"go.mod", "go.sum", "harness", "grader", "katas", "solutions"} {
		from := filepath.Join(b.Root, part)
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		to := filepath.Join(b.clone, part)
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			err = copyFile(from, to)
		}
		if err != nil {
			return err
		}
	}
	references, err := source.Reference(b.Root, b.ids())
	if err != nil {
		return err
	}
	for id, answer := range references.Answers {
		for name, text := range answer.Files {
			if err := os.WriteFile(filepath.Join(b.clone, "katas", filepath.FromSlash(id), name), text, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) ids() []string {
	var ids []string
	for _, kata := range b.Katas {
		ids = append(ids, kata.ID)
	}
	return ids
}

// copyFile makes the folders that it needs.
func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// edit changes the code of a kata, so that it must be compiled and linked anew.
func (b *bench) edit(kata string) error {
	b.edits++
	file := filepath.Join(b.clone, "katas", filepath.FromSlash(kata), filepath.Base(kata)+".go")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, _, _ := strings.Cut(string(text), "\n// Edit ")
	return os.WriteFile(file, fmt.Appendf(nil, "%s\n// Edit is what changes.\nvar Edit = %d\n", before, b.edits), 0o644)
}

// cache is this environment with a build cache of its own.
func (b *bench) cache(name string) []string {
	return append(os.Environ(), "GOCACHE="+filepath.Join(b.work, "cache-"+name))
}

func (b *bench) emptyCaches() error {
	for _, name := range []string{"ours", "theirs"} {
		if err := os.RemoveAll(filepath.Join(b.work, "cache-"+name)); err != nil {
			return err
		}
	}
	return nil
}
