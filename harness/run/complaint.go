package run

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// position matches a line of the compiler's: "katas/sync/lock/lock.go:12:2: text".
var position = regexp.MustCompile(`^(?:vet: )?(\S+\.\w+):(\d+)(?::(\d+))?: (.*)$`)

// complaints sorts what the go command printed by kata, with the names of files
// as the learner knows them. Lines that concern no kata are left out, so that
// nothing remains if the fault is ours.
func (c *compiler) complaints(output string) map[string][]report.Complaint {
	found := map[string][]report.Complaint{}
	for line := range strings.Lines(output) {
		match := position.FindStringSubmatch(strings.TrimSpace(line))
		if match == nil {
			continue
		}
		file := c.learnersName(match[1])
		for _, answer := range c.answers {
			if !strings.HasPrefix(file, "katas/"+answer.Kata+"/") {
				continue
			}
			at, _ := strconv.Atoi(match[2])
			column, _ := strconv.Atoi(match[3])
			complaint := report.Complaint{Where: report.Location{File: file, Line: at}, Column: column, Message: match[4]}
			if strings.HasSuffix(file, "_test.go") {
				complaint.Message += " (the specs use this: keep the names and signatures of the stub)"
			}
			found[answer.Kata] = append(found[answer.Kata], complaint)
		}
	}
	return found
}

// learnersName returns the path below the root of the file that the compiler
// complains of: it cites the file that stands in for it.
func (c *compiler) learnersName(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(c.options.Root, file)
	}
	if name, ok := c.terms[file]; ok {
		return strings.TrimPrefix(name, "/")
	}
	if relative, err := filepath.Rel(c.options.Root, file); err == nil {
		return filepath.ToSlash(relative)
	}
	return file
}
