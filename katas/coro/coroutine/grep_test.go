package coroutine_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/coroutine"
)

// page is a writer that keeps each Write, and fails once, at the limit.
type page struct {
	writes []string
	limit  int
	failed bool
}

func (p *page) Write(text []byte) (int, error) {
	if len(p.writes) == p.limit && !p.failed {
		p.failed = true
		return 0, errMishap
	}
	p.writes = append(p.writes, string(text))
	return len(text), nil
}

var _ = Describe("Grep", func() {
	const many = 100

	It("writes the lines that match, and hands out how many", spec.Worth(1), func() {
		page := &page{limit: many}
		grep := coroutine.Grep("go", page)
		expect(grep.Prime()).toHandOut(0)
		for i, line := range []string{"a gopher", "a python", "", "let it go", "Go", "go go go"} {
			expect(grep.Send(line)).toHandOut([]int{1, 1, 1, 2, 2, 3}[i])
		}
		Expect(page.writes).To(Equal([]string{"a gopher\n", "let it go\n", "go go go\n"}))
		Expect(grep.Close()).To(Succeed())
		Expect(page.writes[3:]).To(Equal([]string{"3 matched\n"}))

		page.writes = nil
		every := coroutine.Grep("", page)
		expect(every.Prime()).toHandOut(0)
		expect(every.Send("")).toHandOut(1)
		Expect(every.Close()).To(Succeed())
		Expect(strings.Join(page.writes, "")).To(Equal("\n1 matched\n"))
	})

	It("writes its last line however it ends", spec.Worth(1), func() {
		for _, way := range []struct {
			name string
			end  func(grep *coroutine.Coroutine[string, int]) error
			says error
		}{
			{"Close", (*coroutine.Coroutine[string, int]).Close, nil},
			{"Throw", func(grep *coroutine.Coroutine[string, int]) error {
				_, err := grep.Throw(errMishap)
				return err
			}, errMishap},
		} {
			page := &page{limit: many}
			grep := coroutine.Grep("go", page)
			grep.Prime()
			grep.Send("a gopher")
			says := way.end(grep)
			Expect(says).To(itself(way.says), "what %s returned", way.name)
			Expect(page.writes).To(Equal([]string{"a gopher\n", "1 matched\n"}), "what was written up to %s", way.name)
			expect(grep.Send("let it go")).toFail(coroutine.ErrEnded)
		}

		broken := &page{limit: 1}
		grep := coroutine.Grep("go", broken)
		expect(grep.Prime()).toHandOut(0)
		expect(grep.Send("a gopher")).toHandOut(1)
		expect(grep.Send("let it go")).toFail(errMishap)
		expect(grep.Send("let it go")).toFail(coroutine.ErrEnded)
		Expect(grep.Close()).To(Succeed())
		Expect(broken.writes).To(Equal([]string{"a gopher\n"}), "what was written before the Write that failed, and after it")
	})
})
