package source

import (
	"os"
	"path/filepath"
)

// Overlay adds to replace what makes the compiler see the answer in place of
// the tree's own code, in the form of go build -overlay: a path of the tree to
// the file that is read instead, or to "" if there is none. The brief, doc.go,
// stays unless the answer has one.
func (a Answer) Overlay(root string, replace map[string]string) error {
	if a.InPlace {
		return nil
	}
	folder := filepath.Join(root, "katas", filepath.FromSlash(a.Kata))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if isCode(entry.Name()) && entry.Name() != "doc.go" {
			replace[filepath.Join(folder, entry.Name())] = ""
		}
	}
	for name := range a.Files {
		replace[filepath.Join(folder, name)] = filepath.Join(a.Folder, name)
	}
	return nil
}
