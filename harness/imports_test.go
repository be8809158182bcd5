// Package harness_test holds the arrows of the architecture: who may import
// whom, and who may start processes.
package harness_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/concurrency-dojo/dojo/"

// pkg is what go list tells of a package, and the functions of others that its
// source names: "syscall.ForkExec".
type pkg struct {
	ImportPath, Dir                   string
	GoFiles, CgoFiles, IgnoredGoFiles []string
	Imports, TestImports, XTestImports,
	Deps []string
	names []string
}

// rules are the arrows. About selects packages by their path below the module;
// broken returns what of a package breaks the rule; example breaks it, since a
// rule that nothing can break holds nothing.
var rules = []struct {
	rule, why string
	about     func(path string) bool
	broken    func(pkg) []string
	example   pkg
}{
	{
		rule:    "katas and solutions import no package of the project",
		why:     "an answer is judged by the harness, so it must not be able to call it",
		about:   matching(`^(katas|solutions)/[^/]+/`),
		broken:  func(p pkg) []string { return ours(p.Imports) },
		example: pkg{ImportPath: module + "solutions/sync/lock", Imports: []string{"sync", module + "katas/sync/lock"}},
	},
	{
		rule:    "harness/report imports only the standard library",
		why:     "every part of the project speaks it",
		about:   matching(`^harness/report$`),
		broken:  func(p pkg) []string { return slices.DeleteFunc(slices.Clone(p.Imports), standard) },
		example: pkg{ImportPath: module + "harness/report", Imports: []string{"time", "golang.org/x/sys/unix"}},
	},
	{
		rule:    "harness/attest/secret imports syscall and nothing else",
		why:     "with one more import it may be initialised after a submission",
		about:   matching(`^harness/attest/secret$`),
		broken:  func(p pkg) []string { return except(p.Imports, "syscall") },
		example: pkg{ImportPath: module + "harness/attest/secret", Imports: []string{"syscall", "os"}},
	},
	{
		rule:  "nothing in harness imports grader or katas",
		why:   "the harness knows facts: neither points nor the catalogue",
		about: matching(`^harness/`),
		broken: func(p pkg) []string {
			return below(slices.Concat(p.Imports, p.TestImports, p.XTestImports), "grader", "katas")
		},
		example: pkg{ImportPath: module + "harness/spec", XTestImports: []string{module + "katas/sync/lock"}},
	},
	{
		rule:    "grader/score imports of the project only harness/report",
		why:     "judgement is pure: from a report to a scorecard, without processes",
		about:   matching(`^grader/score$`),
		broken:  func(p pkg) []string { return except(ours(p.Imports), "harness/report") },
		example: pkg{ImportPath: module + "grader/score", Imports: []string{module + "harness/report", module + "harness/run"}},
	},
	{
		rule:    "grader/render imports of the project only grader/score",
		why:     "ink judges nothing, so it sees no report",
		about:   matching(`^grader/render$`),
		broken:  func(p pkg) []string { return except(ours(p.Imports), "grader/score") },
		example: pkg{ImportPath: module + "grader/render", Imports: []string{module + "grader/score", module + "harness/report"}},
	},
	{
		rule:  "specs import of the project only harness/spec and their kata",
		why:   "harness/spec is what spec authors are promised; all else may change",
		about: matching(`^katas/[^/]+/`),
		broken: func(p pkg) []string {
			return except(ours(slices.Concat(p.TestImports, p.XTestImports)), "harness/spec", p.path())
		},
		example: pkg{ImportPath: module + "katas/sync/lock", XTestImports: []string{module + "katas/sync/lock", module + "harness/guard"}},
	},
	{
		rule:    "only harness/run, harness/sandbox, grader/editor, katas and solutions import os/exec",
		why:     "a process that nobody expects is one that nobody sweeps up or walls in",
		about:   startsNothing,
		broken:  func(p pkg) []string { return only(p.Imports, "os/exec") },
		example: pkg{ImportPath: module + "grader/command", Imports: []string{"os/exec"}},
	},
	{
		rule:    "nor do others start processes past os/exec",
		why:     "os/exec is not the only door",
		about:   startsNothing,
		broken:  func(p pkg) []string { return only(p.names, starters...) },
		example: pkg{ImportPath: module + "harness/guard", names: []string{"syscall.Kill", "syscall.ForkExec"}},
	},
	{
		rule:    "harness/run does not reach katas",
		why:     "it takes package paths and limits, never the catalogue",
		about:   matching(`^harness/run$`),
		broken:  func(p pkg) []string { return below(p.Deps, "katas") },
		example: pkg{ImportPath: module + "harness/run", Deps: []string{"os", module + "katas"}},
	},
}

// matching selects the packages whose path matches.
func matching(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }

// startsNothing selects the packages that have no business starting processes.
func startsNothing(path string) bool {
	return !matching(`^(harness/run|harness/sandbox|grader/editor|katas/.+|solutions/.+)(/|$)`)(path)
}

var starters = []string{
	"os.StartProcess", "syscall.StartProcess", "syscall.ForkExec", "syscall.Exec", "golang.org/x/sys/unix.Exec",
	"syscall.SYS_CLONE", "syscall.SYS_FORK", "syscall.SYS_VFORK", "syscall.SYS_EXECVE",
	"golang.org/x/sys/unix.SYS_CLONE", "golang.org/x/sys/unix.SYS_CLONE3", "golang.org/x/sys/unix.SYS_FORK", "golang.org/x/sys/unix.SYS_EXECVE",
}

func TestArrows(t *testing.T) {
	all := packages(t)
	for _, rule := range rules {
		t.Run(rule.rule, func(t *testing.T) {
			if !rule.about(rule.example.path()) || len(rule.broken(rule.example)) == 0 {
				t.Errorf("the rule lets its own counterexample pass")
			}
			matched := 0
			for _, p := range all {
				if !rule.about(p.path()) {
					continue
				}
				matched++
				if broken := rule.broken(p); len(broken) > 0 {
					t.Errorf("%s: %s\nnot allowed, because %s", p.path(), strings.Join(broken, ", "), rule.why)
				}
			}
			if matched == 0 {
				t.Error("the rule is about no package at all")
			}
		})
	}
}

// packages lists the module. Files that this system leaves out count as well,
// so that the arrows hold wherever the project is built.
func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-json", "./...")
	list.Dir = ".."
	list.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	list.Stderr = os.Stderr
	text, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if !strings.HasSuffix(name, "_test.go") {
				p.read(t, filepath.Join(p.Dir, name))
			}
		}
		all = append(all, p)
	}
}

// read adds a file's imports and the names of other packages that it uses.
func (p *pkg) read(t *testing.T, name string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		// The compiler says it better, and an editor may be at work.
		t.Logf("passed over: %v", err)
		return
	}
	known := map[string]string{}
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		known[path.Base(imported)] = imported
		if spec.Name != nil {
			known[spec.Name.Name] = imported
		}
		if !slices.Contains(p.Imports, imported) {
			p.Imports = append(p.Imports, imported)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if ident, ok := selector.X.(*ast.Ident); ok && known[ident.Name] != "" {
				p.names = append(p.names, known[ident.Name]+"."+selector.Sel.Name)
			}
		}
		return true
	})
}

func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, module) }

// ours returns the packages of the project among imports, below the module.
func ours(imports []string) []string {
	var found []string
	for _, name := range imports {
		if short, ok := strings.CutPrefix(name, module); ok {
			found = append(found, short)
		}
	}
	return found
}

// below returns those of the project's that lie in one of the folders.
func below(imports []string, folders ...string) []string {
	return slices.DeleteFunc(ours(imports), func(name string) bool {
		first, _, _ := strings.Cut(name, "/")
		return !slices.Contains(folders, first)
	})
}

func only(names []string, wanted ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(wanted, name) })
}

func except(names []string, allowed ...string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(allowed, name) })
}

func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}
