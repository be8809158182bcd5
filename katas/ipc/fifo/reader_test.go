//go:build linux

package fifo_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fifo"
)

func TestFIFO(t *testing.T) { spec.Run(t) }

var _ = Describe("A reader", func() {
	It("makes a FIFO with the bits that the umask leaves, and waits for nobody", spec.Worth(1), func(ctx SpecContext) {
		before := unix.Umask(0o027)
		DeferCleanup(func() { unix.Umask(before) })
		for _, c := range []struct{ perm, bits fs.FileMode }{{0o666, 0o640}, {0o600, 0o600}, {0o622, 0o600}} {
			path := name()
			listen(ctx, path, c.perm)
			info, err := os.Lstat(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Type()).To(Equal(fs.ModeNamedPipe), "what is at the path isn't a FIFO")
			Expect(info.Mode().Perm()).To(Equal(c.bits), "asked for %v with the umask 027", c.perm)
		}
		Expect(unix.Umask(0o027)).To(Equal(0o027), "the process has another umask now")

		_, err := fifo.Listen(filepath.Join(spec.Folder(), "missing", "fifo"), 0o600)
		Expect(err).To(MatchError(fs.ErrNotExist))
	})

	It("returns line by line, however they arrive", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		writer := foreignWriter(path)
		write(writer, "one\n\n two \r\nthree\n")
		for _, line := range []string{"one", "", " two \r", "three"} {
			Expect(r.line(ctx)).To(Equal(line))
		}
		waiting := r.next(ctx)
		for _, piece := range []string{"in ", "three", " pieces"} {
			write(writer, piece)
			spec.Settled(ctx, waiting)
		}
		write(writer, "\nnext")
		Expect(lineOf(ctx, waiting)).To(Equal("in three pieces"))
		write(writer, " one\n")
		Expect(r.line(ctx)).To(Equal("next one"))
	})

	It("goes on when the last writer has left", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		spec.Quiet(ctx)
		door := watch(path)
		for _, word := range []string{"first", "second"} {
			waiting := r.next(ctx)
			spec.Settled(ctx, waiting)
			Expect(door.stoodEmpty()).To(BeFalse(), "the FIFO had no reader for a moment, and a writer might have come then")
			await(ctx, program(ctx, shell("echo "+word+` > "$0"`, path)))
			Expect(lineOf(ctx, waiting)).To(Equal(word))
			waiting = r.next(ctx)
			spec.Settled(ctx, waiting)
			Expect(door.stoodEmpty()).To(BeFalse(), "the FIFO had no reader for a moment, and a writer might have come then")
			writer := foreignWriter(path)
			write(writer, "more\n")
			Expect(lineOf(ctx, waiting)).To(Equal("more"))
			writer.Close()
		}

		// One writer after the other, each of them alone, and nobody waits for any.
		const visits = 50
		var expected []string
		for visit := range visits {
			line := fmt.Sprintf("visit %d", visit)
			expected = append(expected, line)
			writer := foreignWriter(path)
			write(writer, line+"\n")
			writer.Close()
		}
		Expect(r.lines(ctx, visits)).To(Equal(expected))
	})

	It("waits without burning CPU, before a writer has come and when all have left", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		waiting := r.next(ctx)
		spec.Idle(ctx)
		Expect(waiting).NotTo(Receive())
		writer := foreignWriter(path)
		write(writer, "line\n")
		Expect(lineOf(ctx, waiting)).To(Equal("line"))
		waiting = r.next(ctx)
		writer.Close()
		spec.Idle(ctx)
		Expect(waiting).NotTo(Receive())
		write(foreignWriter(path), "another\n")
		Expect(lineOf(ctx, waiting)).To(Equal("another"))
	})

	It("loses nothing when Next gives up", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		writer := foreignWriter(path)
		abandon := func() {
			GinkgoHelper()
			impatient, giveUp := context.WithCancelCause(ctx)
			waiting := r.next(impatient)
			spec.Settled(ctx, waiting)
			giveUp(errors.New("the cause, which is not what Err returns"))
			Expect(endOf(ctx, waiting).err).To(MatchError(context.Canceled))
		}
		abandon()
		write(writer, "whole\nha")
		Expect(r.line(ctx)).To(Equal("whole"))
		abandon()
		write(writer, "l")
		abandon()
		write(writer, "f and half\n")
		Expect(r.line(ctx)).To(Equal("half and half"))

		// Of a line that is too long the rest may come after a call has given up, too.
		impatient, giveUp := context.WithCancel(ctx)
		waiting := r.next(impatient)
		write(writer, strings.Repeat("n", 5000))
		spec.Quiet(ctx)
		giveUp()
		early := endOf(ctx, waiting).err
		write(writer, "n\nafter it\n")
		if !errors.Is(early, fifo.ErrTooLong) {
			Expect(early).To(MatchError(context.Canceled))
			Expect(endOf(ctx, r.next(ctx)).err).To(MatchError(fifo.ErrTooLong))
		}
		Expect(r.line(ctx)).To(Equal("after it"))

		writer.Close()
		abandon()
		late, pass := spec.Late(ctx)
		waiting = r.next(late)
		spec.Settled(ctx, waiting)
		pass()
		Expect(endOf(ctx, waiting).err).To(MatchError(context.DeadlineExceeded))
		Expect(endOf(ctx, r.next(late)).err).To(MatchError(context.DeadlineExceeded))
		write(foreignWriter(path), "late\n")
		Expect(r.line(ctx)).To(Equal("late"))
	})

	It("takes over a FIFO that nobody reads, and none that somebody reads", spec.Worth(1), func(ctx SpecContext) {
		path := makeFIFO()
		Expect(os.Chmod(path, 0o640)).To(Succeed())
		before, err := os.Lstat(path)
		Expect(err).NotTo(HaveOccurred())
		ended := program(ctx, shell(`echo patience > "$0"`, path))
		spec.Settled(ctx, ended)
		r := listen(ctx, path, 0o600)
		after, err := os.Lstat(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.SameFile(before, after)).To(BeTrue(), "at the path is another file now, and who waits in open(2) waits for ever")
		Expect(after.Mode()).To(Equal(before.Mode()))
		Expect(r.line(ctx)).To(Equal("patience"))
		await(ctx, ended)

		_, err = fifo.Listen(path, 0o600)
		Expect(err).To(MatchError(fifo.ErrInUse))
		waiting := r.next(ctx)
		spec.Settled(ctx, waiting)
		_, err = fifo.Listen(path, 0o600)
		Expect(err).To(MatchError(fifo.ErrInUse))
		spec.Settled(ctx, waiting)
		write(foreignWriter(path), "still here\n")
		Expect(lineOf(ctx, waiting)).To(Equal("still here"))

		other := makeFIFO()
		stranger := openReader(other)
		_, err = fifo.Listen(other, 0o600)
		Expect(err).To(MatchError(fifo.ErrInUse))
		write(foreignWriter(other), "mine\n")
		Expect(stranger.take()).To(Equal("mine\n"))
	})

	It("ends Next when it is closed, and removes its own FIFO and nothing else", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		writer := foreignWriter(path)
		waiting := r.next(ctx)
		spec.Settled(ctx, waiting)
		failed := spec.Await(ctx, spec.Go(r.Close))
		Expect(failed).NotTo(HaveOccurred())
		Expect(endOf(ctx, waiting).err).To(MatchError(fs.ErrClosed))
		_, err := os.Lstat(path)
		Expect(err).To(MatchError(fs.ErrNotExist), "the path is still there")
		_, err = writer.WriteString("too late\n")
		Expect(err).To(MatchError(unix.EPIPE), "somebody still has the FIFO open for reading")
		Expect(endOf(ctx, r.next(ctx)).err).To(MatchError(fs.ErrClosed))

		// The path is free, and a Reader that is closed already has no say in it.
		again := listen(ctx, path, 0o600)
		Expect(r.Close()).To(Succeed())
		write(foreignWriter(path), "again\n")
		Expect(again.line(ctx)).To(Equal("again"))

		unread := name()
		closing := listen(ctx, unread, 0o600)
		write(foreignWriter(unread), "read\nunread\nunread\n")
		Expect(closing.line(ctx)).To(Equal("read"))
		Expect(closing.Close()).To(Succeed())
		Expect(endOf(ctx, closing.next(ctx)).err).To(MatchError(fs.ErrClosed), "lines that came before Close")

		removed, replaced, other := name(), name(), name()
		first, second, third := listen(ctx, removed, 0o600), listen(ctx, replaced, 0o600), listen(ctx, other, 0o600)
		Expect(os.Remove(removed)).To(Succeed())
		Expect(first.Close()).To(Succeed(), "somebody has removed the FIFO already")

		Expect(os.Remove(replaced)).To(Succeed())
		Expect(os.WriteFile(replaced, []byte("precious"), 0o600)).To(Succeed())
		Expect(second.Close()).To(Succeed())
		Expect(os.ReadFile(replaced)).To(BeEquivalentTo("precious"))

		heir := name()
		successor := listen(ctx, heir, 0o600)
		Expect(os.Rename(heir, other)).To(Succeed())
		Expect(third.Close()).To(Succeed())
		write(foreignWriter(other), "still in service\n")
		Expect(successor.line(ctx)).To(Equal("still in service"))
	})
})

var _ = Describe("Either side", func() {
	It("refuses what is not a FIFO", spec.Worth(1), func(ctx SpecContext) {
		folder := spec.Folder()
		file, socket := filepath.Join(folder, "file"), filepath.Join(folder, "socket")
		Expect(os.WriteFile(file, []byte("precious\n"), 0o600)).To(Succeed())
		server, err := net.Listen("unix", socket)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(server.Close)
		for _, path := range []string{file, folder, socket} {
			before, err := os.Lstat(path)
			Expect(err).NotTo(HaveOccurred())
			_, err = fifo.Listen(path, 0o600)
			Expect(err).To(MatchError(fifo.ErrNotFIFO), "Listen of a %v", before.Mode())
			Expect(refusalOf(ctx, opening(ctx, path))).To(MatchError(fifo.ErrNotFIFO), "Open of a %v", before.Mode())
			after, err := os.Lstat(path)
			Expect(err).NotTo(HaveOccurred(), "what was there is gone")
			Expect(os.SameFile(before, after)).To(BeTrue(), "something else is there now")
		}
		Expect(os.ReadFile(file)).To(BeEquivalentTo("precious\n"))
	})

	It("refuses lines that are longer than PIPE_BUF, and takes the longest", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		r := listen(ctx, path, 0o600)
		w := open(ctx, path)
		longest := strings.Repeat("y", pipeBuf(ctx, path)-1)
		Expect(w.Send(longest)).To(Succeed())
		Expect(w.Send(longest + "y")).To(MatchError(fifo.ErrTooLong))
		Expect(w.Send(strings.Repeat("ü", len(longest)/2+1))).To(MatchError(fifo.ErrTooLong), "bytes count, not characters")
		for _, line := range []string{"two\nlines", "\n", "line\n", "\nline"} {
			Expect(w.Send(line)).NotTo(Succeed(), "%q holds a newline", line)
		}
		Expect(w.Send("")).To(Succeed())
		Expect(r.line(ctx) == longest).To(BeTrue(), "the longest line that may be doesn't come out")
		Expect(r.line(ctx)).To(BeEmpty(), "of a line that was refused something has been written")

		writer := foreignWriter(path)
		for _, length := range []int{len(longest) + 1, len(longest) + 2, 3*len(longest) + 3, 100_000} {
			written := spec.Go(func() error {
				_, err := writer.WriteString(strings.Repeat("n", length) + "\nafter it\n")
				return err
			})
			Expect(endOf(ctx, r.next(ctx)).err).To(MatchError(fifo.ErrTooLong), "a line of %d bytes", length)
			Expect(r.line(ctx)).To(Equal("after it"))
			await(ctx, written)
		}
	})
})
