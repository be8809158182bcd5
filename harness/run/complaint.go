package run

import (
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

var (
	// position matches a line of the compiler's: "katas/sync/lock/lock.go:12:2: text".
	position = regexp.MustCompile(`^(?:vet: )?(.+?\.\w+):(\d+)(?::(\d+))?: (.*)$`)
	// signatures are the lines below a complaint that make it useful.
	signatures = regexp.MustCompile(`\n\t+have (.*)\n\t+want `)
)

// complaints sorts what the go command printed by kata, with the names of files
// as the learner knows them. Lines that concern no kata are left out, so that
// nothing remains if the fault is ours.
func (c *compiler) complaints(output string) map[string][]report.Complaint {
	found := map[string][]report.Complaint{}
	output = signatures.ReplaceAllString(output, ": have $1, want ")
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
			complaint := report.Complaint{
				Where:   report.Location{File: strings.TrimPrefix(stack.SpecFile("/"+file), "/"), Line: at},
				Column:  column,
				Message: strings.ReplaceAll(match[4], " "+c.options.Root+string(filepath.Separator), " "),
			}
			// By the name that only the overlay has, the specs are complained
			// of where they import an answer that can't be loaded.
			if complaint.Where.File != file {
				if where, is := stranger(answer); is {
					complaint.Where, complaint.Column = where, 0
				}
			}
			if strings.HasSuffix(complaint.Where.File, "_test.go") {
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
	// The compiler's later passes know a file by its package's path (-trimpath).
	file = strings.TrimPrefix(file, module+"/")
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

// stranger returns where a file of the answer says that it is of another package
// than the kata's.
func stranger(answer source.Answer) (where report.Location, is bool) {
	for _, name := range slices.Sorted(maps.Keys(answer.Files)) {
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, answer.Files[name], parser.PackageClauseOnly)
		if err == nil && file.Name.Name != path.Base(answer.Kata) {
			return report.Location{File: path.Join("katas", answer.Kata, name), Line: positions.Position(file.Package).Line}, true
		}
	}
	return report.Location{}, false
}
