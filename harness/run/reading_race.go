package run

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// race adds what was touched, if both lines name one thing that it must be, and
// the locks that either side took on its way.
func (r *reading) race(race *report.Race) {
	first, second := r.touched(race.First), r.touched(race.Second)
	var both []variable
	for _, a := range first {
		for _, b := range second {
			// Each call has its own local variables, unless a literal shares them.
			if a.local && !a.captured && !b.captured {
				continue
			}
			if a.key == b.key && !slices.ContainsFunc(both, func(v variable) bool { return v.key == a.key }) {
				both = append(both, a)
				race.First.Variable, race.Second.Variable = a.text, b.text
				race.First.Captured, race.Second.Captured = a.captured, b.captured
			}
		}
	}
	if len(both) != 1 {
		race.First.Variable, race.Second.Variable = "", ""
		race.First.Captured, race.Second.Captured = false, false
	}
	for _, side := range []*report.Access{&race.First, &race.Second} {
		held, certain := r.locks(side.Where)
		side.Locks, side.Unlocked = held, len(side.Where) > 0 && len(held) == 0 && certain
	}
}

// variable is something in memory that the source has a name for.
type variable struct {
	// key is the same for all names of it.
	key string
	// text is how the source calls it in one place: "q.items".
	text string
	// local: it is a local variable, and captured: of a function further out.
	local, captured bool
}

// touched returns what an access can have touched, by the line that it is in. A
// write is to what the line assigns to; a read may be of anything in it.
func (r *reading) touched(access report.Access) []variable {
	if len(access.Where) == 0 {
		return nil
	}
	var found []variable
	take := func(expression ast.Expr) {
		if v, is := r.variable(expression, access.Where[0]); is {
			found = append(found, v)
		}
	}
	_, method := cutLast(access.Through, ".")
	// The second half of a selector is no variable of its own.
	halves := map[ast.Node]bool{}
	r.each(access.Where[0], func(node ast.Node) {
		if selector, is := node.(*ast.SelectorExpr); is {
			halves[selector.Sel] = true
		}
		switch {
		case halves[node]:
		case access.Through != "" && !runtimes(access.Through):
			// A method touched what it was called on, or what it was handed.
			if call, is := node.(*ast.CallExpr); is && unguarded.MatchString(access.Through) {
				if called, is := call.Fun.(*ast.SelectorExpr); is && called.Sel.Name == method {
					take(called.X)
				}
			}
		case strings.HasSuffix(access.Operation, "write"):
			for _, target := range targets(node) {
				take(target)
			}
		default:
			if expression, is := node.(ast.Expr); is {
				take(expression)
			}
		}
	})
	return found
}

// unguarded matches the methods of the library that touch what they are called
// on, all of them, and so race for that before anything else.
var unguarded = regexp.MustCompile(`^(sync\.\(\*WaitGroup\)|bytes\.\(\*Buffer\)|strings\.\(\*Builder\)|math/rand\.\(\*Rand\)|bufio\.|container/)`)

// runtimes reports whether a function does a part of the language: it grows a
// slice, or looks into a map.
func runtimes(function string) bool {
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "internal/runtime/")
}

// targets returns what a node writes to.
func targets(node ast.Node) []ast.Expr {
	switch node := node.(type) {
	case *ast.AssignStmt:
		return node.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{node.X}
	case *ast.RangeStmt:
		return []ast.Expr{node.Key, node.Value}
	case *ast.CallExpr:
		builtin, is := node.Fun.(*ast.Ident)
		if is && slices.Contains([]string{"delete", "clear", "copy"}, builtin.Name) && len(node.Args) > 0 {
			return node.Args[:1]
		}
	}
	return nil
}

// variable names an expression that is a variable, a field or an element of one.
// Elements bear the name of the whole.
func (r *reading) variable(expression ast.Expr, where report.Location) (variable, bool) {
	switch e := expression.(type) {
	case *ast.ParenExpr:
		return r.variable(e.X, where)
	case *ast.StarExpr:
		pointer, is := r.variable(e.X, where)
		return variable{key: "*" + pointer.key, text: "*" + pointer.text}, is
	case *ast.IndexExpr:
		whole, is := r.variable(e.X, where)
		whole.local = false
		return whole, is
	case *ast.Ident:
		return r.named(e, where)
	case *ast.SelectorExpr:
		owner, is := r.variable(e.X, where)
		if base, plain := e.X.(*ast.Ident); plain && base.Obj != nil {
			if kind := declaredType(base.Obj); kind != "" {
				// Every method may call its receiver another name.
				owner.key = kind
			}
		}
		return variable{key: owner.key + "." + e.Sel.Name, text: owner.text + "." + e.Sel.Name}, is
	}
	return variable{}, false
}

// named tells what a plain name stands for.
func (r *reading) named(name *ast.Ident, where report.Location) (variable, bool) {
	if name.Name == "_" || name.Obj != nil && name.Obj.Kind != ast.Var {
		return variable{}, false
	}
	found := variable{key: name.Name, text: name.Name}
	file := r.files[where.File]
	if name.Obj == nil || file.Scope.Lookup(name.Name) == name.Obj {
		return found, true // the package's, also from another file of it
	}
	declared := name.Obj.Pos()
	found.key, found.local = fmt.Sprintf("%s declared at %d", name.Name, declared), true
	for _, node := range r.around(where) {
		literal, is := node.(*ast.FuncLit)
		found.captured = found.captured || is && !within(literal, declared) && within(literal, name.Pos())
	}
	return found, true
}

func within(node ast.Node, pos token.Pos) bool { return node.Pos() <= pos && pos < node.End() }

// declaredType returns the name of the type of a receiver or parameter.
//
//lint:ignore SA1019 type-checking a broken answer is what the objects of the syntax spare us
func declaredType(object *ast.Object) string {
	if field, is := object.Decl.(*ast.Field); is {
		return typeName(field.Type)
	}
	return ""
}

func cutLast(text, separator string) (before, after string) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return "", text
	}
	return text[:i], text[i+len(separator):]
}
