package source

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/stub"
)

// ErrNoStub says that a tree's history holds no stub of a kata.
var ErrNoStub = errors.New("the history of this checkout holds no stub of it")

// mostRevisions bounds how far back Pristine looks.
const mostRevisions = 200

// Pristine returns the files of a kata's stub as they were last committed before
// anybody had worked on them: learners commit their answers too.
func Pristine(box *sandbox.Sandbox, root, kata string) (map[string][]byte, error) {
	repository := filepath.Join(root, ".git")
	if _, err := os.Stat(repository); err != nil {
		return nil, ErrNoStub
	}
	folder := path.Join("katas", kata) + "/"
	revisions, err := printed(box, repository, "rev-list", fmt.Sprint("--max-count=", mostRevisions), "HEAD", "--", folder)
	if err != nil {
		return nil, err
	}
	for revision := range strings.FieldsSeq(string(revisions)) {
		files, err := committed(box, repository, revision, folder)
		if err != nil {
			return nil, err
		}
		if stub.Untouched(files) {
			return files, nil
		}
	}
	return nil, ErrNoStub
}

// committed returns the code of a folder at a revision, specs aside.
func committed(box *sandbox.Sandbox, repository, revision, folder string) (map[string][]byte, error) {
	listing, err := printed(box, repository, "ls-tree", "-z", "--name-only", "--full-tree", revision, folder)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name := range strings.SplitSeq(string(listing), "\x00") {
		if name == "" || !isCode(path.Base(name)) {
			continue
		}
		if files[path.Base(name)], err = printed(box, repository, "cat-file", "blob", revision+":"+name); err != nil {
			return nil, err
		}
	}
	return files, nil
}
