//go:build linux

package fifo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fifo"
)

// crowd is a process with several writers: the path of the FIFO, the number of the
// first of them, how many they are and how many lines each of them writes. They
// begin when the standard input ends.
var crowd = spec.Child("fifo/crowd", func(arguments []string) int {
	var numbers [3]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(arguments[1+i])
	}
	first, writers, each := numbers[0], numbers[1], numbers[2]
	ended := make(chan error)
	var all []*fifo.Writer
	for range writers {
		w, err := fifo.Open(context.Background(), arguments[0])
		if err != nil {
			fmt.Fprintln(os.Stderr, "open in the crowd:", err)
			return 1
		}
		all = append(all, w)
	}
	io.Copy(io.Discard, os.Stdin)
	for number, w := range all {
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				err = w.Send(crowdLine(first+number, i))
			}
			ended <- err
		}()
	}
	for range all {
		if err := <-ended; err != nil {
			fmt.Fprintln(os.Stderr, "send in the crowd:", err)
			return 1
		}
	}
	return 0
})

// crowdLine is line i of one writer of the crowd: of any length that may be, and of
// letters that no other writer uses.
func crowdLine(number, i int) string {
	head := fmt.Sprintf("%d %d ", number, i)
	return head + strings.Repeat(string(rune('a'+number)), (i*677+number*1213)%(4096-len(head)))
}

var _ = Describe("A writer", func() {
	It("waits for a reader, and learns when it has left", spec.Worth(1), func(ctx SpecContext) {
		path := makeFIFO()
		call := opening(ctx, path)
		spec.Settled(ctx, call)
		var said bytes.Buffer
		command := shell(`read -r line < "$0"; echo "$line"`, path)
		command.Stdout = &said
		ended := program(ctx, command)
		w := writerOf(ctx, call)
		Expect(w.Send("hello")).To(Succeed())
		await(ctx, ended)
		Expect(said.String()).To(Equal("hello\n"))
		for range 2 {
			Expect(w.Send("anybody?")).To(MatchError(syscall.EPIPE))
		}

		reader := openReader(path)
		w = open(ctx, path)
		sending := spec.Go(func() (err error) {
			for line := strings.Repeat("x", 4000); err == nil; {
				err = w.Send(line)
			}
			return err
		})
		spec.Settled(ctx, sending)
		spec.Idle(ctx)
		reader.leave()
		failed := spec.Await(ctx, sending)
		Expect(failed).To(MatchError(syscall.EPIPE))
	})

	It("gives up opening when the context ends, and leaves nothing there", spec.Worth(2), func(ctx SpecContext) {
		path := makeFIFO()
		Expect(refusalOf(ctx, opening(ctx, path+" missing"))).To(MatchError(fs.ErrNotExist))

		impatient, giveUp := context.WithCancelCause(ctx)
		call := opening(impatient, path)
		spec.Settled(ctx, call)
		giveUp(errors.New("the cause, which is not what Err returns"))
		Expect(refusalOf(ctx, call)).To(MatchError(context.Canceled))
		Expect(refusalOf(ctx, opening(impatient, path))).To(MatchError(context.Canceled))

		late, pass := spec.Late(ctx)
		call = opening(late, path)
		spec.Settled(ctx, call)
		pass()
		Expect(refusalOf(ctx, call)).To(MatchError(context.DeadlineExceeded))
		Expect(held("self", path)).To(BeEmpty(), "Open gave up and holds the FIFO")

		served := makeFIFO()
		openReader(served)
		Expect(refusalOf(ctx, opening(impatient, served))).To(MatchError(context.Canceled), "the context had ended before the call")
	})

	It("hands over at once, and a line in one piece", spec.Worth(1), func(ctx SpecContext) {
		path := makeFIFO()
		reader := openReader(path)
		w := open(ctx, path)
		Expect(w.Send("now")).To(Succeed())
		Expect(reader.unread()).To(Equal(len("now\n")), "bytes that are in the FIFO when Send has returned")
		Expect(reader.take()).To(Equal("now\n"))

		// There is room for the line, but not for its newline.
		line := strings.Repeat("x", 3000)
		others := strings.Repeat("o", reader.shrink()-len(line)-1) + "\n"
		write(foreignWriter(path), others)
		sending := spec.Go(func() error { return w.Send(line) })
		spec.Settled(ctx, sending)
		Expect(reader.unread()).To(Equal(len(others)), "a part of the line is in the FIFO, and anybody's line may come behind it")
		Expect(reader.take() == others).To(BeTrue())
		await(ctx, sending)
		Expect(reader.take() == line+"\n").To(BeTrue(), "it isn't the line and its newline that come out")
	})

	It("keeps its lines whole beside seven others", spec.Worth(1), func(ctx SpecContext) {
		const processes, writers, each = 2, 8, 40
		path := name()
		r := listen(ctx, path, 0o600)
		start := spec.Tie()
		var ended []<-chan error
		for process := range processes {
			const part = writers / processes
			line := crowd.Command(path, strconv.Itoa(process*part), strconv.Itoa(part), strconv.Itoa(each))
			command := exec.Command(line[0], line[1:]...)
			command.Stdin = start.Read
			ended = append(ended, program(ctx, command))
		}
		spec.Settled(ctx, ended...)
		start.Cut()
		var seen [writers]int
		for _, line := range r.lines(ctx, writers*each) {
			var number, i int
			_, err := fmt.Sscanf(line, "%d %d", &number, &i)
			Expect(err == nil && number >= 0 && number < writers && line == crowdLine(number, i)).To(BeTrue(), "a line was torn: %.60q", line)
			Expect(i).To(Equal(seen[number]), "the lines of writer %d are out of order", number)
			seen[number]++
		}
		for _, end := range ended {
			await(ctx, end)
		}
	})

	It("keeps its descriptors to itself, as a reader does", spec.Worth(1), func(ctx SpecContext) {
		path, stale := name(), makeFIFO()
		listen(ctx, path, 0o600)
		listen(ctx, stale, 0o600)
		Expect(open(ctx, path).Send("mine")).To(Succeed())
		Expect(held("self", path)).NotTo(BeEmpty())

		line := spec.Tie()
		child := exec.Command("cat")
		child.Stdin = line.Read
		Expect(child.Start()).To(Succeed())
		DeferCleanup(child.Wait)
		DeferCleanup(line.Cut)
		of := strconv.Itoa(child.Process.Pid)
		Expect(held(of, path)).To(BeEmpty(), "a program that was started has the FIFO open too")
		Expect(held(of, stale)).To(BeEmpty(), "a program that was started has the FIFO open too")
	})
})
