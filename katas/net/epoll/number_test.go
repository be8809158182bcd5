//go:build linux

package epoll_test

import (
	"context"
	"net"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"
)

// plug takes all numbers that are free below those in use, so that the next descriptor
// to be closed has the lowest one that is free.
func plug() {
	GinkgoHelper()
	highest := 0
	for fd := range open() {
		highest = max(highest, fd)
	}
	for {
		fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(unix.Close, fd)
		if fd > highest {
			return
		}
	}
}

// exhaust takes all descriptors that this process may have. It returns what takes that
// back.
func exhaust() (restore func()) {
	GinkgoHelper()
	plug()
	var before unix.Rlimit
	Expect(unix.Getrlimit(unix.RLIMIT_NOFILE, &before)).To(Succeed())
	highest := 0
	for fd := range open() {
		highest = max(highest, fd)
	}
	restored := false
	restore = func() {
		if !restored {
			restored = true
			unix.Setrlimit(unix.RLIMIT_NOFILE, &before)
		}
	}
	DeferCleanup(restore)
	Expect(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(highest) + 1, Max: before.Max})).To(Succeed())
	for {
		fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return restore
		}
		DeferCleanup(unix.Close, fd)
	}
}

// adopt makes a connection of a descriptor.
func adopt(ctx context.Context, fd int) conn {
	GinkgoHelper()
	file := os.NewFile(uintptr(fd), "socket")
	made, err := net.FileConn(file)
	file.Close()
	Expect(err).NotTo(HaveOccurred())
	endWith(ctx, made)
	return made.(conn)
}

// interrupt sends a signal to every thread. It is one that the Go runtime sends itself,
// to make goroutines give way.
func interrupt() {
	all, _ := threads()
	for _, id := range all {
		unix.Tgkill(unix.Getpid(), id, unix.SIGURG)
	}
}
