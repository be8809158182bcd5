//go:build linux

package mmap_test

import (
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/mmap"
)

func TestMmap(t *testing.T) { spec.Run(t) }

var _ = Describe("A mapping", func() {
	It("is the file that read(2) shows, without a Flush", spec.Worth(1), func(ctx SpecContext) {
		size := 2*page + 100
		want := random(size)
		path := file(want)
		m := mapped(path, 0, mmap.Shared)
		Expect(mappings(path, "s")).To(Equal(3), "pages that are mapped and shared")
		same(m.at(0, size), want, "what ReadAt reads")

		for _, c := range []struct {
			text string
			off  int
		}{{"first", 0}, {"across", page - 3}, {"last", size - 4}} {
			m.put(c.text, c.off)
			want = want[:c.off] + c.text + want[c.off+len(c.text):]
			same(content(path), want, "what read(2) reads")
			Expect(m.at(c.off, len(c.text))).To(Equal(c.text))
		}

		p := make([]byte, 10)
		n, err := m.ReadAt(p, int64(size-4))
		Expect(err).To(MatchError(io.EOF))
		Expect(string(p[:n])).To(Equal("last"), "what ReadAt reads where the mapping ends")
		for _, off := range []int{size, size + page, math.MaxInt} {
			n, err := m.ReadAt(p, int64(off))
			Expect(err).To(MatchError(io.EOF))
			Expect(n).To(BeZero())
		}
		Expect(m.failure(-1, 1)).To(MatchError(mmap.ErrRange))

		path = file("the file\n")
		other := program(ctx, blind.Command(path)...)
		Expect(other.hears(ctx)).To(Equal("the own file"), "what a process reads, writes and reads that has its mapping and no pread(2) and pwrite(2)")
		other.await(ctx)
		Expect(content(path)).To(Equal("own file\n"))
	})

	It("shows two processes each other's writes", spec.Worth(1), func(ctx SpecContext) {
		path := file(strings.Repeat("x", 2*page))
		off := page - 2
		m := mapped(path, 0, mmap.Shared)
		other := program(ctx, partner.Command(path, strconv.Itoa(off))...)
		Expect(other.hears(ctx)).To(Equal("mapped"))
		m.put("ping", off)
		other.tell.WriteString("go\n")
		Expect(other.hears(ctx)).To(Equal("ping"), "what the other process has in its mapping")
		Expect(m.at(off, 4)).To(Equal("pong"), "what the other process wrote to its mapping, and has not flushed")
		other.tell.Close()
		other.await(ctx)

		shell(ctx, `printf shell 1<>"$0"`, path)
		Expect(m.at(0, 6)).To(Equal("shellx"), "what another process wrote with write(2)")
	})

	It("gives its lines one by one, each when the loop asks for it", spec.Worth(1), func() {
		want := []string{"first", "", "carriage\r", strings.Repeat("long", 20_000), "", "last"}
		path := file(strings.Join(want, "\n"))
		m := mapped(path, 0, mmap.Shared)
		for range 2 {
			lines := m.all()
			Expect(lines).To(HaveLen(len(want)))
			for i := range want {
				same(lines[i], want[i], "line "+strconv.Itoa(i+1))
			}
		}
		Expect(mapped(file("only\n"), 0, mmap.Shared).all()).To(Equal([]string{"only"}))

		m = mapped(file("one\ntwo\nsix\n"), 0, mmap.Shared)
		var lines []string
		for line, err := range m.Lines() {
			Expect(err).NotTo(HaveOccurred())
			switch lines = append(lines, line); line {
			case "one":
				m.put("TWO", 4)
			case "TWO":
				Expect(m.Grow(int64(40 * page))).To(Succeed())
				m.put("end\n", 12)
			}
			if line == "end" {
				break
			}
		}
		Expect(lines).To(Equal([]string{"one", "TWO", "six", "end"}), "lines, while the loop's body writes and grows")
	})

	It("refuses to write beyond its end, and writes nothing then", spec.Worth(1), func() {
		const text = "twelve bytes"
		path := file(text)
		m := mapped(path, 0, mmap.Shared)
		for _, off := range []int64{9, 12, 13, int64(page), math.MaxInt64, math.MaxInt64 - 3, -1, -4, math.MinInt64} {
			n, err := m.WriteAt([]byte("over"), off)
			Expect(err).To(MatchError(mmap.ErrRange), "offset %d", off)
			Expect(n).To(BeZero(), "offset %d", off)
		}
		n, err := m.WriteAt([]byte("thirteen byte"), 0)
		Expect(err).To(MatchError(mmap.ErrRange))
		Expect(n).To(BeZero())
		Expect(content(path)).To(Equal(text))
		m.put("BYTE", 8)
		Expect(content(path)).To(Equal("twelve bBYTE"))
	})

	It("is empty for an empty file, and grows from there", spec.Worth(1), func() {
		path := file("")
		m := mapped(path, 0, mmap.Shared)
		view := mapped(path, 0, mmap.Private)
		for _, empty := range []subject{m, view} {
			Expect(empty.all()).To(BeEmpty())
			Expect(empty.failure(0, 1)).To(MatchError(io.EOF))
			n, err := empty.WriteAt([]byte("x"), 0)
			Expect(err).To(MatchError(mmap.ErrRange))
			Expect(n).To(BeZero())
			Expect(empty.Flush()).To(Succeed())
		}
		Expect(view.Close()).To(Succeed())
		Expect(m.Grow(5)).To(Succeed())
		m.put("a\nb\nc", 0)
		Expect(content(path)).To(Equal("a\nb\nc"))
		Expect(m.all()).To(Equal([]string{"a", "b", "c"}))
		Expect(m.Close()).To(Succeed())
		Expect(mapped(file(""), 0, mmap.Shared).Close()).To(Succeed())
	})

	It("begins at a page of the file, and nowhere else", spec.Worth(1), func() {
		want := random(2*page + 10)
		path := file(want)
		m := mapped(path, page, mmap.Shared)
		same(m.at(0, page+10), want[page:], "what ReadAt reads")
		Expect(m.failure(page+10, 1)).To(MatchError(io.EOF))
		m.put("here", 1)
		Expect(m.Grow(int64(page + 14))).To(Succeed())
		m.put("grow", page+10)
		same(content(path), want[:page+1]+"here"+want[page+5:]+"grow", "the file")
		Expect(m.Close()).To(Succeed())

		path = file(strings.Repeat("x", 2*page))
		Expect(mapped(path, 2*page, mmap.Shared).all()).To(BeEmpty())
		for _, off := range []int{1, 512, page - 1, page + 1, -1, -page, 3 * page} {
			for _, mode := range []mmap.Mode{mmap.Shared, mmap.Private} {
				_, err := mmap.Map(path, int64(off), mode)
				Expect(err).To(MatchError(mmap.ErrOffset), "offset %d", off)
			}
		}
		for _, mode := range []mmap.Mode{mmap.Shared, mmap.Private} {
			_, err := mmap.Map(path+" missing", 0, mode)
			Expect(err).To(MatchError(fs.ErrNotExist))
			_, err = mmap.Map(spec.Folder(), 0, mode)
			Expect(err).To(HaveOccurred(), "a folder was mapped")
		}
	})

	It("is written back by Flush, which tells if it can't be", spec.Worth(1), func(ctx SpecContext) {
		path := file(strings.Repeat("x", 3*page))
		m := mapped(path, page, mmap.Shared)
		m.put("kept", page)
		Expect(m.Flush()).To(Succeed())
		same(content(path), strings.Repeat("x", 2*page)+"kept"+strings.Repeat("x", page-4), "the file")

		other := program(ctx, unlucky.Command(path)...)
		Expect(other.hears(ctx)).To(BeElementOf("told", "not here"), "what Flush says of a kernel that can't write (EIO)")
		other.await(ctx)
	})

	It("is gone with Close, and an error afterwards", spec.Worth(1), func() {
		path := file("one\ntwo\n")
		for _, mode := range []mmap.Mode{mmap.Shared, mmap.Private} {
			m := mapped(path, 0, mode)
			var lines []string
			var failed error
			for line, err := range m.Lines() {
				if failed = err; err == nil {
					Expect(m.Close()).To(Succeed())
				}
				lines = append(lines, line)
			}
			Expect(lines).To(Equal([]string{"one", ""}), "lines, of which the loop's body closes the mapping at the first")
			Expect(failed).To(MatchError(fs.ErrClosed))
			Expect(mappings(path, "")).To(BeZero(), "pages of the file that are mapped still")
			Expect(descriptors(path)).To(BeEmpty())

			Expect(m.failure(0, 1)).To(MatchError(fs.ErrClosed))
			_, err := m.WriteAt([]byte("x"), 0)
			Expect(err).To(MatchError(fs.ErrClosed))
			for _, err := range m.Lines() {
				Expect(err).To(MatchError(fs.ErrClosed))
			}
			Expect(m.Flush()).To(MatchError(fs.ErrClosed))
			if mode == mmap.Shared {
				Expect(m.Grow(int64(page))).To(MatchError(fs.ErrClosed))
			}
			Expect(m.Close()).To(Succeed(), "Close again")
			Expect(content(path)).To(Equal("one\ntwo\n"))
		}
		info, err := os.Stat(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Size()).To(Equal(int64(8)))
	})
})
