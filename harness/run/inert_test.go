package run

import (
	"testing"

	"github.com/concurrency-dojo/dojo/harness/source"
)

func TestInert(t *testing.T) {
	for _, c := range []struct {
		why, text string
		want      bool
	}{
		{"functions and types run nothing", "type T struct{}\nfunc F() { panic(1) }\nfunc (T) init() { panic(1) }", true},
		{"an error ends nothing", `var ErrClosed = errors.New("closed")`, true},
		{"nor does what is built in", "var seen = map[int]bool{1: true}\nvar c = make(chan int, 1)\nvar f = func() { panic(1) }", true},
		{"init is code", "func init() { panic(1) }", false},
		{"so is a call", "var n = F()\nfunc F() int { panic(1) }", false},
		{"a literal that is called", "var n = func() int { panic(1) }()", false},
		{"a receive, which may never come", "var n = <-make(chan int)", false},
		{"what is called among values", "var all = []int{1, len(F())}\nfunc F() []int { panic(1) }", false},
	} {
		if got := inert(source.Answer{Files: map[string][]byte{"x.go": []byte("package x\n\n" + c.text + "\n")}}); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}
