package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// suspects are the calls that can cause what the kernel shows without a stack:
// by what was observed, the functions, as the source spells them.
var suspects = map[string][]string{
	"exit":                        {"os.Exit", "syscall.Exit", "unix.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit"},
	"output":                      {"print", "println", "fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "log.Print", "log.Printf", "log.Println", ".Write", ".WriteString"},
	"memory":                      {"make", "append", "new", "bytes.Repeat", "strings.Repeat", "io.ReadAll", "os.ReadFile", ".Grow", "unix.Mmap", "syscall.Mmap"},
	"processes":                   append([]string{"runtime.LockOSThread", "go"}, started...),
	"cpu":                         started,
	"stopped":                     {"syscall.Kill", "unix.Kill", ".Signal"},
	string(report.LeakDescriptor): {"os.Open", "os.OpenFile", "os.Create", "os.CreateTemp", "os.Pipe", "net.Listen", "net.Dial", "net.ListenUnix", "net.DialUnix", "net.FileConn", "net.FileListener", "os.NewFile", "unix.Open", "unix.Pipe", "unix.Pipe2", "unix.Socket", "unix.Socketpair", "unix.Accept", "unix.Accept4", "unix.EpollCreate1", "unix.Eventfd", "unix.Dup", "unix.Dup2", "unix.Dup3", "unix.MemfdCreate", "unix.PidfdOpen", "syscall.Open", "syscall.Pipe", "syscall.Pipe2", "syscall.Socket", "syscall.Dup", ".Accept", ".AcceptTCP", ".AcceptUnix", ".File", ".StdoutPipe", ".StdinPipe", ".StderrPipe", ".Dial", ".DialContext", ".Listen"},
	// A coroutine that was never stopped has no frame of whoever pulls.
	string(report.LeakGoroutine): {"iter.Pull", "iter.Pull2"},
	string(report.LeakChild):     started,
	string(report.LeakZombie):    started,
	string(report.LeakOrphan):    started,
	string(report.LeakMapping):   {"unix.Mmap", "unix.MmapPtr", "syscall.Mmap", "unix.SysvShmAttach"},
	string(report.LeakFile):      {"os.Create", "os.CreateTemp", "os.OpenFile", "os.WriteFile", "os.Mkdir", "os.MkdirAll", "os.MkdirTemp", "unix.Open"},
	string(report.LeakSocket):    {"net.Listen", "net.ListenUnix", "net.ListenUnixgram", "unix.Bind", "unix.Mkfifo", "syscall.Mkfifo", "unix.Mknod"},
	string(report.LeakIPC):       {"unix.SysvShmGet", "unix.Syscall", "unix.Syscall6", "syscall.Syscall", "syscall.Syscall6"},
	string(report.LeakState):     {"os.Chdir", "os.Setenv", "os.Unsetenv", "unix.Umask", "syscall.Umask", "unix.Setrlimit", "syscall.Setrlimit", "runtime.GOMAXPROCS", "signal.Ignore"},
}

var started = []string{".Start", ".Run", ".Output", ".CombinedOutput", "os.StartProcess", "syscall.ForkExec", "syscall.StartProcess", "unix.ForkExec"}

// Suspects returns the calls in the answer's source that can be the cause of
// what was observed: "exit", "output", a limit or a kind of leak. It is a reading, not
// a proof; one call found is most likely the one, and of several those that a loop
// makes again and again come first.
func (a Answer) Suspects(observed string) []report.Location {
	var often, once []report.Location
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, a.Files[name], parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, declaration := range file.Decls {
			var loop token.Pos // where the outermost one around a node ends
			ast.Inspect(declaration, func(node ast.Node) bool {
				switch node.(type) {
				case *ast.ForStmt, *ast.RangeStmt:
					loop = max(loop, node.End())
				}
				if !suspect(node, suspects[observed]) {
					return true
				}
				where := report.Location{
					File:     path.Join("katas", a.Kata, name),
					Line:     positions.Position(node.Pos()).Line,
					Function: enclosing(declaration),
				}
				if node.Pos() < loop {
					often = append(often, where)
				} else {
					once = append(once, where)
				}
				return true
			})
		}
	}
	return append(often, once...)
}

// suspect reports whether a node is a call of one of those named: "pkg.Func",
// ".Method" of anything, or a builtin; or a go statement, if "go" is.
func suspect(node ast.Node, names []string) bool {
	if _, ok := node.(*ast.GoStmt); ok {
		return slices.Contains(names, "go")
	}
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return false
	}
	if builtin, ok := call.Fun.(*ast.Ident); ok {
		return slices.Contains(names, builtin.Name)
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	receiver := ""
	if ident, ok := selector.X.(*ast.Ident); ok {
		receiver = ident.Name
	}
	for _, name := range names {
		if pkg, function, _ := strings.Cut(name, "."); function == selector.Sel.Name && (pkg == "" || pkg == receiver) {
			return true
		}
	}
	return false
}

// enclosing names the function that a declaration declares.
func enclosing(declaration ast.Decl) string {
	function, ok := declaration.(*ast.FuncDecl)
	if !ok {
		return ""
	}
	if function.Recv == nil || len(function.Recv.List) == 0 {
		return function.Name.Name
	}
	return "(" + receiver(function.Recv.List[0].Type) + ")." + function.Name.Name
}

func receiver(kind ast.Expr) string {
	switch kind := kind.(type) {
	case *ast.StarExpr:
		return "*" + receiver(kind.X)
	case *ast.IndexExpr:
		return receiver(kind.X)
	case *ast.IndexListExpr:
		return receiver(kind.X)
	case *ast.Ident:
		return kind.Name
	}
	return ""
}
