//go:build linux

package fifo_test

import (
	"encoding/binary"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"
)

// door counts who has a FIFO open, reader or writer, from what inotify(7) tells of
// those that come and go.
type door struct {
	fd     int
	inside int
}

// watch begins to count at the descriptors that this process has open on the FIFO.
// Where the user has no inotify instance or watch left, nothing is seen of those who
// come and go.
func watch(path string) *door {
	GinkgoHelper()
	d := &door{fd: -1, inside: len(held("self", path))}
	Expect(d.inside).NotTo(BeZero(), "nobody has the FIFO open for reading")
	if fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC); err == nil {
		DeferCleanup(func() { unix.Close(fd) })
		d.fd = fd
		unix.InotifyAddWatch(fd, path, unix.IN_OPEN|unix.IN_CLOSE)
	}
	return d
}

// stoodEmpty reports whether there was a moment at which nobody had the FIFO open.
// The kernel tells of comings and goings in their order.
func (d *door) stoodEmpty() bool {
	buffer := make([]byte, 1<<16)
	n, err := unix.Read(d.fd, buffer)
	for event := buffer[:max(n, 0)]; err == nil && len(event) >= unix.SizeofInotifyEvent; {
		mask := binary.NativeEndian.Uint32(event[4:])
		more := binary.NativeEndian.Uint32(event[12:])
		event = event[unix.SizeofInotifyEvent+more:]
		switch {
		case mask&unix.IN_OPEN != 0:
			d.inside++
		case mask&unix.IN_CLOSE != 0:
			d.inside--
		}
		if d.inside <= 0 {
			return true
		}
	}
	return false
}
