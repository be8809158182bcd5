// Package editor opens the editor that its user has chosen, at a line.
package editor

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNone is returned where no editor was chosen and none of the usual is there.
var ErrNone = errors.New("say which editor to open: export EDITOR=nano, for example")

// usual are looked for if nobody says which.
var usual = []string{"nano", "vim", "vi"}

// colon are the editors that take FILE:LINE, behind these flags; the others take
// +LINE FILE, as vi has since 1976.
var colon = map[string][]string{
	"code": {"--goto"}, "codium": {"--goto"}, "cursor": {"--goto"},
	"subl": nil, "zed": nil, "hx": nil, "helix": nil, "micro": nil,
}

// Editor is one that was not started yet. It is the learner's own program: it has
// the terminal, and no walls around it.
type Editor struct{ *exec.Cmd }

// Open returns $VISUAL, or else $EDITOR, or else a usual one, for a file at a line,
// which counts from 1.
func Open(file string, line int) (Editor, error) {
	words := strings.Fields(cmp.Or(os.Getenv("VISUAL"), os.Getenv("EDITOR")))
	if len(words) == 0 {
		for _, name := range usual {
			if _, err := exec.LookPath(name); err == nil {
				words = []string{name}
				break
			}
		}
	}
	if len(words) == 0 {
		return Editor{}, ErrNone
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return Editor{}, fmt.Errorf("open %s: %w", words[0], err)
	}
	return Editor{exec.Command(words[0], slices.Concat(words[1:], at(words[0], file, line))...)}, nil
}

// at are the arguments with which an editor opens a file at a line.
func at(editor, file string, line int) []string {
	flags, takes := colon[strings.TrimSuffix(filepath.Base(editor), ".exe")]
	if takes {
		return append(slices.Clone(flags), fmt.Sprintf("%s:%d", file, line))
	}
	return []string{fmt.Sprintf("+%d", line), file}
}

// SetStdin and the others hand over the terminal, if it was not set before.
func (e Editor) SetStdin(in io.Reader) { e.Stdin = in }

// SetStdout sets where the editor draws.
func (e Editor) SetStdout(out io.Writer) { e.Stdout = out }

// SetStderr sets where the editor complains.
func (e Editor) SetStderr(err io.Writer) { e.Stderr = err }
