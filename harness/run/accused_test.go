package run

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

const queueSpecs = `package queue_test

var _ = Describe("A queue", func() {
	var queue *Queue
	put := func(item int) { Expect(queue.Put(item)).To(Succeed()) }
	BeforeEach(func() { queue = New(3) })

	It("keeps the order", func() {
		put(1)
		Expect(queue.
			Take()).To(Equal(1))
		waiting := Go(func() int { return queue.Take() })
		put(2)
		Eventually(waiting).Should(Receive(Equal(2)))
	})
})
`

func TestTheLineThatFailedTellsWhereToLook(t *testing.T) {
	root := t.TempDir()
	const file = "katas/sync/queue/queue_test.go"
	lay(t, filepath.Join(root, "katas/sync/queue"), map[string]string{"queue_test.go": queueSpecs})
	answer := source.Answer{Kata: "sync/queue", Files: map[string][]byte{
		"queue.go": []byte("package queue\n\nfunc New(n int) *Queue { return nil }\n\nfunc (q *Queue) Put(int) {}\n\nfunc (q *Queue) Take() int { return q.take() }\n\nfunc (q *Queue) take() int { return 0 }\n"),
	}}
	for _, c := range []struct {
		why  string
		line int
		want string
	}{
		{"a call on the line", 10, "[Take:7]"},
		{"a statement of two lines", 11, "[Take:7]"},
		{"through a function of the specs", 9, "[Put:5]"},
		{"the spec waits for what was called before", 14, "[Put:5]"},
		{"before all calls", 1, "[]"},
	} {
		var got []string
		for _, place := range accused(root, answer, report.Location{File: file, Line: c.line}) {
			got = append(got, fmt.Sprint(place.Function, ":", place.Line))
			if place.File != "katas/sync/queue/queue.go" {
				t.Errorf("%s: %s", c.why, place.File)
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.why, got, c.want)
		}
	}
	os.Remove(filepath.Join(root, file))
	if got := accused(root, answer, report.Location{File: file, Line: 10}); got != nil {
		t.Errorf("without the specs: %v", got)
	}
}
