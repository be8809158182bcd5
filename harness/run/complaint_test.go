package run

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/instrument"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
)

func TestComplaints(t *testing.T) {
	root := smallTree(t)
	staged := t.TempDir()
	lay(t, staged, map[string]string{"lock.go": "package lock\n"})
	relative, err := filepath.Rel(root, staged)
	if err != nil {
		t.Fatal(err)
	}
	answers := []source.Answer{
		{Kata: "sync/lock", Folder: staged, Files: map[string][]byte{"lock.go": nil}},
		{Kata: "sync/queue", InPlace: true},
	}
	plain := map[string]instrument.Depth{"sync/lock": instrument.Plain, "sync/queue": instrument.Plain}
	c, err := compilation(t.TempDir(), "all", answers, plain, quick(root))
	if err != nil {
		t.Fatal(err)
	}
	one := func(file string, line, column int, message string) []report.Complaint {
		return []report.Complaint{{Where: report.Location{File: file, Line: line}, Column: column, Message: message}}
	}
	const lockGo, queueGo = "katas/sync/lock/lock.go", "katas/sync/queue/queue.go"
	for _, row := range []struct {
		why, output string
		want        map[string][]report.Complaint
	}{
		{"a file of the tree", queueGo + ":12:2: undefined: x\n", map[string][]report.Complaint{"sync/queue": one(queueGo, 12, 2, "undefined: x")}},
		{"by its absolute path", filepath.Join(root, queueGo) + ":12:2: undefined: x\n", map[string][]report.Complaint{"sync/queue": one(queueGo, 12, 2, "undefined: x")}},
		{"the file that stands in for one", filepath.Join(staged, "lock.go") + ":3:1: undefined: y\n", map[string][]report.Complaint{"sync/lock": one(lockGo, 3, 1, "undefined: y")}},
		{"by a path from the root", filepath.Join(relative, "lock.go") + ":3:1: undefined: y\n", map[string][]report.Complaint{"sync/lock": one(lockGo, 3, 1, "undefined: y")}},
		{"by its name in the tree", lockGo + ":3:1: undefined: y\n", map[string][]report.Complaint{"sync/lock": one(lockGo, 3, 1, "undefined: y")}},
		{"without a column", lockGo + ":3: too many errors\n", map[string][]report.Complaint{"sync/lock": one(lockGo, 3, 0, "too many errors")}},
		{"a message with colons", lockGo + ":3:1: a: b:7: c\n", map[string][]report.Complaint{"sync/lock": one(lockGo, 3, 1, "a: b:7: c")}},
		{"the specs", "katas/sync/lock/lock_test.go:8:2: undefined: lock.New\n",
			map[string][]report.Complaint{"sync/lock": one("katas/sync/lock/lock_test.go", 8, 2, "undefined: lock.New (the specs use this: keep the names and signatures of the stub)")}},
		{"what the compiler has and wants stands below",
			"katas/sync/lock/lock_test.go:8:2: not enough arguments in call to lock.New\n\thave ()\n\twant (int)\n" + lockGo + ":9:1: T does not implement I (wrong type for method M)\n\t\thave M(int)\n\t\twant M()\n",
			map[string][]report.Complaint{"sync/lock": append(
				one("katas/sync/lock/lock_test.go", 8, 2, "not enough arguments in call to lock.New: have (), want (int) (the specs use this: keep the names and signatures of the stub)"),
				one(lockGo, 9, 1, "T does not implement I (wrong type for method M): have M(int), want M()")...)}},
		{"another place that belongs to it is told as one more", lockGo + ":5:6: x redeclared in this block\n\t" + filepath.Join(staged, "lock.go") + ":3:6: other declaration of x\n",
			map[string][]report.Complaint{"sync/lock": append(one(lockGo, 5, 6, "x redeclared in this block"), one(lockGo, 3, 6, "other declaration of x")...)}},
		{"the specs by the name that only the overlay has", "katas/sync/lock/specs/lock.go:5:2: no Go files in " + filepath.Join(root, "katas/sync/lock") + "\n",
			map[string][]report.Complaint{"sync/lock": one("katas/sync/lock/lock_test.go", 5, 2, "no Go files in katas/sync/lock (the specs use this: keep the names and signatures of the stub)")}},
		{"two katas", "# x\n" + lockGo + ":1:1: a\n# y\n" + queueGo + ":2:2: b\n",
			map[string][]report.Complaint{"sync/lock": one(lockGo, 1, 1, "a"), "sync/queue": one(queueGo, 2, 2, "b")}},
		{"a kata that is not among the answers", "katas/sync/bare/bare.go:1:1: a\n", map[string][]report.Complaint{}},
		{"one whose name only begins like an answer's", "katas/sync/locker/lock.go:1:1: a\n", map[string][]report.Complaint{}},
		{"our own code", "harness/spec/spec.go:1:1: a\n", map[string][]report.Complaint{}},
		{"what the linker says", "# github.com/concurrency-dojo/dojo/graded\n/usr/bin/ld: no space left on device\n", map[string][]report.Complaint{}},
		{"nothing", "", map[string][]report.Complaint{}},
	} {
		t.Run(row.why, func(t *testing.T) {
			if got := c.complaints(row.output); !reflect.DeepEqual(got, row.want) {
				t.Errorf("%+v, want %+v", got, row.want)
			}
		})
	}
}

func TestComplaintOfAFolderWithSpaces(t *testing.T) {
	root := smallTree(t)
	staged := filepath.Join(t.TempDir(), "my answers")
	lay(t, staged, map[string]string{"lock.go": "package lock\n"})
	c, err := compilation(t.TempDir(), "all", []source.Answer{{Kata: "sync/lock", Folder: staged, Files: map[string][]byte{"lock.go": nil}}}, map[string]instrument.Depth{"sync/lock": instrument.Plain}, quick(root))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.complaints(filepath.Join(staged, "lock.go") + ":3:1: undefined: y\n")["sync/lock"]; len(got) != 1 || got[0].Where.Line != 3 {
		t.Errorf("%+v", got)
	}
}
