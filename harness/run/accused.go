package run

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// accused returns the functions of the answer that a failed expectation is about:
// those that the spec calls on the line that failed, or else the ones that it
// called last before. An expectation fails in the spec, and a learner wants to
// know where to look in the answer.
func accused(root string, answer source.Answer, failed report.Location) []report.Location {
	declared := declarations(answer)
	specs := token.NewFileSet()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(path.Dir(failed.File)), "*_test.go"))
	if err != nil || len(declared) == 0 {
		return nil
	}
	var failing *ast.File
	helpers := map[string]ast.Node{}
	for _, name := range files {
		file, err := parser.ParseFile(specs, name, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if filepath.Base(name) == path.Base(failed.File) {
			failing = file
		}
		maps.Copy(helpers, functions(file))
	}
	if failing == nil {
		return nil
	}
	var before, on []report.Location
	ast.Inspect(failing, func(node ast.Node) bool {
		statement, ok := node.(ast.Stmt)
		if !ok {
			return true
		}
		from, to := specs.Position(statement.Pos()).Line, specs.Position(statement.End()).Line
		_, block := statement.(*ast.BlockStmt)
		switch {
		case block || to < from:
		case from <= failed.Line && failed.Line <= to:
			// The innermost statement comes last, and it alone counts.
			on = calls(statement, helpers, declared)
		case to < failed.Line:
			if called := calls(statement, helpers, declared); len(called) > 0 {
				before = called
			}
		}
		return true
	})
	if len(on) > 0 {
		return on
	}
	return before
}

// declarations are the places of the answer's exported functions and methods.
func declarations(answer source.Answer) map[string]report.Location {
	found := map[string]report.Location{}
	for _, name := range slices.Sorted(maps.Keys(answer.Files)) {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, answer.Files[name], parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Name.IsExported() {
				found[function.Name.Name] = report.Location{
					File: path.Join("katas", answer.Kata, name), Line: files.Position(function.Pos()).Line, Function: function.Name.Name,
				}
			}
		}
	}
	return found
}

// functions are what a spec file calls by a name of its own.
func functions(file *ast.File) map[string]ast.Node {
	found := map[string]ast.Node{}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			if node.Body != nil {
				found[node.Name.Name] = node.Body
			}
		case *ast.AssignStmt:
			for i, value := range node.Rhs {
				name, named := node.Lhs[min(i, len(node.Lhs)-1)].(*ast.Ident)
				if literal, ok := value.(*ast.FuncLit); ok && named {
					found[name.Name] = literal.Body
				}
			}
		}
		return true
	})
	return found
}

// calls returns the declared functions that a node calls, also through one of
// the specs' own functions.
func calls(node ast.Node, helpers map[string]ast.Node, declared map[string]report.Location) (found []report.Location) {
	add := func(name string) {
		if place, ok := declared[name]; ok && !slices.Contains(found, place) {
			found = append(found, place)
		}
	}
	var look func(node ast.Node, deep bool)
	look = func(node ast.Node, deep bool) {
		ast.Inspect(node, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SelectorExpr:
				add(node.Sel.Name)
			case *ast.CallExpr:
				if name, ok := node.Fun.(*ast.Ident); ok && deep && helpers[name.Name] != nil {
					look(helpers[name.Name], false)
				}
			}
			return true
		})
	}
	look(node, true)
	return found
}
