package spec

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// parent is a process that has a child of its own, says that it has, and reads its
// input to the end.
var parent = Child("spec/parent", func([]string) int {
	child := exec.Command("cat")
	child.Stdin = os.Stdin
	if child.Start() != nil {
		return 1
	}
	os.Stdout.WriteString(".")
	child.Wait()
	return 0
})

func TestDescendantsAreSeenWithTheirParents(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	line := parent.Command("a b", "c")
	command := exec.Command(line[0], line[1:]...)
	command.Stdin = read
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	said.Read(make([]byte, 1))

	all := Descendants()
	at := func(parent int) int {
		return slices.IndexFunc(all, func(p Process) bool { return p.Parent == parent })
	}
	child, grandchild := at(os.Getpid()), at(command.Process.Pid)
	if child < 0 || grandchild < child {
		t.Fatalf("want a child and, after it, its own; there are %+v", all)
	}
	if got, own := all[child], pulse.Stat(os.Getpid()); !slices.Equal(got.Arguments, line) ||
		strconv.Itoa(got.Group) != own[pulse.StatGroup] || strconv.Itoa(got.Session) != own[pulse.StatSession] {
		t.Errorf("the child is %+v; want the command line %q, this process's group and session in %v", got, line, own)
	}
	if state := State(os.Getpid()); state != "S" && state != "R" {
		t.Errorf("this process has state %q", state)
	}

	write.Close()
	command.Wait()
	if got, there := Look(command.Process.Pid); there {
		t.Errorf("a process that was waited for is still seen as %+v", got)
	}
}

// Some programs in a hundred are seen in the moment in which they have no arguments.
func TestArgumentsAreThereOnceStartReturns(t *testing.T) {
	for range 300 {
		command := exec.Command("sleep", "1000")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		process, there := Look(command.Process.Pid)
		command.Process.Kill()
		command.Wait()
		if !there || !slices.Equal(process.Arguments, command.Args) {
			t.Fatalf("it is there: %v, with the arguments %q", there, process.Arguments)
		}
	}
}
