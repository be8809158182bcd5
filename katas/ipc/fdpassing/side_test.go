//go:build linux

package fdpassing_test

import (
	"io"
	"net"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// pair returns two ends of a connection.
func pair() (near, far *net.UnixConn) {
	GinkgoHelper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	Expect(err).NotTo(HaveOccurred())
	return adopt(fds[0]), adopt(fds[1])
}

func adopt(fd int) *net.UnixConn {
	GinkgoHelper()
	conn, err := connection(fd)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { conn.Close() })
	return conn
}

// connection makes a connection of a descriptor, which it closes.
func connection(fd int) (*net.UnixConn, error) {
	file := os.NewFile(uintptr(fd), "connection")
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UnixConn), nil
}

// frame is the text of a message that announces so many descriptors.
func frame(announced int, label string) string {
	return string([]byte{byte(announced), byte(len(label) >> 8), byte(len(label))}) + label
}

// put writes to a connection without the answer's help, with descriptors on the first
// byte.
func put(conn *net.UnixConn, text string, files ...*os.File) {
	GinkgoHelper()
	Expect(try(conn, text, files...)).To(Succeed())
}

func try(conn *net.UnixConn, text string, files ...*os.File) error {
	GinkgoHelper()
	var fds []int
	for _, file := range files {
		fds = append(fds, number(file))
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	n, _, err := conn.WriteMsgUnix([]byte(text), rights, nil)
	if err == nil {
		Expect(n).To(Equal(len(text)), "the spec writes more than there is room for")
	}
	return err
}

// number returns a file's descriptor and leaves its flags alone.
func number(file *os.File) (number int) {
	GinkgoHelper()
	raw, err := file.SyscallConn()
	Expect(err).NotTo(HaveOccurred())
	Expect(raw.Control(func(fd uintptr) { number = int(fd) })).To(Succeed(), "the file is closed")
	return number
}

// unread returns how many bytes a connection has received that nobody has read.
func unread(conn *net.UnixConn) (count int) {
	GinkgoHelper()
	raw, err := conn.SyscallConn()
	Expect(err).NotTo(HaveOccurred())
	var failed error
	Expect(raw.Control(func(fd uintptr) { count, failed = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })).To(Succeed())
	Expect(failed).NotTo(HaveOccurred())
	return count
}

// flag returns what fcntl(2) gets of a file.
func flag(file *os.File, command int) int {
	GinkgoHelper()
	flags, err := unix.FcntlInt(uintptr(number(file)), command, 0)
	Expect(err).NotTo(HaveOccurred())
	return flags
}

// fileOf returns a file with a content, open at its beginning.
func fileOf(content string) *os.File {
	GinkgoHelper()
	path := filepath.Join(spec.Folder(), "file")
	Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { file.Close() })
	return file
}

// pipe returns the ends of a pipe, which neither waits for.
func pipe() (read, write *os.File) {
	GinkgoHelper()
	read, write, err := os.Pipe()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { read.Close(); write.Close() })
	return read, write
}

// times returns the same file so many times.
func times(count int, file *os.File) (files []*os.File) {
	for range count {
		files = append(files, file)
	}
	return files
}

// same fails unless two files are open on the same thing.
func same(a, b *os.File) {
	GinkgoHelper()
	first, err := a.Stat()
	Expect(err).NotTo(HaveOccurred())
	second, err := b.Stat()
	Expect(err).NotTo(HaveOccurred())
	Expect(os.SameFile(first, second)).To(BeTrue(), "the file that was received isn't the one that was sent")
}

// take reads so many bytes from where the file stands, without waiting for more.
func take(file *os.File, count int) string {
	GinkgoHelper()
	buffer := make([]byte, count)
	n, err := io.ReadFull(file, buffer)
	Expect(err).NotTo(HaveOccurred(), "read from the file that was passed")
	return string(buffer[:n])
}
