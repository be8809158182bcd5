package run

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// reading is the source of an answer, read for the names of what the harness saw
// at its lines. It is read only where something has failed.
type reading struct {
	positions *token.FileSet
	files     map[string]*ast.File
}

func read(answer source.Answer) *reading {
	r := &reading{token.NewFileSet(), map[string]*ast.File{}}
	for name, text := range answer.Files {
		// Names are resolved, so that a local variable is not taken for another.
		if file, err := parser.ParseFile(r.positions, name, text, 0); err == nil {
			r.files[path.Join("katas", answer.Kata, name)] = file
		}
	}
	return r
}

// stuck adds what the goroutines of a spec that got nowhere wait on, and which
// functions took the locks.
func (r *reading) stuck(s *report.Stuck) {
	for _, goroutines := range [][]report.Goroutine{s.Calls, s.Others} {
		for i := range goroutines {
			g := &goroutines[i]
			if len(g.Where) > 0 && !g.InSpec {
				g.On = r.waitedOn(g.Where[0], g.State)
			}
			for _, locks := range [][]report.Lock{g.Holds, g.Wants} {
				for j := range locks {
					locks[j].Where.Function = r.function(locks[j].Where)
				}
			}
		}
	}
}

// waitedOn returns the one expression of a line that a goroutine in this state
// can wait on, "" if there are none or several.
func (r *reading) waitedOn(where report.Location, state string) string {
	found := map[string]bool{}
	r.each(where, func(node ast.Node) {
		if expression := waitsOn(node, state); expression != nil {
			found[types.ExprString(expression)] = true
		}
	})
	for text := range found {
		if len(found) == 1 && len(text) <= longestName {
			return text
		}
	}
	return ""
}

// longestName bounds what still reads as the name of something.
const longestName = 40

// waitsOn returns what a node makes its goroutine wait on, if the goroutine's
// state is the one that it causes.
func waitsOn(node ast.Node, state string) ast.Expr {
	switch node := node.(type) {
	case *ast.SendStmt:
		if strings.HasPrefix(state, "chan send") {
			return node.Chan
		}
	case *ast.UnaryExpr:
		if node.Op == token.ARROW && strings.HasPrefix(state, "chan receive") {
			return node.X
		}
	case *ast.RangeStmt:
		if strings.HasPrefix(state, "chan receive") {
			return node.X
		}
	case *ast.CallExpr:
		method, is := node.Fun.(*ast.SelectorExpr)
		if !is {
			return nil
		}
		for _, caused := range []struct{ state, method string }{
			{"sync.WaitGroup.Wait", "Wait"}, {"sync.Cond.Wait", "Wait"},
			{"sync.Mutex.Lock", "Lock"}, {"sync.RWMutex.Lock", "Lock"}, {"sync.RWMutex.RLock", "RLock"},
		} {
			if state == caused.state && method.Sel.Name == caused.method {
				return method.X
			}
		}
	}
	return nil
}

// each calls f with the nodes that begin in a line.
func (r *reading) each(where report.Location, f func(ast.Node)) {
	file := r.files[where.File]
	if file == nil {
		return
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if node == nil || r.line(node.Pos()) > where.Line || r.line(node.End()) < where.Line {
			return node == file
		}
		if r.line(node.Pos()) == where.Line {
			f(node)
		}
		return true
	})
}

func (r *reading) line(pos token.Pos) int { return r.positions.Position(pos).Line }

// around returns the nodes that a line is in, outermost first.
func (r *reading) around(where report.Location) []ast.Node {
	var found []ast.Node
	if file := r.files[where.File]; file != nil {
		ast.Inspect(file, func(node ast.Node) bool {
			inside := node != nil && r.line(node.Pos()) <= where.Line && where.Line <= r.line(node.End())
			if inside {
				found = append(found, node)
			}
			return inside
		})
	}
	return found
}

// function names the declared function that a line is in, as a stack does.
func (r *reading) function(where report.Location) string {
	for _, node := range r.around(where) {
		declared, is := node.(*ast.FuncDecl)
		if !is {
			continue
		}
		if declared.Recv == nil || len(declared.Recv.List) == 0 {
			return declared.Name.Name
		}
		kind := declared.Recv.List[0].Type
		if _, pointer := kind.(*ast.StarExpr); pointer {
			return "(*" + typeName(kind) + ")." + declared.Name.Name
		}
		return typeName(kind) + "." + declared.Name.Name
	}
	return ""
}

// typeName returns the name of a type without its package, pointer and
// arguments, "" if it has none.
func typeName(kind ast.Expr) string {
	switch kind := kind.(type) {
	case *ast.StarExpr:
		return typeName(kind.X)
	case *ast.IndexExpr:
		return typeName(kind.X)
	case *ast.IndexListExpr:
		return typeName(kind.X)
	case *ast.Ident:
		return kind.Name
	}
	return ""
}

// locks returns the locks that the functions of a stack take before they come to
// the lines where they are, and do not give back. It reads top down: what stands
// in a block that the line isn't in may not have been run. certain is false if
// there are calls that may lock under another name.
func (r *reading) locks(stack []report.Location) (held []string, certain bool) {
	certain = true
	for _, where := range stack {
		var here []string
		for _, statement := range r.before(where) {
			owner, deed := lockDeed(statement)
			switch deed {
			case "":
			case "Lock":
				here = append(here, owner)
			case "RLock":
				here = append(here, owner+" (for reading)")
			case "Unlock":
				here = slices.DeleteFunc(here, func(name string) bool { return name == owner })
			case "RUnlock":
				here = slices.DeleteFunc(here, func(name string) bool { return name == owner+" (for reading)" })
			default:
				certain = false
			}
		}
		held = append(held, here...)
	}
	return held, certain
}

// before returns the statements that the innermost function around a line runs
// through before it, of those blocks that the line is in.
func (r *reading) before(where report.Location) []ast.Stmt {
	var found []ast.Stmt
	for _, node := range r.around(where) {
		var list []ast.Stmt
		switch node := node.(type) {
		case *ast.FuncLit:
			found = nil
		case *ast.BlockStmt:
			list = node.List
		case *ast.CaseClause:
			list = node.Body
		case *ast.CommClause:
			list = node.Body
		}
		for _, statement := range list {
			if r.line(statement.End()) < where.Line {
				found = append(found, statement)
			}
		}
	}
	return found
}

var locking = regexp.MustCompile(`(?i)lock`)

// lockDeed says what a statement does to which lock: the method's name, some
// other name with "lock" in it, or "". What is deferred happens later.
func lockDeed(statement ast.Stmt) (owner, deed string) {
	expression, is := statement.(*ast.ExprStmt)
	if !is {
		return "", ""
	}
	call, is := expression.X.(*ast.CallExpr)
	if !is {
		return "", ""
	}
	switch called := call.Fun.(type) {
	case *ast.SelectorExpr:
		owner, deed = types.ExprString(called.X), called.Sel.Name
	case *ast.Ident:
		deed = called.Name
	}
	if !locking.MatchString(deed) {
		return "", ""
	}
	return owner, deed
}
