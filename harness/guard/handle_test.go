package guard

import (
	"slices"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestAHandleOfAProcessThatIsLeftIsNoLeakOfItsOwn(t *testing.T) {
	child := report.Leak{Kind: report.LeakChild, What: "process 29, sleep 300, state S"}
	handle := report.Leak{Kind: report.LeakDescriptor, What: "descriptor 8: a pidfd, which stands for a process (anon_inode:[pidfd]), process 29"}
	other := report.Leak{Kind: report.LeakDescriptor, What: "descriptor 9: a pidfd, which stands for a process (anon_inode:[pidfd]), process 30"}
	file := report.Leak{Kind: report.LeakDescriptor, What: "descriptor 10: /tmp/process 29"}
	got := withoutHandles([]report.Leak{handle, other, file, child})
	want := []report.Leak{other, file, child}
	if !slices.EqualFunc(got, want, func(a, b report.Leak) bool { return a.What == b.What }) {
		t.Errorf("got %+v", got)
	}
}
