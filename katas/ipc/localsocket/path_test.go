//go:build linux

package localsocket_test

import (
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/localsocket"
)

var _ = Describe("Either socket", func() {
	It("refuses a path that doesn't fit, and takes the longest that does", spec.Worth(1), func(ctx SpecContext) {
		room := len(unix.RawSockaddrUnix{}.Path)
		folder := spec.Folder()
		for _, size := range []int{room, room + 1, room + 2, 2 * room} {
			path := fitted(folder, size)
			for call, err := range refused(ctx, path) {
				Expect(err).To(MatchError(localsocket.ErrPathTooLong), "%s with %d bytes", call, size)
			}
			Expect(post(ctx, path, "nobody")).To(MatchError(localsocket.ErrPathTooLong), "Post with %d bytes", size)
		}
		Expect(names(folder)).To(BeEmpty(), "a call that failed has left something behind")

		longest := fitted(folder, room-1)
		s := listen(ctx, longest)
		Expect(names(folder)).To(Equal([]string{filepath.Base(longest)}))
		serves(ctx, s, longest)
		Expect(s.Close()).To(Succeed())
		delivers(ctx, open(ctx, longest, 10), longest)
	})

	It("takes the place of a socket with nobody behind it", spec.Worth(1), func(ctx SpecContext) {
		for _, number := range types {
			path := stale(number)
			serves(ctx, listen(ctx, path), path)
			path = stale(number)
			delivers(ctx, open(ctx, path, 10), path)
			Expect(names(filepath.Dir(path))).To(HaveLen(1))
		}
	})

	It("leaves a socket to somebody who is behind it", spec.Worth(1), func(ctx SpecContext) {
		for kind, number := range types {
			path := name()
			bound(path, number, 5)
			before := at(path)
			for call, err := range refused(ctx, path) {
				Expect(err).To(MatchError(unix.EADDRINUSE), "%s at somebody's %s socket", call, kind)
				same(path, before)
			}
		}
		busy := name()
		bound(busy, unix.SOCK_STREAM, 0)
		fill(busy)
		before := at(busy)
		for call, err := range refused(ctx, busy) {
			Expect(err).To(MatchError(unix.EADDRINUSE), "%s where a server has no room for one more", call)
			same(busy, before)
		}

		path, other := name(), name()
		s, m := listen(ctx, path), open(ctx, other, 10)
		waiting := receiving(m)
		spec.Settled(ctx, waiting)
		for _, place := range []string{path, other} {
			for call, err := range refused(ctx, place) {
				Expect(err).To(MatchError(unix.EADDRINUSE), call)
			}
		}
		spec.Settled(ctx, waiting)
		serves(ctx, s, path)
		Expect(post(ctx, other, "ping")).To(Succeed())
		seen := spec.Await(ctx, waiting)
		Expect(string(seen.message), seen.err).To(Equal("ping"))
	})

	It("leaves alone what is not a socket", spec.Worth(1), func(ctx SpecContext) {
		folder := spec.Folder()
		file, below, fifo := filepath.Join(folder, "file"), filepath.Join(folder, "below"), filepath.Join(folder, "fifo")
		Expect(os.WriteFile(file, []byte("precious"), 0o600)).To(Succeed())
		Expect(os.Mkdir(below, 0o700)).To(Succeed())
		Expect(unix.Mkfifo(fifo, 0o600)).To(Succeed())
		for _, path := range []string{file, below, fifo} {
			before := at(path)
			for call, err := range refused(ctx, path) {
				Expect(err).To(MatchError(unix.EADDRINUSE), "%s at a %v", call, before.Mode().Type())
				same(path, before)
			}
		}
		Expect(os.ReadFile(file)).To(BeEquivalentTo("precious"))
		for call, err := range refused(ctx, filepath.Join(folder, "missing", "socket")) {
			Expect(err).To(MatchError(fs.ErrNotExist), call)
		}
		Expect(names(folder)).To(HaveLen(3))
	})

	It("waits without burning CPU", spec.Worth(1), func(ctx SpecContext) {
		path, other := name(), name()
		s, m := listen(ctx, path), open(ctx, other, 10)
		accept, receive := accepting(s), receiving(m)
		spec.Idle(ctx)
		Expect(accept).NotTo(Receive())
		Expect(receive).NotTo(Receive())
		write(dial(path), "line")
		Expect(read(ctx, connOf(ctx, accept).conn, 4)).To(Equal("line"))
		Expect(post(ctx, other, "message")).To(Succeed())
		seen := spec.Await(ctx, receive)
		Expect(string(seen.message), seen.err).To(Equal("message"))
	})

	It("ends those who wait when it is closed, and removes its path", spec.Worth(1), func(ctx SpecContext) {
		path, other := name(), name()
		s, m := listen(ctx, path), open(ctx, other, 10)
		client := dial(path)
		conn := accept(ctx, s).conn
		servers, mailboxes := []<-chan accepted{accepting(s), accepting(s)}, []<-chan received{receiving(m), receiving(m)}
		spec.Settled(ctx, servers...)
		spec.Settled(ctx, mailboxes...)
		for _, closing := range []<-chan error{spec.Go(s.Close), spec.Go(m.Close)} {
			failed := spec.Await(ctx, closing, "Close doesn't come back")
			Expect(failed).NotTo(HaveOccurred())
		}
		for _, call := range append(servers, accepting(s)) {
			seen := spec.Await(ctx, call, "Accept still waits")
			Expect(seen.err).To(MatchError(net.ErrClosed))
		}
		for _, call := range append(mailboxes, receiving(m)) {
			seen := spec.Await(ctx, call, "Receive still waits")
			Expect(seen.err).To(MatchError(net.ErrClosed))
		}
		absent(path)
		absent(other)
		write(client, "and now?")
		Expect(read(ctx, conn, 8)).To(Equal("and now?"))

		// The paths are free, and those who have closed have no say in them.
		again, box := listen(ctx, other), open(ctx, path, 10)
		Expect(s.Close()).To(Succeed())
		Expect(m.Close()).To(Succeed())
		serves(ctx, again, other)
		delivers(ctx, box, path)
	})

	It("removes its own path at Close and nobody else's", spec.Worth(1), func(ctx SpecContext) {
		path, other := name(), name()
		s, m := listen(ctx, path), open(ctx, other, 10)
		Expect(os.Remove(path)).To(Succeed())
		Expect(os.Remove(other)).To(Succeed())
		heir, box := listen(ctx, path), open(ctx, other, 10)
		Expect(s.Close()).To(Succeed())
		Expect(m.Close()).To(Succeed())
		serves(ctx, heir, path)
		delivers(ctx, box, other)

		Expect(os.Remove(path)).To(Succeed())
		Expect(os.Remove(other)).To(Succeed())
		Expect(os.WriteFile(path, []byte("precious"), 0o600)).To(Succeed())
		Expect(heir.Close()).To(Succeed())
		Expect(box.Close()).To(Succeed(), "somebody has removed the socket already")
		Expect(os.ReadFile(path)).To(BeEquivalentTo("precious"))
	})

	It("keeps its descriptors to itself", spec.Worth(1), func(ctx SpecContext) {
		before := sockets("self")
		path := name()
		s := listen(ctx, path)
		dial(path)
		accept(ctx, s)
		open(ctx, name(), 10)
		mine := slices.DeleteFunc(sockets("self"), func(socket string) bool { return slices.Contains(before, socket) })
		Expect(mine).NotTo(BeEmpty())

		line := spec.Tie()
		child := exec.Command("cat")
		child.Stdin = line.Read
		Expect(child.Start()).To(Succeed())
		DeferCleanup(child.Wait)
		DeferCleanup(line.Cut)
		for _, socket := range sockets(strconv.Itoa(child.Process.Pid)) {
			Expect(mine).NotTo(ContainElement(socket), "a program that was started has the socket open too")
		}
	})
})
