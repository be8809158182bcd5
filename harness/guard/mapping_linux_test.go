package guard_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/report"
)

func TestMappingLeaks(t *testing.T) {
	mapping := func(p place, fd, flags int) func() {
		p.Helper()
		data, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, flags)
		p.must(err)
		if fd >= 0 {
			p.must(unix.Close(fd))
		}
		return func() { unix.Munmap(data) }
	}
	for _, c := range []leakCase{
		{"a file", report.LeakMapping, "/table.bin is mapped at ", 1, true, func(p place) func() {
			return mapping(p, p.file("table.bin"), unix.MAP_SHARED)
		}},
		{"a copy of a file", report.LeakMapping, "/table.bin is mapped at ", 1, true, func(p place) func() {
			return mapping(p, p.file("table.bin"), unix.MAP_PRIVATE)
		}},
		{"a file whose name has several words", report.LeakMapping, "/my own table.bin is mapped at ", 1, true, func(p place) func() {
			return mapping(p, p.file("my own table.bin"), unix.MAP_SHARED)
		}},
		{"a memory file", report.LeakMapping, "/memfd:shared (deleted) is mapped at ", 1, true, func(p place) func() {
			fd, err := unix.MemfdCreate("shared", unix.MFD_CLOEXEC)
			p.must(err)
			p.must(unix.Ftruncate(fd, 4096))
			return mapping(p, fd, unix.MAP_SHARED)
		}},
		{"memory to share with children", report.LeakMapping, "/dev/zero (deleted) is mapped at ", 1, true, func(p place) func() {
			return mapping(p, -1, unix.MAP_SHARED|unix.MAP_ANON)
		}},
	} {
		t.Run(c.why, c.check)
	}
}

func TestHonestMappings(t *testing.T) {
	for _, c := range []honestCase{
		{"a file that was mapped and let go", func(p place) {
			fd := p.file("table.bin")
			data, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ, unix.MAP_SHARED)
			p.must(err)
			p.must(unix.Munmap(data))
			p.must(unix.Close(fd))
		}},
		{"memory without a file is what the runtime itself takes", func(p place) {
			_, err := unix.Mmap(-1, 0, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
			p.must(err)
		}},
	} {
		t.Run(c.why, c.check)
	}
}
