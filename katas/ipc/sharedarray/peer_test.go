//go:build linux

package sharedarray_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/sharedarray"
)

// peerRole is a process that has attached the array of descriptor 3, and a second one if
// it was given that as descriptor 5, and obeys the lines of its standard input, each with
// one line.
var peerRole = spec.Child("sharedarray/peer", func(more []string) int {
	var arrays []*sharedarray.Array
	for _, descriptor := range []uintptr{3, 5}[:1+len(more)] {
		array, err := sharedarray.Attach(os.NewFile(descriptor, "array"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "attach in the other process:", err)
			return 1
		}
		arrays = append(arrays, array)
	}
	// One os.File for all: a second one, once it is collected, would close descriptor 4.
	tether := os.NewFile(4, "tether")
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		fmt.Println(obey(arrays, tether, orders.Text()))
	}
	return 0
})

// makerRole is a process that has made the array itself. It obeys as a peer does, until
// it is told to appoint an heir: a peer that reads all orders from then on.
var makerRole = spec.Child("sharedarray/maker", func([]string) int {
	array, err := sharedarray.New(1)
	if err != nil {
		fmt.Fprintln(os.Stderr, "make in the other process:", err)
		return 1
	}
	tether := os.NewFile(4, "tether")
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		if orders.Text() != "appoint" {
			fmt.Println(obey([]*sharedarray.Array{array}, tether, orders.Text()))
			continue
		}
		line := peerRole.Command()
		heir := exec.Command(line[0], line[1:]...)
		heir.Stdin, heir.Stdout, heir.Stderr = os.Stdin, os.Stdout, os.Stderr
		heir.ExtraFiles = []*os.File{array.File(), tether}
		fmt.Println(started(heir))
		io.Copy(io.Discard, tether)
	}
	return 0
})

// done is the answer of a peer to what has no result.
const done = "<nil>"

// obey does what an order says. After len, lock and unlock stands which array is meant,
// if it isn't the first.
func obey(arrays []*sharedarray.Array, tether *os.File, order string) any {
	array := arrays[0]
	var word string
	var i int
	var delta int64
	fmt.Sscan(order, &word, &i, &delta)
	switch word {
	case "len":
		return arrays[i].Len()
	case "add":
		return array.Add(i, delta)
	case "compete":
		return compete(array)
	case "lock":
		return arrays[i].Lock()
	case "unlock":
		return arrays[i].Unlock()
	case "close":
		return array.Close()
	case "start":
		return program(tether)
	default: // "bequeath"
		return program(tether, array.File())
	}
}

// program starts a program that lives until the tether is cut, and returns its pid.
func program(tether *os.File, files ...*os.File) any {
	command := exec.Command("cat")
	command.Stdin, command.ExtraFiles = tether, files
	return started(command)
}

// started starts a command, and returns its pid or what is wrong.
func started(command *exec.Cmd) any {
	if err := command.Start(); err != nil {
		return err
	}
	return command.Process.Pid
}

// Each competitor adds ten thousand times, and goes on until the others have come
// between so often, since adds that happen one after the other lose nothing; but
// not for ever, since the others may be through.
const (
	adds     = 10_000
	between  = 1_000
	mostAdds = 1_000_000
)

// compete adds 1 to number 0, and returns how often, and the total of what Add returned.
func compete(array *sharedarray.Array) string {
	var made, sums int64
	last, others := array.Add(0, 0), 0
	for made < adds || others < between && made < mostAdds {
		sum := array.Add(0, 1)
		if sum != last+1 {
			others++
		}
		last = sum
		sums += sum
		made++
	}
	return fmt.Sprint(made, sums)
}

// peer is such a process.
type peer struct {
	command *exec.Cmd
	orders  io.Writer
	answers <-chan string
	tether  spec.Tether
}

// start starts a process and hands it the array, or two. It is killed after the spec, and
// the programs that it has started end then too.
func start(array *subject, second ...*subject) *peer {
	GinkgoHelper()
	var more []string
	files := []*os.File{array.File()}
	for _, s := range second {
		more, files = append(more, "more"), append(files, s.File())
	}
	return launch(peerRole.Command(more...), files...)
}

// startMaker starts a process that makes an array of one number. It ends as others do.
func startMaker() *peer {
	GinkgoHelper()
	return launch(makerRole.Command(), nil)
}

// launch starts a process with the first file as descriptor 3, or none, the tether as
// descriptor 4, and the others behind.
func launch(line []string, files ...*os.File) *peer {
	GinkgoHelper()
	p := &peer{command: exec.Command(line[0], line[1:]...), tether: spec.Tie()}
	p.command.ExtraFiles = slices.Insert(files, 1, p.tether.Read)
	p.command.Stderr = GinkgoWriter
	orders, err := p.command.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	output, err := p.command.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(p.command.Start()).To(Succeed())
	answers, ended := make(chan string, 16), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(answers)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			answers <- lines.Text()
		}
	}()
	p.orders, p.answers = orders, answers
	DeferCleanup(func() {
		p.kill()
		<-ended
		p.command.Wait()
	})
	return p
}

// order tells the process what to do, and returns where its answer comes. One that has
// ended reads no orders, and its answers are at an end: that is where it is seen.
func (p *peer) order(words ...any) <-chan string {
	fmt.Fprintln(p.orders, words...)
	return p.answers
}

// obey is order for what doesn't have to wait.
func (p *peer) obey(ctx context.Context, words ...any) string {
	GinkgoHelper()
	return answer(ctx, p.order(words...))
}

func answer(ctx context.Context, answers <-chan string) string {
	GinkgoHelper()
	return spec.Await(ctx, answers, "the other process doesn't answer")
}

// kill kills the process, which nobody waits for until the spec is over.
func (p *peer) kill() { p.command.Process.Kill() }

// begin has the process start a program, which is nobody's but the spec's when the
// process has ended.
func (p *peer) begin(ctx context.Context, order string) (pid int) {
	GinkgoHelper()
	text := p.obey(ctx, order)
	_, err := fmt.Sscan(text, &pid)
	Expect(err).NotTo(HaveOccurred(), text)
	DeferCleanup(func() {
		p.kill()
		p.tether.Cut()
		// One that waits for the lock doesn't see that.
		unix.Kill(pid, unix.SIGKILL)
		p.command.Wait()
		unix.Wait4(pid, nil, 0, nil)
	})
	return pid
}
