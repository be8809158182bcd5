// Package instrument rewrites an answer so that the harness can disturb its
// schedule and see who holds which lock.
//
// A rare interleaving is rare because goroutines hardly ever lose the processor
// at the one statement that matters. So before each statement that communicates,
// synchronises or touches what may be shared, the rewritten text calls package
// hook, which does nothing, yields or sleeps, as the run's seed decides. This is
// the noise making of ConTest (Edelstein et al., 2003) and the random priorities
// of PCT (Burckhardt et al., 2010).
//
// All text is inserted within its line, so every line number stays what it was.
package instrument

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/concurrency-dojo/dojo/harness/instrument/hook"
)

// Depth is how much is inserted. An answer that does not compile with one depth
// may compile with the next.
type Depth int

const (
	// Locks: calls of Lock, RLock, Unlock and RUnlock go through the hooks,
	// which remember who holds what; and all of Noise.
	Locks Depth = iota
	// Noise: hooks before statements.
	Noise
	// Plain: nothing.
	Plain
)

// hookPath is the package that the inserted text calls.
const hookPath = "github.com/concurrency-dojo/dojo/harness/instrument/hook"

// Name is what the inserted text calls that package. No answer may use it, or it
// could switch the hooks off.
const Name = "dojo_hook"

// File returns the text of a Go file with hooks, none around the locks that are
// unfit (see Unfit). The name, relative to the
// project's root, is how diagnoses will call the file. Text that does not parse
// is returned as it is: the compiler says more about it.
func File(name string, text []byte, depth Depth, unfit map[string]bool) []byte {
	if depth == Plain {
		return text
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return text
	}
	r := &rewriter{name: name, text: text, files: files, depth: depth, unfit: unfit}
	ast.Inspect(file, r.visit)
	if len(r.edits) == 0 {
		return text
	}
	r.insert(file.Name.End(), fmt.Sprintf("; import %s %q", Name, hookPath))
	return r.apply()
}

// Unfit returns the names among a lock's methods that the answer declares itself
// in a way that no hook can stand between: with a result or a parameter, or with
// a body that must be called by the function that defers it (recover) or that
// asks who called it (runtime.Caller).
func Unfit(texts map[string][]byte) map[string]bool {
	unfit := map[string]bool{}
	for _, text := range texts {
		file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			name, kind, body := "", (*ast.FuncType)(nil), (*ast.BlockStmt)(nil)
			switch node := node.(type) {
			case *ast.FuncDecl:
				name, kind, body = node.Name.Name, node.Type, node.Body
			case *ast.Field: // an interface's method
				if method, ok := node.Type.(*ast.FuncType); ok && len(node.Names) == 1 {
					name, kind = node.Names[0].Name, method
				}
			}
			if kind == nil || !slices.Contains(lockMethods, name) {
				return true
			}
			if kind.Params.NumFields() > 0 || kind.Results.NumFields() > 0 {
				unfit[name] = true
			}
			if body != nil {
				ast.Inspect(body, func(node ast.Node) bool {
					if id, ok := node.(*ast.Ident); ok && slices.Contains([]string{"recover", "Caller", "Callers"}, id.Name) {
						unfit[name] = true
					}
					return true
				})
			}
			return true
		})
	}
	return unfit
}

var lockMethods = []string{"Lock", "RLock", "Unlock", "RUnlock"}

// edit replaces cut bytes at an offset by text.
type edit struct {
	at, cut int
	text    string
}

type rewriter struct {
	name  string
	text  []byte
	files *token.FileSet
	depth Depth
	unfit map[string]bool
	edits []edit
	sites int
}

func (r *rewriter) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.BlockStmt:
		r.statements(node.List)
	case *ast.CaseClause:
		r.statements(node.Body)
	case *ast.CommClause:
		// Which of the ready cases was chosen has been decided, but nothing
		// came of it yet.
		r.hook("At", hook.Follows, node.Colon+1)
		r.statements(node.Body)
	case *ast.RangeStmt:
		r.hook("At", hook.Shares, node.Body.Lbrace+1)
	case *ast.FuncDecl:
		if node.Body != nil {
			r.hook("At", hook.Shares, node.Body.Lbrace+1)
		}
	case *ast.FuncLit:
		r.hook("Start", hook.Follows, node.Body.Lbrace+1)
	}
	return true
}

// statements puts a hook before each of a list that others may notice.
func (r *rewriter) statements(list []ast.Stmt) {
	for _, statement := range list {
		switch statement.(type) {
		case *ast.CaseClause, *ast.CommClause:
			return // the list is the body of a switch or select
		}
		if call := lockCall(statement); call != nil && r.depth == Locks && r.lock(call) {
			continue
		}
		if promise := weigh(statement); promise > hook.Nothing {
			r.hook("At", promise, statement.Pos())
		}
	}
}

// lock sends a call of x.Lock() through hook.Lock(…, x.Lock): the method value
// binds the same receiver, once.
func (r *rewriter) lock(call *ast.CallExpr) bool {
	method := call.Fun.(*ast.SelectorExpr)
	line := r.files.Position(call.Pos()).Line
	// A call that spans lines is at its name's, and the hook's would be at the first.
	if call.Rparen != call.Lparen+1 || r.unfit[method.Sel.Name] || line != r.files.Position(method.Sel.Pos()).Line {
		return false
	}
	owner := r.text[r.offset(method.X.Pos()):r.offset(method.X.End())]
	r.insert(call.Pos(), fmt.Sprintf("%s.%s(%d,%s,%d,%s,", Name, method.Sel.Name,
		r.site(hook.Orders), strconv.Quote(r.name), line, strconv.Quote(string(owner))))
	r.edits = append(r.edits, edit{at: r.offset(call.Lparen), cut: 1})
	return true
}

// lockCall returns the call if the statement is one of a lock's methods, also
// deferred.
func lockCall(statement ast.Stmt) *ast.CallExpr {
	var call *ast.CallExpr
	switch statement := statement.(type) {
	case *ast.ExprStmt:
		call, _ = statement.X.(*ast.CallExpr)
	case *ast.DeferStmt:
		call = statement.Call
	}
	if call == nil || len(call.Args) > 0 {
		return nil
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(lockMethods, method.Sel.Name) {
		return nil
	}
	return call
}

// weigh looks at a statement without the blocks inside it.
func weigh(statement ast.Stmt) hook.Promise {
	found := hook.Nothing
	ast.Inspect(statement, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.FuncLit:
			return false
		case *ast.SendStmt, *ast.SelectStmt:
			found = hook.Waits
		case *ast.UnaryExpr:
			if node.Op == token.ARROW {
				found = hook.Waits
			}
		case *ast.GoStmt:
			found = max(found, hook.Orders)
		case *ast.CallExpr:
			found = max(found, call(node))
		case *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr, *ast.IncDecStmt, *ast.DeferStmt:
			found = max(found, hook.Shares)
		case *ast.AssignStmt:
			// A variable that is not new may belong to several goroutines.
			if node.Tok != token.DEFINE {
				found = max(found, hook.Shares)
			}
		}
		return true
	})
	return found
}

// synchronisers are the methods and functions of sync, sync/atomic, context,
// time and the like that order goroutines.
var synchronisers = []string{
	"Lock", "RLock", "Unlock", "RUnlock", "TryLock", "TryRLock", "Signal", "Broadcast",
	"Add", "Done", "Go", "Do", "Load", "Store", "Swap", "CompareAndSwap", "And", "Or",
	"LoadOrStore", "LoadAndDelete", "CompareAndDelete", "Get", "Put", "Close", "Stop", "Reset", "Err", "cancel", "close",
}

func call(node *ast.CallExpr) hook.Promise {
	name := ""
	switch function := node.Fun.(type) {
	case *ast.SelectorExpr:
		name = function.Sel.Name
	case *ast.Ident:
		name = function.Name
	}
	switch {
	case name == "Wait":
		return hook.Waits
	case slices.Contains(synchronisers, name):
		return hook.Orders
	}
	return hook.Shares
}

// hook inserts a call that does nothing else.
func (r *rewriter) hook(function string, promise hook.Promise, pos token.Pos) {
	r.insert(pos, fmt.Sprintf("%s.%s(%d);", Name, function, r.site(promise)))
}

// site numbers the hooks, so that a run can tell them apart. Two files of one
// answer hardly ever share numbers, and nothing goes wrong if they do.
func (r *rewriter) site(promise hook.Promise) int {
	r.sites++
	hash := fnv.New32a()
	hash.Write([]byte(r.name))
	return hook.Site(int(hash.Sum32()%1000)*10000+r.sites, promise)
}

func (r *rewriter) insert(pos token.Pos, text string) {
	r.edits = append(r.edits, edit{at: r.offset(pos), text: text})
}

func (r *rewriter) offset(pos token.Pos) int { return r.files.Position(pos).Offset }

// apply returns the text with all edits, which the walk has made out of order.
func (r *rewriter) apply() []byte {
	slices.SortStableFunc(r.edits, func(a, b edit) int { return a.at - b.at })
	var out bytes.Buffer
	from := 0
	for _, e := range r.edits {
		out.Write(r.text[from:e.at])
		out.WriteString(e.text)
		from = e.at + e.cut
	}
	out.Write(r.text[from:])
	return out.Bytes()
}
