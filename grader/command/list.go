package command

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/concurrency-dojo/dojo/grader/score"
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
	// Solved: it passed when it was last graded, and neither it nor its specs have
	// been changed since.
	Solved bool `json:"solved"`
}

// Run prints the curriculum.
func (c *listCommand) Run(t terminal) error {
	root, listed, err := chosen(c.Katas)
	if err != nil {
		return err
	}
	where, err := stand(root, listed)
	if err != nil {
		return err
	}
	rows := []row{}
	for i, kata := range listed {
		verdict := where.card.Katas[i].Verdict
		rows = append(rows, row{
			ID: kata.ID, Title: kata.Title, Level: kata.Level, Points: kata.Points, Linux: kata.Linux, Topics: kata.Topics,
			Started: verdict != score.KataNotAttempted && verdict != score.KataSkipped, Solved: verdict == score.KataPass,
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
		switch {
		case r.Solved:
			remark += "  solved"
		case r.Started:
			remark += "  started"
		}
		fmt.Fprintf(t.out, "  %-20s level %d  %2d points  %s%s\n", filepath.Base(r.ID), r.Level, r.Points, r.Title, remark)
	}
}
