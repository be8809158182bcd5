package run

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/concurrency-dojo/dojo/harness/source"
)

// harmless are functions that a package may call while it is initialised and that
// end no process.
var harmless = []string{"errors.New", "fmt.Errorf", "make", "new"}

// inert reports whether initialising the answer's package runs no code of its own:
// there is no init function, and no variable is given what a call returns.
func inert(answer source.Answer) bool {
	for name, text := range answer.Files {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return false
		}
		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Recv == nil && declaration.Name.Name == "init" {
					return false
				}
			case *ast.GenDecl:
				if runs(declaration) {
					return false
				}
			}
		}
	}
	return true
}

// runs reports whether a declaration calls anything but what is harmless.
func runs(declaration *ast.GenDecl) (found bool) {
	ast.Inspect(declaration, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return false // it is not called here; if it is, that is a call
		case *ast.CallExpr:
			found = found || !slices.Contains(harmless, callee(node))
		case *ast.UnaryExpr:
			found = found || node.Op == token.ARROW
		}
		return true
	})
	return found
}

func callee(call *ast.CallExpr) string {
	switch function := call.Fun.(type) {
	case *ast.Ident:
		return function.Name
	case *ast.SelectorExpr:
		if pkg, ok := function.X.(*ast.Ident); ok {
			return pkg.Name + "." + function.Sel.Name
		}
	}
	return ""
}
