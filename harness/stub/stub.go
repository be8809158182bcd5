// Package stub tells a stub from an answer: a stub is a package in which every
// function with a body does nothing but panic with a text that begins "TODO".
package stub

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// Untouched reports whether every function in files, which maps names to text, is
// still a stub. Specs are passed over. A file that doesn't parse is somebody's
// work.
func Untouched(files map[string][]byte) bool {
	stubs := 0
	for name, text := range files {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return false
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Body == nil {
				continue
			}
			if !todo(function.Body) {
				return false
			}
			stubs++
		}
	}
	return stubs > 0
}

// todo reports whether a body is panic("TODO…") and nothing else.
func todo(body *ast.BlockStmt) bool {
	if len(body.List) != 1 {
		return false
	}
	statement, ok := body.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := statement.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	text, isText := call.Args[0].(*ast.BasicLit)
	return ok && isText && name.Name == "panic" && strings.HasPrefix(text.Value, `"TODO`)
}
