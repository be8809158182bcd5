package pipeline_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/pipeline"
)

var _ = Describe("A merge", func() {
	It("hands out all lines, those of one source in their order", spec.Worth(1), func() {
		tens := func(ten int) pipeline.Lines {
			return func(yield func(string, error) bool) {
				for i := range 10 {
					if !yield(fmt.Sprint(10*ten+i), nil) {
						return
					}
				}
			}
		}
		lines, err := first(limit, pipeline.Merge(tens(1), tens(2), pipeline.Merge(), pipeline.Merge(tens(3), tens(4))))
		Expect(err).NotTo(HaveOccurred())
		Expect(lines).To(HaveLen(40))
		for ten := 1; ten <= 4; ten++ {
			var own []string
			for _, line := range lines {
				if strings.HasPrefix(line, fmt.Sprint(ten)) {
					own = append(own, line)
				}
			}
			want, _ := first(limit, tens(ten))
			Expect(own).To(Equal(want), "the lines of one of four sources")
		}
		Expect(all(pipeline.Merge())).To(BeEmpty(), "a merge of no sources")

		empty := func(yield func(string, error) bool) {
			_ = yield("", nil) && yield("a", nil) && yield("", nil)
		}
		Expect(all(pipeline.Merge(empty))).To(Equal([]pair{{"", nil}, {"a", nil}, {"", nil}}), "a merge of a source with empty lines")
	})

	It("lets its sources wait beside each other", spec.Worth(1), func(ctx SpecContext) {
		const count = 5
		together := spec.Gate(count)
		var sources []pipeline.Lines
		for range count {
			sources = append(sources, func(yield func(string, error) bool) {
				for _, line := range []string{"first", "second"} {
					if err := together.Enter(ctx); err != nil || !yield(line, err) {
						return
					}
				}
			})
		}
		Expect(all(pipeline.Merge(sources...))).To(HaveLen(2*count), "lines of %d sources that wait until all of them have got so far", count)
	})

	It("hands out lines in the order in which they arrive", spec.Worth(2), func(ctx SpecContext) {
		const count = 8
		var sources []pipeline.Lines
		var valves []chan struct{}
		for i := range count {
			valve := make(chan struct{})
			valves = append(valves, valve)
			sources = append(sources, func(yield func(string, error) bool) {
				for round := range 2 {
					if !pass(ctx, valve) || !yield(fmt.Sprint("source ", i, " round ", round), nil) {
						return
					}
				}
			})
		}
		seen, goOn := make(chan string), make(chan struct{})
		loop := spec.Returned(func() {
			for line, err := range pipeline.Merge(sources...) {
				if err != nil || !tell(ctx, seen, line) || !pass(ctx, goOn) {
					return
				}
			}
		})
		chance := spec.Rand()
		for round := range 2 {
			// The loop asks, and nobody has a line. Then it is busy with its first
			// one while the others arrive.
			order := chance.Perm(count)
			for _, i := range order {
				spec.Quiet(ctx)
				Eventually(ctx, valves[i]).Should(BeSent(struct{}{}))
			}
			spec.Quiet(ctx)
			for turn, i := range order {
				line := spec.Await(ctx, seen)
				Expect(line).To(Equal(fmt.Sprint("source ", i, " round ", round)), "line %d, where the sources came in the order %v", turn+1, order)
				Eventually(ctx, goOn).Should(BeSent(struct{}{}))
			}
		}
		spec.AwaitClosed(ctx, loop)
	})

	It("holds a source back whose lines nobody asks for", spec.Worth(2), func(ctx SpecContext) {
		one, other := &source{length: limit}, &source{length: limit}
		var given [2]int
		handed := 0
		for line := range pipeline.Merge(one.lines, prefixed("other ", other.lines)) {
			if handed++; strings.HasPrefix(line, "other ") {
				given[1]++
			} else {
				given[0]++
			}
			spec.Quiet(ctx)
			taken := [2]int{one.use().taken, other.use().taken}
			Expect(taken[0]).To(BeNumerically("<=", given[0]+1), "lines taken of one source, %d of which the loop has", given[0])
			Expect(taken[1]).To(BeNumerically("<=", given[1]+1), "lines taken of the other source, %d of which the loop has", given[1])
			if handed == 6 {
				break
			}
		}
		Expect(handed).To(Equal(6))
	})

	It("ends every source however the loop ended", spec.Worth(1), func(ctx SpecContext) {
		for _, way := range ways {
			for count := 1; count <= 2; count++ {
				sources := []*source{{length: limit}, {length: 3}, {length: limit}, {}}
				looped := spec.Returned(func() {
					way.loop(count, pipeline.Merge(sources[0].lines, sources[1].lines, sources[2].lines, sources[3].lines))
				})
				spec.AwaitClosed(ctx, looped, "%s at line %d", way.name, count)
				for i, source := range sources {
					Expect(source.use().ended).To(Equal(1), "how often source %d had ended: %s at line %d", i, way.name, count)
				}
			}
		}
	})

	It("is over when its sources have ended", spec.Worth(1), func(ctx SpecContext) {
		endless := (&source{length: limit}).lines
		for _, row := range []struct {
			end   string
			other pipeline.Lines
			loop  func(lines pipeline.Lines)
		}{
			{"is left", endless, func(lines pipeline.Lines) { first(1, lines) }},
			{"panics", endless, func(lines pipeline.Lines) {
				for range lines {
					panic(errMishap)
				}
			}},
			{"is handed an error", func(yield func(string, error) bool) { yield("", errOther) }, func(lines pipeline.Lines) { all(lines) }},
			{"is handed a panic", func(func(string, error) bool) { panic(errMishap) }, func(lines pipeline.Lines) { all(lines) }},
		} {
			free := make(chan struct{})
			busy := 0
			looped := spec.Go(func() (count int) {
				defer func() {
					// What it panics with is for other specs.
					recover()
					count = busy
				}()
				row.loop(pipeline.Merge(row.other, func(func(string, error) bool) {
					if pass(ctx, free) {
						busy++
					}
				}))
				return
			})
			spec.Settled(ctx, looped)
			close(free)
			Eventually(ctx, looped).Should(Receive(Equal(1)), "what a source counts that is busy when the loop %s", row.end)
		}
	})

	It("hands out the first error, and ends", spec.Worth(2), func(ctx SpecContext) {
		endless := &source{length: limit}
		one, other := &source{length: limit, fails: 3}, &source{length: limit, fails: 4}
		var pairs []pair
		looped := spec.Returned(func() { pairs = all(pipeline.Merge(endless.lines, one.lines, other.lines)) })
		spec.AwaitClosed(ctx, looped)
		Expect(pairs[len(pairs)-1]).To(Equal(pair{"", errMishap}), "the last pair")
		Expect(failed(pairs)).To(Equal(1), "how many errors came of two sources that have one each")
		for _, source := range []*source{endless, one, other} {
			Expect(source.use().ended).To(Equal(1), "how often a source had ended after the error")
		}

		// It waits for its turn.
		opened, goOn := make(chan struct{}), make(chan struct{})
		close(opened)
		arrivals := []pair{{"first", nil}, {"before", nil}, {"", errMishap}, {"after", nil}, {"", errOther}}
		var sources []pipeline.Lines
		valves := []chan struct{}{opened}
		for i, arrival := range arrivals {
			valves = append(valves, make(chan struct{}))
			sources = append(sources, func(yield func(string, error) bool) {
				if pass(ctx, valves[i]) {
					yield(arrival.line, arrival.err)
				}
			})
		}
		pairs = nil
		looped = spec.Returned(func() {
			for line, err := range pipeline.Merge(sources...) {
				if pairs = append(pairs, pair{line, err}); !pass(ctx, goOn) {
					return
				}
			}
		})
		for i := 1; i < len(arrivals); i++ {
			spec.Quiet(ctx)
			Eventually(ctx, valves[i]).Should(BeSent(struct{}{}))
		}
		spec.Quiet(ctx)
		close(goOn)
		spec.AwaitClosed(ctx, looped)
		Expect(pairs).To(Equal(arrivals[:3]), "what the loop had, where these came in this order: %v", arrivals)
	})

	It("hands a panic of a source to its loop", spec.Worth(1), func(ctx SpecContext) {
		endless, last := &source{length: limit}, make(chan any, 1)
		looped := spec.Returned(func() {
			defer func() { last <- recover() }()
			all(pipeline.Merge(endless.lines, func(yield func(string, error) bool) {
				yield("a line", nil)
				panic(errMishap)
			}))
		})
		spec.AwaitClosed(ctx, looped)
		Expect(last).To(Receive(BeIdenticalTo(errMishap)), "what the loop panicked with")
		Expect(endless.use().ended).To(Equal(1), "how often the other source had ended")
	})

	It("is a stage like any other", spec.Worth(1), func() {
		cabinets := []*cabinet{newCabinet("a1\nb1\na2\n", "a3\n"), newCabinet("a4\n|a5\n", "!")}
		var sources []pipeline.Lines
		for _, cabinet := range cabinets {
			sources = append(sources, pipeline.Grep("a", pipeline.Cat(cabinet, "0", "1")))
		}
		for count := 1; count <= 5; count++ {
			first(limit, pipeline.Head(count, pipeline.Merge(sources...)))
			for _, cabinet := range cabinets {
				Expect(cabinet.stillOpen()).To(BeZero(), "files still open after %d lines of head", count)
			}
		}
	})
})

// pass waits for its turn; false is the end of the spec.
func pass(ctx context.Context, turn <-chan struct{}) bool {
	select {
	case <-turn:
		return true
	case <-ctx.Done():
		return false
	}
}

// tell hands a line to the spec; false is the end of the spec.
func tell(ctx context.Context, seen chan<- string, line string) bool {
	select {
	case seen <- line:
		return true
	case <-ctx.Done():
		return false
	}
}
