//go:build linux

package localsocket_test

import (
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/localsocket"
)

func TestLocalSocket(t *testing.T) { spec.Run(t) }

// visitor is a process that connects to the path, writes what it is to the connection,
// and lives until its standard input ends. Where it may, it has a group of its own.
var visitor = spec.Child("localsocket/visitor", func(arguments []string) int {
	if os.Geteuid() == 0 {
		// The group may have no number in this user namespace.
		_ = syscall.Setgid(os.Getegid() + 1)
	}
	conn, err := net.Dial("unix", arguments[0])
	if err == nil {
		_, err = io.WriteString(conn, identity(os.Getpid(), os.Geteuid(), os.Getegid()))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "visit:", err)
		return 1
	}
	io.Copy(io.Discard, os.Stdin)
	return 0
})

func identity(pid, uid, gid int) string {
	return fmt.Sprintf("process %8d, user %10d, group %10d", pid, uid, gid)
}

var _ = Describe("A server", func() {
	It("serves whoever connects at its path, several at once", spec.Worth(1), func(ctx SpecContext) {
		path := name()
		s := listen(ctx, path)
		Expect(at(path).Mode().Type()).To(Equal(fs.ModeSocket), "what is at the path isn't a socket")
		waiting := accepting(s)
		spec.Settled(ctx, waiting)
		first := dial(path)
		one := connOf(ctx, waiting).conn
		second := dial(path)
		other := accept(ctx, s).conn
		write(first, "hello")
		write(second, "salut")
		Expect(read(ctx, other, 5)).To(Equal("salut"))
		Expect(read(ctx, one, 5)).To(Equal("hello"))
		write(one, "good")
		write(one, "bye")
		Expect(read(ctx, first, 7)).To(Equal("goodbye"))

		Expect(one.Close()).To(Succeed())
		Expect(read(ctx, first, 1)).To(BeEmpty(), "the server has closed the connection, and something comes of it")
		second.Close()
		Expect(read(ctx, other, 1)).To(BeEmpty(), "the peer has closed the connection, and something comes of it")

		const crowd = 8
		for i := range crowd {
			client, err := net.Dial("unix", path)
			Expect(err).NotTo(HaveOccurred(), "connection %d of %d that wait to be accepted", i+1, crowd)
			DeferCleanup(func() { client.Close() })
			write(client, fmt.Sprintf("number %d", i))
		}
		for i := range crowd {
			Expect(read(ctx, accept(ctx, s).conn, len("number 0"))).To(Equal(fmt.Sprintf("number %d", i)))
		}
	})

	It("tells who connected, also of a process that has ended", spec.Worth(2), func(ctx SpecContext) {
		path := name()
		s := listen(ctx, path)
		line := spec.Tie()
		staying := exec.Command(visitor.Command(path)[0], visitor.Command(path)[1:]...)
		staying.Stdin, staying.Stderr = line.Read, os.Stderr
		Expect(staying.Start()).To(Succeed())
		DeferCleanup(staying.Wait)
		DeferCleanup(line.Cut)
		visit := accept(ctx, s)
		Expect(read(ctx, visit.conn, len(identity(0, 0, 0)))).To(Equal(identity(visit.peer.PID, visit.peer.UID, visit.peer.GID)))
		Expect(visit.peer.PID).To(Equal(staying.Process.Pid))

		ending := exec.CommandContext(ctx, visitor.Command(path)[0], visitor.Command(path)[1:]...)
		ending.Stderr = os.Stderr
		Expect(ending.Run()).To(Succeed())
		visit = accept(ctx, s)
		Expect(read(ctx, visit.conn, len(identity(0, 0, 0)))).To(Equal(identity(visit.peer.PID, visit.peer.UID, visit.peer.GID)))
		Expect(visit.peer.PID).To(Equal(ending.Process.Pid))

		dial(path)
		Expect(accept(ctx, s).peer).To(Equal(localsocket.Peer{PID: os.Getpid(), UID: os.Geteuid(), GID: os.Getegid()}))
	})
})
