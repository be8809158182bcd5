package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Caps on a submission's answer to one kata.
const (
	mostFiles = 32
	mostBytes = 256 << 10 // of one file
)

// Submission takes the answers from a folder outside the tree: a copy of this
// project, only its katas folder, or the files of one kata. They are copied
// below staging.
func Submission(folder, staging string, katas []string) (Source, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Source{}, fmt.Errorf("open the submission: %w", err)
	}
	defer root.Close()
	s := Source{Kind: KindSubmission, Name: filepath.Base(filepath.Clean(folder)), Answers: map[string]Answer{}}
	for _, kata := range katas {
		for _, place := range places(kata, len(katas) == 1) {
			answer, err := take(root, place, kata, filepath.Join(staging, filepath.FromSlash(kata)))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return Source{}, err
			}
			if len(answer.Files) > 0 {
				s.Answers[kata] = answer
				break
			}
		}
	}
	if len(s.Answers) == 0 {
		return Source{}, fmt.Errorf("%s holds no answer: expected katas/TRACK/NAME/*.go, TRACK/NAME/*.go, or the files of one kata that is named on the command line", folder)
	}
	return s, nil
}

// places are where an answer may lie in a submission. The folder itself counts
// only if one kata was asked for: its files don't say which it answers.
func places(kata string, only bool) []string {
	found := []string{path.Join("katas", kata), kata, path.Base(kata)}
	if only {
		found = append(found, ".")
	}
	return found
}

// take copies the code of one folder of the submission.
func take(root *os.Root, place, kata, staging string) (Answer, error) {
	info, err := root.Stat(place)
	if err != nil {
		return Answer{}, err
	}
	if !info.IsDir() {
		return Answer{}, fs.ErrNotExist
	}
	entries, err := fs.ReadDir(root.FS(), place)
	if err != nil {
		return Answer{}, fmt.Errorf("read %s of the submission: %w", place, err)
	}
	answer := Answer{Kata: kata, Folder: staging, Files: map[string][]byte{}}
	for _, entry := range entries {
		if !isCode(entry.Name()) {
			continue
		}
		if len(answer.Files) == mostFiles {
			return Answer{}, fmt.Errorf("%s holds more than %d files of code", place, mostFiles)
		}
		name := path.Join(place, entry.Name())
		text, err := readFile(root, name)
		if err != nil {
			return Answer{}, err
		}
		answer.Files[entry.Name()] = text
	}
	return answer, stage(answer)
}

// readFile reads a regular file of at most mostBytes.
func readFile(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read %s of the submission: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s of the submission is not a regular file", name)
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s of the submission: %w", name, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s of the submission: %w", name, err)
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("%s of the submission is larger than %d KiB", name, mostBytes>>10)
	}
	return text, nil
}

// stage writes the copy that the compiler will read.
func stage(answer Answer) error {
	if err := os.MkdirAll(answer.Folder, 0o755); err != nil {
		return fmt.Errorf("copy the submission: %w", err)
	}
	for name, text := range answer.Files {
		if strings.ContainsAny(name, "\n\r") {
			return fmt.Errorf("the name %q of the submission holds a line break", name)
		}
		if err := os.WriteFile(filepath.Join(answer.Folder, name), text, 0o644); err != nil {
			return fmt.Errorf("copy the submission: %w", err)
		}
	}
	return nil
}
