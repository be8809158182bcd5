//go:build linux

package localsocket_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/localsocket"
)

// name returns a path at which there is nothing.
func name() string {
	GinkgoHelper()
	return filepath.Join(spec.Folder(), "socket")
}

// types are those of sockets that a stranger may have.
var types = map[string]int{"stream": unix.SOCK_STREAM, "datagram": unix.SOCK_DGRAM, "seqpacket": unix.SOCK_SEQPACKET}

// bound makes a socket at path without the answer's help. One for connections
// listens, and has room for so many that nobody accepts.
func bound(path string, kind, room int) (fd int) {
	GinkgoHelper()
	fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(unix.Close, fd)
	Expect(unix.Bind(fd, &unix.SockaddrUnix{Name: path})).To(Succeed())
	if kind != unix.SOCK_DGRAM {
		Expect(unix.Listen(fd, room)).To(Succeed())
	}
	return fd
}

// sendBuffer returns how many bytes a socket may have sent that nobody has received: a
// datagram as large as that is refused, and one of half the size is not.
func sendBuffer() int {
	GinkgoHelper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	defer unix.Close(fd)
	size, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
	Expect(err).NotTo(HaveOccurred())
	return size
}

// stale returns the path of a socket file that a stranger left behind.
func stale(kind int) string {
	GinkgoHelper()
	path := name()
	fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	Expect(err).NotTo(HaveOccurred())
	defer unix.Close(fd)
	Expect(unix.Bind(fd, &unix.SockaddrUnix{Name: path})).To(Succeed())
	return path
}

// fill connects to a server until it has no room for one more.
func fill(path string) {
	GinkgoHelper()
	for range 10 {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(unix.Close, fd)
		if err = unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err == unix.EAGAIN {
			return
		}
		Expect(err).NotTo(HaveOccurred())
	}
	Fail("the server has room for more than it said")
}

// dial connects to a server without the answer's help.
func dial(path string) net.Conn {
	GinkgoHelper()
	conn, err := net.Dial("unix", path)
	Expect(err).NotTo(HaveOccurred(), "nobody serves at the path")
	DeferCleanup(func() { conn.Close() })
	return conn
}

func write(to io.Writer, text string) {
	GinkgoHelper()
	_, err := io.WriteString(to, text)
	Expect(err).NotTo(HaveOccurred())
}

// read reads so many bytes, or to the end if that comes first.
func read(ctx context.Context, from io.Reader, size int) (text string) {
	GinkgoHelper()
	text = spec.Await(ctx, spec.Go(func() string {
		buffer := make([]byte, size)
		n, _ := io.ReadFull(from, buffer)
		return string(buffer[:n])
	}), "the bytes don't arrive, or the connection doesn't end")
	return text
}

// serves proves that a server is behind the path. Before the spec's own connection it
// may see some that only looked whether it is there.
func serves(ctx context.Context, s *localsocket.Server, path string) {
	GinkgoHelper()
	write(dial(path), "ping")
	for range 10 {
		if text := read(ctx, accept(ctx, s).conn, len("ping")); text != "" {
			Expect(text).To(Equal("ping"))
			return
		}
	}
	Fail("the server sees only connections that end without a byte")
}

// delivers proves that a mailbox is behind the path.
func delivers(ctx context.Context, m *localsocket.Mailbox, path string) {
	GinkgoHelper()
	Expect(post(ctx, path, "ping")).To(Succeed())
	Expect(message(ctx, m)).To(BeEquivalentTo("ping"))
}

// at returns what is at the path.
func at(path string) os.FileInfo {
	GinkgoHelper()
	info, err := os.Lstat(path)
	Expect(err).NotTo(HaveOccurred(), "there is nothing at the path")
	return info
}

// same proves that what was at the path is there still.
func same(path string, before os.FileInfo) {
	GinkgoHelper()
	Expect(os.SameFile(before, at(path))).To(BeTrue(), "something else is at the path now")
}

// absent proves that there is nothing at the path.
func absent(path string) {
	GinkgoHelper()
	_, err := os.Lstat(path)
	Expect(err).To(MatchError(os.ErrNotExist), "the path is still there")
}

// names returns what is in a folder.
func names(folder string) (all []string) {
	GinkgoHelper()
	entries, err := os.ReadDir(folder)
	Expect(err).NotTo(HaveOccurred())
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

// fitted returns a path of so many bytes, which are fewer characters.
func fitted(folder string, size int) string {
	GinkgoHelper()
	left := size - len(folder) - 1
	Expect(left).To(BeNumerically(">", 6), "the folder for temporary files has too long a name")
	return folder + "/é" + strings.Repeat("x", left-4) + "é"
}

// sockets returns which sockets a process, by its name in /proc, has open.
func sockets(process string) (all []string) {
	GinkgoHelper()
	links, _ := filepath.Glob("/proc/" + process + "/fd/*")
	Expect(links).NotTo(BeEmpty(), "the process has ended")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:") {
			all = append(all, target)
		}
	}
	return all
}
