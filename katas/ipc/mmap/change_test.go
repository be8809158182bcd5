//go:build linux

package mmap_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/mmap"
)

var _ = Describe("A shared mapping", func() {
	It("grows beyond its page, and keeps what it holds", spec.Worth(1), func() {
		want := random(100)
		path := file(want)
		m := mapped(path, 0, mmap.Shared)
		m.put("old", 50)
		want = want[:50] + "old" + want[53:]
		for _, size := range []int{200, page, page + 1, 4*page - 1, 70 * page} {
			Expect(m.Grow(int64(size))).To(Succeed())
			want += zeros(size - len(want))
			same(content(path), want, "the file that has grown")
			same(m.at(0, size), want, "the mapping that has grown")
			Expect(m.failure(size, 1)).To(MatchError(io.EOF))
			m.put("!", size-1)
			want = want[:size-1] + "!"
			same(content(path), want, "the file that was written to at its new end")
			Expect(mappings(path, "s")).To(Equal((size+page-1)/page), "pages that are mapped")
		}
	})

	It("never cuts the file that it grows, and is as it was where it can't", spec.Worth(1), func(ctx SpecContext) {
		path := file(strings.Repeat("x", page))
		m := mapped(path, 0, mmap.Shared)
		shell(ctx, `printf %s appended >> "$0"`, path)
		want := strings.Repeat("x", page) + "appended"
		for _, size := range []int64{0, 1, int64(page)} {
			Expect(m.Grow(size)).To(Succeed())
			same(content(path), want, "the file to which another process has appended")
			Expect(m.failure(page, 1)).To(MatchError(io.EOF), "the mapping is longer than it was")
		}
		Expect(os.Rename(path, path+" renamed")).To(Succeed())
		Expect(m.Grow(int64(page + 3))).To(Succeed())
		same(content(path+" renamed"), want, "the file to which another process has appended")
		Expect(m.at(page, 3)).To(Equal("app"))

		for _, size := range []int64{1 << 50, 1 << 62, 1<<63 - 1} {
			Expect(m.Grow(size)).NotTo(Succeed(), "no machine has room for %d bytes", size)
			Expect(m.at(page, 3)).To(Equal("app"))
			Expect(m.failure(page+3, 1)).To(MatchError(io.EOF), "the mapping is longer than it was")
			m.put("x", 0)
		}
		Expect(os.Stat(path)).Error().To(MatchError(fs.ErrNotExist), "a file was made under the old name")

		path, seal := sealable(strings.Repeat("x", page))
		m = mapped(path, 0, mmap.Shared)
		seal()
		// The mapping may move, but the kernel refuses another one: either is right.
		failed := m.Grow(int64(2 * page))
		same(m.at(0, page), strings.Repeat("x", page), fmt.Sprintf("the mapping for which Grow returned %v", failed))
		m.put("still here", page-10)
	})

	It("serves many goroutines while one grows and closes it", spec.Worth(1), func(ctx SpecContext) {
		path := file(strings.Repeat("aaaaaaa\n", page/8*4))
		m := mapped(path, 0, mmap.Shared)
		together := spec.Gate(5)
		// often calls use so many times, in step with nobody, unless it fails.
		often := func(times int, use func() error) <-chan error {
			return spec.Go(func() error {
				err := together.Enter(ctx)
				for i := 0; i < times && err == nil; i++ {
					err = use()
				}
				return err
			})
		}
		calls := []<-chan error{
			often(200, func() error {
				p := make([]byte, page)
				_, err := m.ReadAt(p, int64(page))
				if err == nil && strings.Count(string(p), "a") != page/8*7 {
					err = errors.New("ReadAt read what nobody wrote")
				}
				return err
			}),
			often(200, func() error {
				_, err := m.WriteAt([]byte("aaaaaaa\n"), 8)
				return err
			}),
			often(200, func() error {
				for line, err := range m.Lines() {
					if err != nil || line != "aaaaaaa" {
						return errors.Join(err, fmt.Errorf("a line is %.20q", line))
					}
					break
				}
				return nil
			}),
			often(5, m.Flush),
		}
		Expect(together.Enter(ctx)).To(Succeed())
		for size := 5; size < 25; size++ {
			Expect(m.Grow(int64(size * page))).To(Succeed())
		}
		Expect(m.Close()).To(Succeed())
		for _, call := range calls {
			failed := spec.Await(ctx, call)
			Expect(failed).To(Or(Succeed(), MatchError(fs.ErrClosed)))
		}
	})
})

var _ = Describe("A private view", func() {
	It("keeps to itself what is written, and copies only those pages", spec.Worth(2), func(ctx SpecContext) {
		text := strings.Repeat("x", 3*page)
		path := file(text)
		view, other, shared := mapped(path, 0, mmap.Private), mapped(path, 0, mmap.Private), mapped(path, 0, mmap.Shared)
		Expect(mappings(path, "p")).To(Equal(6), "pages that are mapped and private")
		Expect(mappings(path, "s")).To(Equal(3), "pages that are mapped and shared")
		view.put("a\nmine\nb", page)
		Expect(view.at(page, 8)).To(Equal("a\nmine\nb"))
		Expect(view.Flush()).To(Succeed())
		same(content(path), text, "the file")
		same(shared.at(0, 3*page), text, "a shared mapping")
		same(other.at(0, 3*page), text, "another private view")

		shell(ctx, `printf shell 1<>"$0"`, path)
		shared.put("there", 2*page)
		shared.put("hidden", page+100)
		Expect(view.at(0, 5)).To(Equal("shell"), "a page that was never written to shows the file")
		Expect(view.at(2*page, 5)).To(Equal("there"), "a page that was never written to shows the file")
		Expect(view.at(page, 8)).To(Equal("a\nmine\nb"))
		Expect(view.at(page+100, 6)).To(Equal("xxxxxx"), "a page that was written to is a copy, whole")
		Expect(view.all()).To(ContainElement("mine"))

		Expect(view.Grow(int64(4 * page))).To(MatchError(mmap.ErrPrivate))
		Expect(content(path)).To(HaveLen(3 * page))
		Expect(view.Close()).To(Succeed())
		Expect(content(path)[page : page+8]).To(Equal("xxxxxxxx"))

		// Nobody writes to a program that runs (ETXTBSY), and most of us to none.
		program, err := os.Executable()
		Expect(err).NotTo(HaveOccurred())
		view = mapped(program, 0, mmap.Private)
		view.put("mine", 1)
		Expect(view.at(0, 5)).To(Equal("\x7fmine"), "a private view of a file that only may be read")
	})
})

var _ = Describe("A mapping of a file that somebody cuts", func() {
	It("tells which bytes are gone, and goes on", spec.Worth(1), func(ctx SpecContext) {
		text := strings.Repeat("sixteen letters\n", 3*page/16)
		path := file(text)
		m, view := mapped(path, 0, mmap.Shared), mapped(path, 0, mmap.Private)
		m.put("S", 0)
		shell(ctx, `printf 'short\n' > "$0"`, path)
		Expect(m.at(0, 6)).To(Equal("short\n"))
		for _, off := range []int{page, 2*page - 1, 2 * page, 3*page - 1} {
			Expect(m.failure(off, 1)).To(MatchError(mmap.ErrTruncated), "offset %d", off)
			Expect(view.failure(off, 1)).To(MatchError(mmap.ErrTruncated), "offset %d", off)
			_, err := m.WriteAt([]byte("x"), int64(off))
			Expect(err).To(MatchError(mmap.ErrTruncated), "offset %d", off)
		}
		Expect(m.failure(0, 3*page)).To(MatchError(mmap.ErrTruncated))
		Expect(content(path)).To(Equal("short\n"), "the file after all that")

		Expect(os.WriteFile(path, []byte(text), 0o600)).To(Succeed())
		same(m.at(0, 3*page), text, "the mapping of a file that is long again")
		var lines []string
		var failed error
		for line, err := range m.Lines() {
			lines, failed = append(lines, line), err
			if err == nil {
				Expect(os.Truncate(path, 0)).To(Succeed())
			}
		}
		Expect(lines).To(Equal([]string{"sixteen letters", ""}), "lines of a file that is cut at the first")
		Expect(failed).To(MatchError(mmap.ErrTruncated))
		Expect(debug.SetPanicOnFault(false)).To(BeFalse(), "the caller's goroutine panics on faults now, where it would have ended the program")
		Expect(m.Close()).To(Succeed())
		Expect(view.Close()).To(Succeed())
	})

	It("survives that in the middle of a call", spec.Worth(1), func(ctx SpecContext) {
		size := 128 * page
		path := file(strings.Repeat("x", size))
		m := mapped(path, 0, mmap.Shared)
		other := program(ctx, cutter.Command(path, strconv.Itoa(size))...)
		Expect(other.hears(ctx)).To(Equal("begins"))
		p := make([]byte, size)
		for len(other.ended) == 0 {
			// That bytes which were all read are the last may be told, too.
			if n, err := m.ReadAt(p, 0); err != nil && !(n == size && errors.Is(err, io.EOF)) {
				Expect(err).To(MatchError(mmap.ErrTruncated))
			}
		}
		other.await(ctx)
		Expect(m.at(0, 10)).To(Equal(zeros(10)), "what was cut off is zero when the file is long again")
	})
})
