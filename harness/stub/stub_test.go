package stub_test

import (
	"testing"

	"github.com/concurrency-dojo/dojo/harness/stub"
)

const head = "package lock\n\n"

func TestUntouched(t *testing.T) {
	const todo = head + "// Lock waits.\nfunc (l *Lock) Lock() {\n\tpanic(\"TODO: implement Lock\")\n}\n\ntype Lock struct{}\n"
	for _, c := range []struct {
		why       string
		files     map[string]string
		untouched bool
	}{
		{"as it is handed out", map[string]string{"lock.go": todo}, true},
		{"with its brief, which has no function", map[string]string{"doc.go": "// Package lock is a kata.\npackage lock\n", "lock.go": todo}, true},
		{"several functions, all to do", map[string]string{"lock.go": todo, "more.go": head + "func New() *Lock { panic(\"TODO\") }\n"}, true},
		{"thoughts on the types are not an answer yet", map[string]string{"lock.go": todo + "\ntype state int\n\nvar ErrHeld error\n\nconst most = 3\n"}, true},
		{"nor are comments", map[string]string{"lock.go": todo + "\n// What if two callers come at once?\n"}, true},
		{"a function that is declared elsewhere is no stub and no answer", map[string]string{"lock.go": todo + "\nfunc procyield(cycles uint32)\n"}, true},
		{"specs are no answer", map[string]string{"lock.go": todo, "lock_test.go": head + "func TestLock() { println() }\n"}, true},
		{"hints are not read at all", map[string]string{"lock.go": todo, "hints.md": "func answer() {}"}, true},

		{"one function of two is written", map[string]string{"lock.go": todo + "\nfunc New() *Lock { return &Lock{} }\n"}, false},
		{"one that does nothing may be meant so", map[string]string{"lock.go": todo + "\nfunc (l *Lock) Unlock() {}\n"}, false},
		{"the panic is still there, behind the answer", map[string]string{"lock.go": head + "func Lock() {\n\twait()\n\tpanic(\"TODO\")\n}\n"}, false},
		{"or before it, while it is written", map[string]string{"lock.go": head + "func Lock() {\n\tpanic(\"TODO\")\n\twait()\n}\n"}, false},
		{"a panic that the learner wrote", map[string]string{"lock.go": head + "func Lock() { panic(\"closed\") }\n"}, false},
		{"TODO stands further back in the text", map[string]string{"lock.go": head + "func Lock() { panic(\"not TODO\") }\n"}, false},
		{"another function of that text", map[string]string{"lock.go": head + "func Lock() { print(\"TODO\") }\n"}, false},
		{"a method called panic", map[string]string{"lock.go": head + "func Lock() { log.panic(\"TODO\") }\n"}, false},
		{"panic with more than a text", map[string]string{"lock.go": head + "func Lock() { panic(\"TODO\" + name) }\n"}, false},
		{"a helper in a file of its own", map[string]string{"lock.go": todo, "ring.go": head + "func push() { count++ }\n"}, false},
		{"what does not parse is somebody's work", map[string]string{"lock.go": todo + "\nfunc {\n"}, false},
		{"no function at all is no stub", map[string]string{"doc.go": "package lock\n"}, false},
		{"no file at all", nil, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			files := map[string][]byte{}
			for name, text := range c.files {
				files[name] = []byte(text)
			}
			if got := stub.Untouched(files); got != c.untouched {
				t.Errorf("untouched: %v", got)
			}
		})
	}
}
