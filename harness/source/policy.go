package source

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/instrument"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// Policy is what an answer to one kata may import and say.
type Policy struct {
	// Imports are the paths that may be imported.
	Imports []string
	// Constraint is the one build constraint that may stand in a file, because
	// the stub has it: "//go:build linux". Empty where none may.
	Constraint string
}

// Check returns what the answer was refused for already and what it breaks, with
// file and line. Compiling is for later: a file that doesn't parse is the
// compiler's to complain of.
func (p Policy) Check(answer Answer) []report.Complaint {
	all := slices.Clone(answer.Refused)
	for _, name := range slices.Sorted(maps.Keys(answer.Files)) {
		complain := func(line int, message, allowed string) {
			all = append(all, report.Complaint{
				Where:   report.Location{File: path.Join("katas", answer.Kata, name), Line: line},
				Message: message,
				Allowed: allowed,
			})
		}
		if path.Ext(name) != ".go" {
			complain(1, "this is not Go", "write the answer in .go files")
			continue
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, answer.Files[name], parser.ParseComments|parser.SkipObjectResolution)
		if tooDeep(err) {
			complain(1, "this is nested too deeply to be read", "nest less than a hundred thousand levels")
			continue
		}
		if file == nil || err != nil && file.Name == nil {
			continue
		}
		p.imports(file, positions, complain)
		p.directives(file, positions, complain)
		reserved(file, positions, complain)
	}
	return all
}

// tooDeep reports whether the parser gave up on what the compiler would take: then
// its file is empty, and says nothing of what is imported.
func tooDeep(err error) bool {
	list, _ := errors.AsType[scanner.ErrorList](err)
	return slices.ContainsFunc(list, func(e *scanner.Error) bool { return strings.Contains(e.Msg, "max nesting depth") })
}

type complainer func(line int, message, allowed string)

func (p Policy) imports(file *ast.File, positions *token.FileSet, complain complainer) {
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil || slices.Contains(p.Imports, name) {
			continue
		}
		complain(positions.Position(spec.Pos()).Line,
			fmt.Sprintf("this kata is not to be solved with %q", name),
			"it may import "+strings.Join(p.Imports, ", "))
	}
}

// forbidden are comments that make the compiler do more than compile Go.
var forbidden = []struct{ prefix, why string }{
	{"//go:linkname", "go:linkname reaches into other packages"},
	{"//go:embed", "go:embed reads files of the machine that compiles"},
	{"//go:cgo_", "cgo is not part of any kata"},
	{"//export ", "cgo is not part of any kata"},
	{"//go:norace", "go:norace hides data races"},
	{"//go:nosplit", "go:nosplit can make the linker fail"},
	{"//line ", "a line directive renames the lines that a diagnosis would show"},
	{"/*line ", "a line directive renames the lines that a diagnosis would show"},
	{"//go:build", "a build constraint can hide the file that was meant"},
	{"// +build", "a build constraint can hide the file that was meant"},
}

func (p Policy) directives(file *ast.File, positions *token.FileSet, complain complainer) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if p.Constraint != "" && strings.TrimSpace(comment.Text) == p.Constraint {
				continue
			}
			for _, row := range forbidden {
				if strings.HasPrefix(comment.Text, row.prefix) {
					complain(positions.Position(comment.Pos()).Line, row.why, "leave it out")
				}
			}
		}
	}
}

// reserved looks for the name by which instrumented text calls the harness: an
// answer that uses it would call the harness too.
func reserved(file *ast.File, positions *token.FileSet, complain complainer) {
	ast.Inspect(file, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && name.Name == instrument.Name {
			complain(positions.Position(name.Pos()).Line, "the name "+instrument.Name+" belongs to the grader", "choose another")
		}
		return true
	})
}
