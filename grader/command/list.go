package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stub"
	"github.com/concurrency-dojo/dojo/katas"
)

type listCommand struct {
	Katas []string `arg:"" optional:"" name:"kata" help:"Katas or tracks to list. All without one."`
	JSON  bool     `help:"Print JSON for programs."`
}

// row is a kata in the JSON of list.
type row struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Level  int      `json:"level"`
	Points int      `json:"points"`
	Linux  bool     `json:"linux"`
	Topics []string `json:"topics"`
	// Started: the stub was touched.
	Started bool `json:"started"`
}

// Run prints the curriculum.
func (c *listCommand) Run(t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	chosen, err := selectKatas(c.Katas)
	if err != nil {
		return err
	}
	learner, err := source.Learner(root, catalogIDs(chosen))
	if err != nil {
		return err
	}
	rows := []row{}
	for _, kata := range chosen {
		rows = append(rows, row{
			ID: kata.ID, Title: kata.Title, Level: kata.Level, Points: kata.Points, Linux: kata.Linux,
			Topics: kata.Topics, Started: !stub.Untouched(learner.Answers[kata.ID].Files),
		})
	}
	if c.JSON {
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	for _, track := range katas.Tracks {
		c.printTrack(t, track.Name, track.About, rows)
	}
	return nil
}

func (c *listCommand) printTrack(t terminal, track, about string, rows []row) {
	headed := false
	for _, r := range rows {
		if filepath.Dir(r.ID) != track {
			continue
		}
		if !headed {
			fmt.Fprintf(t.out, "%s: %s\n", track, about)
			headed = true
		}
		remark := ""
		if r.Linux {
			remark = "  Linux"
		}
		if r.Started {
			remark += "  started"
		}
		fmt.Fprintf(t.out, "  %-20s level %d  %2d points  %s%s\n", filepath.Base(r.ID), r.Level, r.Points, r.Title, remark)
	}
}

type showCommand struct {
	Kata string `arg:"" help:"The kata: track/name or a name."`
}

// Run prints the brief, which is the comment of doc.go.
func (c *showCommand) Run(t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	kata, err := selectKata(c.Kata)
	if err != nil {
		return err
	}
	text, err := brief(filepath.Join(root, "katas", filepath.FromSlash(kata.ID), "doc.go"))
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %s\nlevel %d, %d points\n\n%s\nread   katas/%s/doc.go\nwrite  katas/%s/%s.go\ngrade  make grade KATA=%s\n",
		kata.ID, kata.Title, kata.Level, kata.Points, text, kata.ID, kata.ID, kata.Name(), kata.ID)
	return nil
}

type hintCommand struct {
	Kata  string `arg:"" help:"The kata: track/name or a name."`
	Level int    `default:"1" help:"1 says where to look, 2 which tool, 3 the idea."`
}

// Run prints the hints up to the level.
func (c *hintCommand) Run(t terminal) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	kata, err := selectKata(c.Kata)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, "katas", filepath.FromSlash(kata.ID), "hints.md"))
	if err != nil {
		return fmt.Errorf("read the hints: %w", err)
	}
	all := hints(string(text))
	if c.Level < 1 || c.Level > len(all) {
		return usage("--level takes 1 to %d", len(all))
	}
	fmt.Fprintf(t.out, "%s\n", all[c.Level-1])
	if c.Level < len(all) {
		fmt.Fprintf(t.out, "\nmore: make hint KATA=%s LEVEL=%d\n", kata.ID, c.Level+1)
	}
	return nil
}
