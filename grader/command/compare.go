package command

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/concurrency-dojo/dojo/grader/lesson"
	"github.com/concurrency-dojo/dojo/grader/render"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/katas"
)

type compareCommand struct {
	Kata  string `arg:"" help:"The kata: track/name or a name."`
	Spoil bool   `help:"Show the reference although the kata is not solved."`
}

func (c *compareCommand) Help() string {
	return `Once you have solved a kata: classic wrong solutions that yours is not, and what
the reference does otherwise. Lines with - are yours, with + the reference's.

  dojo compare boundedqueue`
}

// Run shows the reference next to the learner's own answer.
func (c *compareCommand) Run(t terminal) error {
	root, kata, err := chosenOne(c.Kata)
	if err != nil {
		return err
	}
	where, err := stand(root, []katas.Kata{kata})
	if err != nil {
		return err
	}
	done := where.card.Katas[0].Verdict == score.KataPass
	if !done && !c.Spoil {
		return usage("%s is not solved as it stands: make grade KATA=%s; or say --spoil, and read the reference anyway", kata.ID, kata.ID)
	}
	if done {
		if err := avoided(t.out, root, kata.ID, renderOptions(t.out)); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
	}
	text, err := beside(root, kata.ID)
	if err != nil {
		return err
	}
	return render.Diff(t.out, text, renderOptions(t.out))
}

// mostAvoided are as many as one reads.
const mostAvoided = 6

// avoided tells which bugs an answer that passes does not have.
func avoided(out io.Writer, root, kata string, options render.Options) error {
	bugs, err := lesson.Bugs(root, kata, mostAvoided)
	if err != nil || len(bugs) == 0 {
		return err
	}
	var stories []string
	for _, bug := range bugs {
		stories = append(stories, bug.Story)
	}
	return render.Avoided(out, kata, stories, options)
}

// beside is how an answer differs from the reference, file by file.
func beside(root, kata string) (string, error) {
	own, err := source.Learner(root, []string{kata})
	if err != nil {
		return "", err
	}
	reference, err := source.Reference(root, []string{kata})
	if err != nil {
		return "", err
	}
	mine, theirs := own.Answers[kata].Files, reference.Answers[kata].Files
	// The brief is the same for all.
	delete(mine, "doc.go")
	var text []byte
	all := slices.Concat(slices.Collect(maps.Keys(mine)), slices.Collect(maps.Keys(theirs)))
	slices.Sort(all)
	for _, file := range slices.Compact(all) {
		text = append(text, diff.Diff(named("katas", kata, file, mine), mine[file], named("solutions", kata, file, theirs), theirs[file])...)
	}
	if len(text) == 0 {
		return "Your answer is the reference, letter by letter.\n", nil
	}
	return string(text), nil
}

func named(folder, kata, file string, files map[string][]byte) string {
	if _, there := files[file]; !there {
		return os.DevNull
	}
	return filepath.ToSlash(filepath.Join(folder, kata, file))
}
