package pipeline_test

import (
	"io/fs"
	"iter"
	"strings"
	"testing"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/pipeline"
)

func TestPipeline(t *testing.T) { spec.Run(t) }

var _ = Describe("A pipeline", func() {
	It("reads, filters and cuts", spec.Worth(1), func() {
		long := strings.Repeat("long ", 50_000)
		files := fstest.MapFS{
			"poem":  {Data: []byte("roses are red\n\nviolets are blue\n")},
			"empty": {},
			"open":  {Data: []byte("sugar is sweet\nand so are you")},
			"long":  {Data: []byte(long + "\nshort\n")},
		}
		for _, row := range []struct {
			why   string
			lines pipeline.Lines
			want  []string
		}{
			{"cat poem", pipeline.Cat(files, "poem"), []string{"roses are red", "", "violets are blue"}},
			{"cat of nothing", pipeline.Cat(files), nil},
			{"cat of an empty file", pipeline.Cat(files, "empty"), nil},
			{"a file may end without a newline, and the next one begins a line", pipeline.Cat(files, "open", "poem"),
				[]string{"sugar is sweet", "and so are you", "roses are red", "", "violets are blue"}},
			{"a line may be of any length", pipeline.Cat(files, "long"), []string{long, "short"}},
			{"cat | grep", pipeline.Grep("are", pipeline.Cat(files, "poem", "empty", "open")), []string{"roses are red", "violets are blue", "and so are you"}},
			{"grep for nothing finds everything", pipeline.Grep("", pipeline.Cat(files, "poem")), []string{"roses are red", "", "violets are blue"}},
			{"cat | grep | head", pipeline.Head(2, pipeline.Grep("are", pipeline.Cat(files, "open", "poem"))), []string{"and so are you", "roses are red"}},
			{"head of less", pipeline.Head(3, pipeline.Cat(files, "open")), []string{"sugar is sweet", "and so are you"}},
			{"head of none", pipeline.Head(0, pipeline.Cat(files, "open")), nil},
		} {
			lines, err := first(limit, row.lines)
			Expect(err).NotTo(HaveOccurred(), row.why)
			Expect(lines).To(Equal(row.want), row.why)
		}
		along := newCabinet("a1\n|a2\na3&")
		Expect(all(pipeline.Cat(along, "0"))).To(Equal([]pair{{"a1", nil}, {"a2", nil}, {"a3", nil}}), "a file whose last Read returns something and io.EOF")
		Expect(func() { pipeline.Head(-1, pipeline.Cat(files)) }).To(Panic(), "Head of -1 lines")
	})

	It("does nothing before a loop asks", spec.Worth(1), func(ctx SpecContext) {
		cabinet, source := newCabinet("a\n", "b\n"), &source{length: limit}
		for range 2 {
			pipeline.Head(1, pipeline.Grep("", pipeline.Merge(pipeline.Cat(cabinet, "0", "1"), source.lines, pipeline.Merge(source.lines))))
		}
		// Whoever works ahead gets the time for it.
		spec.Quiet(ctx)
		Expect(cabinet.opened()).To(BeZero(), "files opened")
		Expect(source.use()).To(Equal(use{}), "what was done with a source")
	})

	It("advances its source only as it is pulled", spec.Worth(2), func(ctx SpecContext) {
		// Each file is read in these pieces.
		cabinet := newCabinet("a1\na2\na3\n|a4\n|a|5\n", "b1\nb2")
		next, stop := iter.Pull2(pipeline.Head(limit, pipeline.Grep("", pipeline.Cat(cabinet, "0", "1"))))
		defer stop()
		for _, step := range []struct {
			line        string
			most, files int
		}{{"a1", 1, 1}, {"a2", 1, 1}, {"a3", 1, 1}, {"a4", 2, 1}, {"a5", 4, 1}, {"b1", 6, 2}} {
			line, err, ok := next()
			spec.Quiet(ctx)
			Expect(ok).To(BeTrue())
			Expect(err).NotTo(HaveOccurred())
			Expect(line).To(Equal(step.line))
			Expect(cabinet.reads()).To(BeNumerically("<=", step.most), "how often files were read for the lines up to %s", line)
			Expect(cabinet.opened()).To(Equal(step.files), "how many files were opened for the lines up to %s", line)
		}

		source := &source{length: limit}
		asks, end := iter.Pull2(pipeline.Head(limit, pipeline.Grep("5", source.lines)))
		defer end()
		for _, taken := range []int{6, 16, 26} {
			asks()
			spec.Quiet(ctx)
			Expect(source.use().taken).To(Equal(taken), "how many lines grep took of 0, 1, 2 and so on to find the next with a 5")
		}
	})

	It("takes nothing that it doesn't need", spec.Worth(1), func() {
		for _, row := range []struct{ count, begun, taken int }{{0, 0, 0}, {1, 1, 1}, {3, 1, 3}} {
			source := &source{length: limit}
			first(limit, pipeline.Head(row.count, source.lines))
			Expect(source.use()).To(Equal(use{begun: row.begun, taken: row.taken, ended: row.begun}), "what Head did with its source for %d lines", row.count)
		}

		cabinet := newCabinet("a1\na2\n", "b1\n", "c1\nc2\n", "d1\n")
		first(4, pipeline.Cat(cabinet, "0", "1", "2", "3"))
		Expect(cabinet.opened()).To(Equal(3), "how many of four files were opened for the first four lines")
		Expect(cabinet.most()).To(Equal(1), "how many files were open at the same time")
		Expect(cabinet.stillOpen()).To(BeZero(), "how many files were still open after the loop")
	})

	It("ends every stage however the loop ended", spec.Worth(2), func() {
		for _, way := range ways {
			for count := 1; count <= 3; count++ {
				cabinet := newCabinet("a1\na2\n", "a3\n|a4\n")
				way.loop(count, pipeline.Head(limit, pipeline.Grep("a", pipeline.Cat(cabinet, "0", "1"))))
				Expect(cabinet.stillOpen()).To(BeZero(), "files still open after cat | grep | head: %s at line %d", way.name, count)

				one, other := &source{length: 5}, &source{length: 5}
				way.loop(count, pipeline.Grep("", one.lines))
				way.loop(count, pipeline.Head(4, other.lines))
				Expect(one.use().ended).To(Equal(1), "how often grep's source had ended: %s at line %d", way.name, count)
				Expect(other.use().ended).To(Equal(1), "how often head's source had ended: %s at line %d", way.name, count)
			}
		}
	})

	It("hands on an error once, as the last", spec.Worth(2), func() {
		for name, stage := range map[string]func(pipeline.Lines) pipeline.Lines{
			"grep":        func(lines pipeline.Lines) pipeline.Lines { return pipeline.Grep("1", lines) },
			"head":        func(lines pipeline.Lines) pipeline.Lines { return pipeline.Head(5, lines) },
			"grep | head": func(lines pipeline.Lines) pipeline.Lines { return pipeline.Head(5, pipeline.Grep("1", lines)) },
		} {
			// Not every source keeps to the rules: this one goes on after its error.
			source := &source{length: limit, fails: 3}
			pairs := all(stage(source.lines))
			Expect(pairs[len(pairs)-1]).To(Equal(pair{"", errMishap}), "the last pair that %s hands on", name)
			Expect(failed(pairs)).To(Equal(1), "how many errors %s hands on", name)
			Expect(source.use()).To(Equal(use{begun: 1, taken: 3, failed: 1, ended: 1}), "what %s did with its source", name)
		}
		// What is not asked for is not seen.
		unseen := &source{length: limit, fails: 3}
		Expect(failed(all(pipeline.Head(3, unseen.lines)))).To(BeZero(), "errors that head hands on that come after its last line")

		cabinet := newCabinet("a1\n|a2\nhalf a line!", "b1\n", "c1\nhalf a line&!")
		Expect(all(pipeline.Cat(cabinet, "0", "1"))).To(Equal([]pair{{"a1", nil}, {"a2", nil}, {"", errMishap}}), "a file that can't be read to its end")
		Expect(cabinet.opened()).To(Equal(1), "how many files were opened, of which the first can't be read")
		Expect(cabinet.stillOpen()).To(BeZero(), "how many files were still open after an error")
		Expect(all(pipeline.Cat(cabinet, "2"))).To(Equal([]pair{{"c1", nil}, {"", errMishap}}), "a file whose Read returns something and an error")

		pairs := all(pipeline.Cat(cabinet, "1", "missing", "1"))
		Expect(pairs).To(HaveLen(2), "the lines of a file and an error, where the next one can't be opened: %v", pairs)
		Expect(pairs[0]).To(Equal(pair{"b1", nil}))
		Expect(pairs[1].err).To(MatchError(fs.ErrNotExist))
		Expect(pairs[1].line).To(BeEmpty(), "the line that comes with the error")
	})

	It("starts afresh with every loop", spec.Worth(1), func(ctx SpecContext) {
		files := fstest.MapFS{"letters": {Data: []byte("a\nb\nc\nab\n")}}
		merged := pipeline.Merge(pipeline.Grep("a", pipeline.Cat(files, "letters")))
		lines := pipeline.Head(2, merged)
		loop := func() []string {
			// Loops that are left, and one that isn't.
			first(1, lines)
			first(1, merged)
			lines, _ := first(limit, lines)
			return lines
		}
		want := []string{"a", "ab"}
		Expect(loop()).To(Equal(want))
		for range lines {
			Expect(loop()).To(Equal(want), "loops inside a loop")
		}
		for _, call := range []<-chan []string{spec.Go(loop), spec.Go(loop)} {
			Eventually(ctx, call).Should(Receive(Equal(want)), "loops in two goroutines at once")
		}
	})
})
