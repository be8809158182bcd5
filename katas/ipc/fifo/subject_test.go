//go:build linux

package fifo_test

import (
	"context"
	"io/fs"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fifo"
)

// subject is the reader that a spec is about.
type subject struct{ *fifo.Reader }

type listened struct {
	reader *fifo.Reader
	err    error
}

// listen calls Listen, which must come back and succeed.
func listen(ctx context.Context, path string, perm fs.FileMode) subject {
	GinkgoHelper()
	seen := spec.Await(ctx, spec.Go(func() listened {
		reader, err := fifo.Listen(path, perm)
		return listened{reader, err}
	}), "Listen doesn't come back")
	Expect(seen.err).NotTo(HaveOccurred())
	DeferCleanup(seen.reader.Close)
	return subject{seen.reader}
}

// heard is what Next returned.
type heard struct {
	line string
	err  error
}

// next calls Next in a goroutine of its own.
func (s subject) next(ctx context.Context) <-chan heard {
	return spec.Go(func() heard {
		line, err := s.Next(ctx)
		return heard{line, err}
	})
}

// line returns the next line.
func (s subject) line(ctx context.Context) string {
	GinkgoHelper()
	return lineOf(ctx, s.next(ctx))
}

func lineOf(ctx context.Context, call <-chan heard) string {
	GinkgoHelper()
	seen := endOf(ctx, call)
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.line
}

func endOf(ctx context.Context, call <-chan heard) heard {
	GinkgoHelper()
	return spec.Await(ctx, call)
}

// lines returns the next so many lines.
func (s subject) lines(ctx context.Context, count int) []string {
	GinkgoHelper()
	var failed error
	var lines []string
	spec.AwaitClosed(ctx, spec.Returned(func() {
		for len(lines) < count && failed == nil {
			var line string
			line, failed = s.Next(ctx)
			lines = append(lines, line)
		}
	}), "lines are lost")
	Expect(failed).NotTo(HaveOccurred())
	return lines
}

// opened is what Open returned.
type opened struct {
	writer *fifo.Writer
	err    error
}

// opening calls Open in a goroutine of its own.
func opening(ctx context.Context, path string) <-chan opened {
	return spec.Go(func() opened {
		writer, err := fifo.Open(ctx, path)
		return opened{writer, err}
	})
}

// open calls Open where there is a reader.
func open(ctx context.Context, path string) *fifo.Writer {
	GinkgoHelper()
	return writerOf(ctx, opening(ctx, path))
}

func writerOf(ctx context.Context, call <-chan opened) *fifo.Writer {
	GinkgoHelper()
	seen := resultOf(ctx, call)
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.writer
}

func refusalOf(ctx context.Context, call <-chan opened) error {
	GinkgoHelper()
	return resultOf(ctx, call).err
}

// resultOf waits for Open. A Writer that comes of it is closed after the spec.
func resultOf(ctx context.Context, call <-chan opened) (seen opened) {
	GinkgoHelper()
	seen = spec.Await(ctx, call)
	if seen.err == nil {
		DeferCleanup(func() { seen.writer.Close() })
	}
	return seen
}
