package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// Caps on a submission's answer to one kata.
const (
	mostFiles = 32
	mostBytes = 256 << 10 // of one file
)

// Submission takes the answers to katas from outside the tree. From is a folder, a
// zip, tar or tar.gz archive, a bare repository, or REPOSITORY@REVISION. In it lies
// a copy of this project, only its katas folder, or the files of one kata. They are
// copied below staging.
func Submission(from, staging string, katas []string, box *sandbox.Sandbox) (Source, error) {
	folder, err := opened(from, filepath.Join(staging, "submission"), box)
	if err != nil {
		return Source{}, fmt.Errorf("open the submission %s: %w", from, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Source{}, fmt.Errorf("open the submission: %w", err)
	}
	defer root.Close()
	s := Source{Kind: KindSubmission, Name: filepath.Base(filepath.Clean(from)), Answers: map[string]Answer{}}
	for _, kata := range katas {
		for _, place := range places(kata, len(katas) == 1) {
			answer, err := take(root, place, kata, filepath.Join(staging, "answers", filepath.FromSlash(kata)))
			if err != nil {
				return Source{}, err
			}
			if len(answer.Files) > 0 || len(answer.Refused) > 0 {
				s.Answers[kata] = answer
				break
			}
		}
	}
	if len(s.Answers) == 0 {
		return Source{}, fmt.Errorf("%s holds no answer: expected katas/TRACK/NAME/*.go, TRACK/NAME/*.go, or the files of one kata that is named on the command line", from)
	}
	return s, nil
}

// opened returns a folder with what there is at from, unpacked if need be.
func opened(from, folder string, box *sandbox.Sandbox) (string, error) {
	if repository, revision, is := revision(from); is {
		return folder, checkOut(box, repository, revision, folder)
	}
	info, err := os.Stat(from)
	if err != nil || info.IsDir() {
		return from, err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("it is neither a folder nor a regular file")
	}
	if err := unpack(from, folder); err != nil {
		return "", err
	}
	return wrapped(folder)
}

// wrapped returns the one folder that everything of an archive lies in, as archives
// of whole repositories have it, or else the archive's own.
func wrapped(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || !entries[0].IsDir() {
		return folder, err
	}
	inner := filepath.Join(folder, entries[0].Name())
	if _, err := os.Stat(filepath.Join(inner, "katas")); err != nil {
		return folder, nil
	}
	return inner, nil
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

// take copies the code of one folder of the submission. There may be none, and
// it may be refused; an error is no fault of the submission's.
func take(root *os.Root, place, kata, staging string) (Answer, error) {
	answer := Answer{Kata: kata, Folder: staging, Files: map[string][]byte{}}
	info, err := root.Stat(place)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), err == nil && !info.IsDir():
		return answer, nil
	case err != nil:
		return refuse(kata, "", err)
	}
	entries, err := fs.ReadDir(root.FS(), place)
	if err != nil {
		return refuse(kata, "", err)
	}
	for _, entry := range entries {
		if !isCode(entry.Name()) {
			continue
		}
		text, err := readFile(root, path.Join(place, entry.Name()))
		if len(answer.Files) == mostFiles {
			err = objection(fmt.Sprintf("this is one of more than %d files of code", mostFiles))
		}
		if err != nil {
			return refuse(kata, entry.Name(), err)
		}
		answer.Files[entry.Name()] = text
	}
	return answer, stage(answer)
}

// readFile reads a regular file of at most mostBytes.
func readFile(root *os.Root, name string) ([]byte, error) {
	if strings.ContainsAny(name, "\n\r") {
		return nil, objection("this name holds a line break")
	}
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, objection("this is not a regular file")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = objection(fmt.Sprintf("this is larger than %d KiB", mostBytes>>10))
	}
	return text, err
}

// objection is what is wrong with a file although the system would read it.
type objection string

func (o objection) Error() string { return string(o) }

// theirs are the system's errors that a submission is to blame for. A machine
// that is short of memory or descriptors, for one, is not a learner's fault.
var theirs = []syscall.Errno{syscall.EACCES, syscall.EPERM, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.ENOENT, syscall.ENOTDIR}

// refuse is the answer to a kata of which one file, or the folder if name is
// empty, can't be taken: it costs this kata and no other.
func refuse(kata, name string, err error) (Answer, error) {
	var number syscall.Errno
	if errors.As(err, &number) && !slices.Contains(theirs, number) {
		return Answer{}, fmt.Errorf("read the submission: %w", err)
	}
	message := err.Error()
	// The error's own path is that of the submission, whose layout may differ.
	if at := new(fs.PathError); errors.As(err, &at) {
		message = "this can't be read: " + at.Err.Error()
	}
	quoted := strconv.Quote(name)
	where := report.Location{File: path.Join("katas", kata, quoted[1:len(quoted)-1]), Line: 1}
	return Answer{Kata: kata, Refused: []report.Complaint{{Where: where, Message: message}}}, nil
}

// stage writes the copy that the compiler will read.
func stage(answer Answer) error {
	if err := os.MkdirAll(answer.Folder, 0o755); err != nil {
		return fmt.Errorf("copy the submission: %w", err)
	}
	for name, text := range answer.Files {
		if err := os.WriteFile(filepath.Join(answer.Folder, name), text, 0o644); err != nil {
			return fmt.Errorf("copy the submission: %w", err)
		}
	}
	return nil
}
