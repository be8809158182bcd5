// Package outline reads the specs of a kata from their source, without running
// them: what a grading must account for is known before any submission has a
// say, and a list needs no compiler.
//
// For this, specs are written so that reading suffices: texts and points are
// literals, and setup stands inside a container, since at the top level it would
// apply to every kata of the binary.
package outline

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// Read returns the specs of a kata of the tree at root, in the order of their
// files. It reports an error for specs that break the rules above, that have two
// specs of one sentence, or that hold none.
func Read(root, kata string) ([]score.Spec, error) {
	files, err := filepath.Glob(filepath.Join(root, "katas", filepath.FromSlash(kata), "*_test.go"))
	if err != nil {
		return nil, fmt.Errorf("outline: %s: %w", kata, err)
	}
	r := &reader{kata: kata, positions: token.NewFileSet()}
	for _, name := range files {
		file, err := parser.ParseFile(r.positions, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("outline: %s: %w", kata, err)
		}
		r.file = "katas/" + kata + "/" + filepath.Base(name)
		r.read(file)
	}
	if r.err != nil {
		return nil, r.err
	}
	if len(r.specs) == 0 {
		return nil, fmt.Errorf("outline: %s: no specs", kata)
	}
	return r.specs, nil
}

// reader collects specs and keeps the first error.
type reader struct {
	kata, file string
	positions  *token.FileSet
	specs      []score.Spec
	err        error
}

// Nodes of Ginkgo by what they are to us.
var (
	containers = []string{"Describe", "Context", "When", "DescribeTable", "DescribeTableSubtree"}
	subjects   = []string{"It", "Specify", "Entry"}
	setups     = []string{"BeforeEach", "AfterEach", "JustBeforeEach", "JustAfterEach", "BeforeSuite", "AfterSuite", "SynchronizedBeforeSuite", "ReportAfterEach", "ReportBeforeEach"}
	forbidden  = []string{"FDescribe", "FContext", "FWhen", "FIt", "FSpecify", "FEntry", "FDescribeTable", "PDescribe", "PIt", "XIt", "PEntry", "Serial", "BeforeAll", "AfterAll"}
)

// read finds the containers that a file declares in its variables.
func (r *reader) read(file *ast.File) {
	for _, declaration := range file.Decls {
		variables, ok := declaration.(*ast.GenDecl)
		if !ok || variables.Tok != token.VAR {
			continue
		}
		for _, spec := range variables.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				if call, ok := value.(*ast.CallExpr); ok {
					r.node(call, nil)
				}
			}
		}
	}
}

// node reads a call of one of Ginkgo's functions; above are the texts of the
// containers around it.
func (r *reader) node(call *ast.CallExpr, above []string) {
	ident, ok := call.Fun.(*ast.Ident)
	if !ok {
		return
	}
	switch name := ident.Name; {
	case slices.Contains(forbidden, name):
		r.fail(call, "%s is not used in this project", name)
	case slices.Contains(setups, name) && len(above) == 0:
		r.fail(call, "%s at the top level would apply to every kata", name)
	case slices.Contains(containers, name):
		text, ok := r.text(call)
		if !ok {
			return
		}
		if name == "When" {
			text = "when " + text
		}
		for _, argument := range call.Args[1:] {
			r.below(argument, append(slices.Clone(above), text))
		}
	case slices.Contains(subjects, name) && len(above) == 0:
		r.fail(call, "%s stands outside every container", name)
	case slices.Contains(subjects, name):
		r.subject(call, above)
	}
}

// below reads the nodes in a container's body, or a table's entries.
func (r *reader) below(argument ast.Expr, above []string) {
	switch argument := argument.(type) {
	case *ast.FuncLit:
		ast.Inspect(argument.Body, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			ident, ok := call.Fun.(*ast.Ident)
			if !ok || !slices.Contains(slices.Concat(containers, subjects, setups, forbidden), ident.Name) {
				return true
			}
			r.node(call, above)
			return false
		})
	case *ast.CallExpr:
		r.node(argument, above)
	}
}

// subject reads one spec.
func (r *reader) subject(call *ast.CallExpr, above []string) {
	text, ok := r.text(call)
	if !ok {
		return
	}
	spec := score.Spec{
		ID:     report.SpecID(r.kata, text),
		Name:   text,
		Text:   strings.Join(append(slices.Clone(above), text), " "),
		Points: 1,
		Where:  report.Location{File: r.file, Line: r.positions.Position(call.Pos()).Line},
	}
	for _, argument := range call.Args[1:] {
		if points, found := r.worth(argument); found {
			spec.Points = points
		}
	}
	if slices.ContainsFunc(r.specs, func(other score.Spec) bool { return other.ID == spec.ID }) {
		r.fail(call, "two specs say %q", text)
	}
	r.specs = append(r.specs, spec)
}

// worth reads spec.Worth(3).
func (r *reader) worth(argument ast.Expr) (points int, found bool) {
	call, ok := argument.(*ast.CallExpr)
	if !ok {
		return 0, false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Worth" || len(call.Args) != 1 {
		return 0, false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		r.fail(call, "the points are not a literal")
		return 0, false
	}
	points, err := strconv.Atoi(literal.Value)
	if err != nil || points < 1 {
		r.fail(call, "the points are not a number from 1 on")
	}
	return points, true
}

// text reads the first argument of a node.
func (r *reader) text(call *ast.CallExpr) (string, bool) {
	if len(call.Args) > 0 {
		if literal, ok := call.Args[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				return text, true
			}
		}
	}
	r.fail(call, "the text is not a literal")
	return "", false
}

func (r *reader) fail(call *ast.CallExpr, format string, arguments ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("outline: %s:%d: %s", r.file, r.positions.Position(call.Pos()).Line, fmt.Sprintf(format, arguments...))
	}
}
