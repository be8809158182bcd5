package source_test

import (
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// complaint is what must be said of a line.
type complaint struct {
	line int
	says string
}

// policyCase is one file; the policy allows sync and time.
type policyCase struct {
	why, name, text string
	want            []complaint
}

func (c policyCase) check(t *testing.T, policy source.Policy) {
	t.Helper()
	got := policy.Check(source.Answer{Kata: lock, Files: map[string][]byte{c.name: []byte(c.text)}})
	if len(got) != len(c.want) {
		t.Fatalf("%d complaints, want %d: %+v", len(got), len(c.want), got)
	}
	for i, want := range c.want {
		at := report.Location{File: "katas/sync/lock/" + c.name, Line: want.line}
		if got[i].Where != at || !strings.Contains(got[i].Message, want.says) || got[i].Allowed == "" {
			t.Errorf("%+v, want %q at %+v", got[i], want.says, at)
		}
	}
}

var strict = source.Policy{Imports: []string{"sync", "time"}}

func TestPolicy(t *testing.T) {
	for _, c := range []policyCase{
		{"what is allowed", "lock.go", "package lock\n\nimport (\n\t\"sync\"\n\t\"time\"\n)\n", nil},
		{"an import outside the list", "lock.go", "package lock\n\nimport \"os\"\n", []complaint{{3, `not to be solved with "os"`}}},
		{"each is named at its line", "lock.go", "package lock\n\nimport (\n\t\"net\"\n\t\"sync\"\n\t\"os/exec\"\n)\n", []complaint{{4, `"net"`}, {6, `"os/exec"`}}},
		{"by another name", "lock.go", "package lock\n\nimport sync \"os\"\n", []complaint{{3, `"os"`}}},
		{"for its effects", "lock.go", "package lock\n\nimport _ \"net/http/pprof\"\n", []complaint{{3, `"net/http/pprof"`}}},
		{"in another kind of quotes", "lock.go", "package lock\n\nimport `os`\n", []complaint{{3, `"os"`}}},
		{"with escapes", "lock.go", "package lock\n\nimport \"\\x6fs\"\n", []complaint{{3, `"os"`}}},
		{"in a second declaration", "lock.go", "package lock\n\nimport \"sync\"\nimport \"os\"\n", []complaint{{4, `"os"`}}},
		{"a path that only begins like an allowed one", "lock.go", "package lock\n\nimport \"sync/errgroup\"\n", []complaint{{3, `"sync/errgroup"`}}},
		{"the harness itself", "lock.go", "package lock\n\nimport \"github.com/concurrency-dojo/dojo/harness/attest/secret\"\n", []complaint{{3, "attest/secret"}}},
		{"unsafe", "lock.go", "package lock\n\nimport \"unsafe\"\n", []complaint{{3, `"unsafe"`}}},
		{"cgo", "lock.go", "package lock\n\n// #include <unistd.h>\nimport \"C\"\n", []complaint{{4, `"C"`}}},
		{"a file that breaks off is refused before the compiler sees it", "lock.go", "package lock\n\nimport \"os\"\n\nfunc {{{\n", []complaint{{3, `"os"`}}},
		{"one without a package is the compiler's to complain of", "lock.go", "func Lock() {}\n", nil},
		{"an empty one, too", "lock.go", "", nil},

		{"linkname", "lock.go", "package lock\n\n//go:linkname now runtime.nanotime\nfunc now() int64\n", []complaint{{3, "go:linkname"}}},
		{"linkname inside a function works as well", "lock.go", "package lock\n\nfunc f() {\n\t//go:linkname f runtime.f\n}\n", []complaint{{4, "go:linkname"}}},
		{"embed", "lock.go", "package lock\n\n//go:embed /etc/passwd\nvar x string\n", []complaint{{3, "go:embed"}}},
		{"cgo's own directives", "lock.go", "package lock\n\n//go:cgo_import_dynamic x y \"z\"\n", []complaint{{3, "cgo"}}},
		{"cgo's export", "lock.go", "package lock\n\n//export Lock\nfunc Lock() {}\n", []complaint{{3, "cgo"}}},
		{"a build constraint", "lock.go", "//go:build ignore\n\npackage lock\n", []complaint{{1, "build constraint"}}},
		{"of the old kind", "lock.go", "// +build ignore\n\npackage lock\n", []complaint{{1, "build constraint"}}},
		{"several sins, in the order of the lines", "lock.go", "//go:build ignore\n\npackage lock\n\n//go:linkname a b\n", []complaint{{1, "build"}, {5, "linkname"}}},
		{"a call of the hooks that the grader inserts", "lock.go", "package lock\n\nfunc init() { dojo_hook.Disarm() }\n", []complaint{{3, "dojo_hook"}}},
		{"a name that hides them", "lock.go", "package lock\n\nvar dojo_hook int\n", []complaint{{3, "dojo_hook"}}},
		{"nosplit", "lock.go", "package lock\n\n//go:nosplit\nfunc f() {}\n", []complaint{{3, "go:nosplit"}}},
		{"what the compiler can read and the parser can't", "lock.go", "package lock\n\nimport \"os\"\n\nvar x = " + strings.Repeat("(", 100_100) + "1" + strings.Repeat(")", 100_100) + "\n", []complaint{{1, "nested too deeply"}}},
		{"talk about it", "lock.go", "package lock\n\n// Do not use go:linkname, nor //go:embed.\nconst s = \"//go:linkname a b\"\n", nil},
		{"directives that only tune", "lock.go", "package lock\n\n//go:noinline\nfunc f() {}\n", nil},

		{"assembly", "fast.s", "TEXT ·Lock(SB), $0\n\tRET\n", []complaint{{1, "not Go"}}},
		{"an object file", "fast.syso", "\x7fELF", []complaint{{1, "not Go"}}},
		{"C", "fast.c", "int x;\n", []complaint{{1, "not Go"}}},
	} {
		t.Run(c.why, func(t *testing.T) { c.check(t, strict) })
	}
}

func TestPolicyOfAKataForOneSystem(t *testing.T) {
	linux := source.Policy{Imports: []string{"sync"}, Constraint: "//go:build linux"}
	for _, c := range []policyCase{
		{"the stub's own constraint", "lock.go", "//go:build linux\n\npackage lock\n", nil},
		{"with a space behind it", "lock.go", "//go:build linux \n\npackage lock\n", nil},
		{"another one hides the file", "lock.go", "//go:build windows\n\npackage lock\n", []complaint{{1, "build constraint"}}},
		{"more than it", "lock.go", "//go:build linux && ignore\n\npackage lock\n", []complaint{{1, "build constraint"}}},
		{"none is no sin", "lock.go", "package lock\n", nil},
	} {
		t.Run(c.why, func(t *testing.T) { c.check(t, linux) })
	}
}

func TestPolicyNamesEveryFileInOrder(t *testing.T) {
	got := strict.Check(source.Answer{Kata: lock, Files: map[string][]byte{
		"z.go": []byte("package lock\n\nimport \"os\"\n"), "a.s": nil, "m.go": []byte("package lock\n\nimport \"net\"\n"),
	}})
	if len(got) != 3 || got[0].Where.File != "katas/sync/lock/a.s" || got[1].Where.File != "katas/sync/lock/m.go" || got[2].Where.File != "katas/sync/lock/z.go" {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(got[1].Allowed, "sync, time") {
		t.Errorf("what may be imported is not said: %q", got[1].Allowed)
	}
}

func TestDirectivesThatBlindTheHarness(t *testing.T) {
	for _, c := range []policyCase{
		{"races that nobody sees", "lock.go", "package lock\n\n//go:norace\nfunc Lock() {}\n", []complaint{{3, "norace"}}},
		{"frames that seem to be the specs'", "lock.go", "package lock\n\n//line /x/katas/sync/lock/lock_test.go:1\nfunc Lock() {}\n", []complaint{{3, "line"}}},
		{"the same in the other kind of comment", "lock.go", "package lock\n\n/*line x.go:1:1*/ func Lock() {}\n", []complaint{{3, "line"}}},
	} {
		t.Run(c.why, func(t *testing.T) { c.check(t, strict) })
	}
}
