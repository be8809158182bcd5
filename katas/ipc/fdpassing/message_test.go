//go:build linux

package fdpassing_test

import (
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fdpassing"
)

func TestFDPassing(t *testing.T) { spec.Run(t) }

var _ = Describe("A message", func() {
	var near, far *net.UnixConn

	BeforeEach(func() { near, far = pair() })

	It("arrives with its label and its files, in their order", spec.Worth(1), func(ctx SpecContext) {
		a, b := fileOf("a"), fileOf("b")
		send(ctx, near, "two and one again", a, b, a)
		seen := receive(ctx, far, 3)
		Expect(seen.label).To(Equal("two and one again"))
		for i, file := range []*os.File{a, b, a} {
			same(seen.files[i], file)
		}
		for _, label := range []string{"", "\x00\xff\n", strings.Repeat("long", 10_000)} {
			call := sending(far, label, b)
			seen = receive(ctx, near, 1)
			Expect(seen.label == label).To(BeTrue(), "a label of %d bytes came as one of %d", len(label), len(seen.label))
			same(seen.files[0], b)
			Expect(sentBy(ctx, call)).To(Succeed())
			call = sending(near, label)
			Expect(receive(ctx, far, 0).label == label).To(BeTrue(), "a label without files")
			Expect(sentBy(ctx, call)).To(Succeed())
		}
	})

	It("shares the file's offset, and lives without the sender's copy", spec.Worth(1), func(ctx SpecContext) {
		file := fileOf("0123456789")
		Expect(take(file, 2)).To(Equal("01"))
		send(ctx, near, "file", file)
		Expect(take(file, 2)).To(Equal("23"), "the file that was sent stays the caller's")
		received := receive(ctx, far, 1).files[0]
		Expect(take(received, 2)).To(Equal("45"), "the offset belongs to the open file, which both sides share")
		Expect(take(file, 2)).To(Equal("67"), "the offset belongs to the open file, which both sides share")
		Expect(file.Close()).To(Succeed())
		Expect(take(received, 2)).To(Equal("89"))

		read, write := pipe()
		send(ctx, near, "pipe", write)
		Expect(write.Close()).To(Succeed())
		writer := receive(ctx, far, 1).files[0]
		_, err := writer.WriteString("on the way")
		Expect(err).NotTo(HaveOccurred())
		Expect(writer.Close()).To(Succeed())
		buffer := make([]byte, 32)
		n, err := unix.Read(number(read), buffer)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(buffer[:n])).To(Equal("on the way"))
		n, err = unix.Read(number(read), buffer)
		Expect(err).NotTo(HaveOccurred(), "somebody still holds the pipe's writing end")
		Expect(n).To(BeZero())
	})

	It("brings descriptors that no program inherits", spec.Worth(1), func(ctx SpecContext) {
		file := fileOf("secret")
		_, write := pipe()
		send(ctx, near, "two", file, write)
		for _, received := range receive(ctx, far, 2).files {
			Expect(flag(received, unix.F_GETFD)&unix.FD_CLOEXEC).NotTo(BeZero(), "close-on-exec isn't set")
		}
		Expect(flag(file, unix.F_GETFD)&unix.FD_CLOEXEC).NotTo(BeZero(), "close-on-exec isn't set any more at what was sent")

		child := start(ctx, late.Command())
		put(child.conn, frame(2, "two"), file, write)
		child.end(ctx)
		Expect(child.said.String()).To(Equal("close-on-exec true true\n"),
			"where nothing can be set later: it must be so from the first moment on, since another goroutine may start a program at the next")
	})

	It("leaves flags as they are, so that deadlines work on both sides", spec.Worth(1), func(ctx SpecContext) {
		read, write := pipe()
		file := fileOf("")
		before := []int{flag(read, unix.F_GETFL), flag(write, unix.F_GETFL), flag(file, unix.F_GETFL)}
		send(ctx, near, "pipe", read, write, file)
		seen := receive(ctx, far, 3)
		for i, sent := range []*os.File{read, write, file} {
			Expect(flag(sent, unix.F_GETFL)).To(Equal(before[i]), "flags of what was sent")
			Expect(flag(seen.files[i], unix.F_GETFL)).To(Equal(before[i]), "flags of what was received")
		}
		for _, end := range []*os.File{read, seen.files[0]} {
			waiting := spec.Go(func() error {
				_, err := end.Read(make([]byte, 1))
				return err
			})
			spec.Settled(ctx, waiting)
			Expect(end.SetReadDeadline(time.Unix(1, 0))).To(Succeed())
			Expect(sentBy(ctx, waiting)).To(MatchError(os.ErrDeadlineExceeded))
		}
	})

	It("is sent whole where the socket has no room for it at once", spec.Worth(2), func(ctx SpecContext) {
		Expect(near.SetWriteBuffer(4096)).To(Succeed())
		a, b := fileOf("a"), fileOf("b")
		label := strings.Repeat("0123456789", 6_553) + "01234"
		Expect(label).To(HaveLen(fdpassing.MaxLabel))
		call := sending(near, label, a, b)
		spec.Settled(ctx, call)
		seen := receive(ctx, far, 2)
		Expect(seen.label == label).To(BeTrue(), "it is another label that came")
		same(seen.files[0], a)
		same(seen.files[1], b)
		Expect(sentBy(ctx, call)).To(Succeed())
		send(ctx, near, "next", b)
		Expect(receive(ctx, far, 1).label).To(Equal("next"))
		Expect(unread(far)).To(BeZero(), "there are bytes behind the last message")
	})

	It("has at most as many files as the kernel lets through, or isn't sent", spec.Worth(1), func(ctx SpecContext) {
		file, closed := fileOf("open"), fileOf("closed")
		Expect(closed.Close()).To(Succeed())
		Expect(sentBy(ctx, sending(near, strings.Repeat("x", fdpassing.MaxLabel+1), file))).To(MatchError(fdpassing.ErrTooLong))
		Expect(sentBy(ctx, sending(near, "closed", file, closed))).NotTo(Succeed())
		Expect(unread(far)).To(BeZero(), "bytes of a message that was refused")
		send(ctx, near, "open", file)
		same(receive(ctx, far, 1).files[0], file)

		most := 0
		for step := 256; step > 0; step /= 2 {
			a, b := pair()
			if try(a, "x", times(most+step, file)...) == nil {
				most += step
			}
			// With the sockets go the descriptors that are on their way.
			a.Close()
			b.Close()
		}
		Expect(sentBy(ctx, sending(near, "too many", times(most+1, file)...))).To(MatchError(fdpassing.ErrTooMany))
		Expect(unread(far)).To(BeZero(), "bytes of a message that was refused")
		send(ctx, near, "most", times(most, file)...)
		seen := receive(ctx, far, most)
		Expect(seen.label).To(Equal("most"))
		same(seen.files[most-1], file)

		Expect(far.Close()).To(Succeed())
		Expect(sentBy(ctx, sending(near, "anybody?", file))).To(MatchError(syscall.EPIPE))
	})

	It("ends waiting by deadline and by Close, and costs no CPU until then", spec.Worth(1), func(ctx SpecContext) {
		file := fileOf("")
		call := receiving(far, 1)
		spec.Idle(ctx)
		Expect(call).NotTo(Receive())
		Expect(far.SetReadDeadline(time.Unix(1, 0))).To(Succeed())
		Expect(refusalOf(ctx, call)).To(MatchError(os.ErrDeadlineExceeded))
		Expect(refusal(ctx, far, 1)).To(MatchError(os.ErrDeadlineExceeded), "the deadline is the caller's, and nobody has taken it back")
		Expect(far.SetReadDeadline(time.Time{})).To(Succeed())
		send(ctx, near, "in time", file)
		Expect(receive(ctx, far, 1).label).To(Equal("in time"))

		call = receiving(far, 1)
		put(near, frame(1, "half")[:5], file)
		spec.Settled(ctx, call)
		Expect(far.Close()).To(Succeed())
		Expect(refusalOf(ctx, call)).To(MatchError(net.ErrClosed))

		for _, c := range []struct {
			end func(near, far *net.UnixConn) error
			err error
		}{
			{func(near, _ *net.UnixConn) error { return near.SetWriteDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
			{func(near, _ *net.UnixConn) error { return near.Close() }, net.ErrClosed},
			{func(_, far *net.UnixConn) error { return far.Close() }, syscall.EPIPE},
		} {
			near, far := pair()
			Expect(near.SetWriteBuffer(4096)).To(Succeed())
			call := sending(near, strings.Repeat("x", fdpassing.MaxLabel), file)
			spec.Idle(ctx)
			Expect(call).NotTo(Receive())
			Expect(c.end(near, far)).To(Succeed())
			Expect(sentBy(ctx, call)).To(MatchError(c.err))
		}
	})

	It("ends in an error when the peer leaves in the middle of it", spec.Worth(1), func(ctx SpecContext) {
		file := fileOf("")
		whole := frame(2, "never")
		for length := range whole {
			a, b := pair()
			put(a, frame(0, "before"))
			if length > 0 {
				put(a, whole[:length], file, file)
			}
			a.Close()
			Expect(receive(ctx, b, 0).label).To(Equal("before"))
			expected := io.ErrUnexpectedEOF
			if length == 0 {
				expected = io.EOF
			}
			Expect(refusal(ctx, b, 2)).To(MatchError(expected), "after %d bytes of a message", length)
		}
	})
})
