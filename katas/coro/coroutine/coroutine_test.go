package coroutine_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/coroutine"
)

func TestCoroutine(t *testing.T) { spec.Run(t) }

var _ = Describe("A coroutine", func() {
	It("runs nothing before it is primed, and then up to its first yield", spec.Worth(1), func(ctx SpecContext) {
		var steps atomic.Int64
		c := coroutine.New(func(yield coroutine.Yield[int, string]) error {
			steps.Add(1)
			_, err := yield("first")
			steps.Add(1)
			return err
		})
		// Whoever runs ahead gets the time for it.
		spec.Quiet(ctx)
		Expect(steps.Load()).To(BeZero(), "steps of the body before Prime")
		expect(c.Prime()).toHandOut("first")
		spec.Quiet(ctx)
		Expect(steps.Load()).To(BeEquivalentTo(1), "steps of the body after Prime")
		Expect(c.Close()).To(Succeed())
		Expect(steps.Load()).To(BeEquivalentTo(2), "steps of the body after Close")
	})

	It("passes values both ways", spec.Worth(1), func() {
		c := coroutine.New(averages)
		expect(c.Prime()).toHandOut(0)
		for _, turn := range []struct{ number, average float64 }{{10, 10}, {0, 5}, {5, 5}, {-15, 0}, {100, 20}} {
			expect(c.Send(turn.number)).toHandOut(turn.average)
		}
		Expect(c.Close()).To(Succeed())
	})

	It("takes turns with whoever resumes it", spec.Worth(2), func(ctx SpecContext) {
		var turns atomic.Int64
		gates := make(chan struct{})
		c := coroutine.New(func(yield coroutine.Yield[int, int64]) error {
			for {
				select {
				case <-gates:
				case <-ctx.Done():
				}
				if _, err := yield(turns.Add(1)); err != nil {
					return err
				}
			}
		})
		resume := c.Prime
		for turn := range int64(3) {
			resumed := spec.Go(func() int64 { out, _ := resume(); return out })
			// The body is in the middle of something: nobody goes on without it.
			spec.Settled(ctx, resumed)
			gates <- struct{}{}
			Eventually(ctx, resumed).Should(Receive(Equal(turn + 1)))
			spec.Quiet(ctx)
			Expect(turns.Load()).To(Equal(turn+1), "turns of the body, while nobody resumes it")
			resume = func() (int64, error) { return c.Send(0) }
		}
		Expect(c.Close()).To(Succeed())
	})

	It("shares memory without a lock with all who resume it", spec.Worth(1), func(ctx SpecContext) {
		// Only the turns order what is done with it.
		var journal []string
		c := coroutine.New(func(yield coroutine.Yield[string, int]) error {
			defer func() { journal = append(journal, "deferred") }()
			for {
				in, err := yield(len(journal))
				if err != nil {
					return err
				}
				journal = append(journal, "got "+in)
			}
		})
		each := func(do func()) { spec.AwaitClosed(ctx, spec.Returned(do)) }
		each(func() { journal = append(journal, "prime"); c.Prime() })
		for i := range 3 {
			each(func() { journal = append(journal, fmt.Sprint("send ", i)); c.Send(fmt.Sprint(i)) })
		}
		each(func() { c.Close(); journal = append(journal, "closed") })
		Expect(journal).To(Equal([]string{"prime", "send 0", "got 0", "send 1", "got 1", "send 2", "got 2", "deferred", "closed"}))
	})

	It("has nothing to do with another", spec.Worth(1), func(ctx SpecContext) {
		// One resumes the next, down to the last.
		inner := coroutine.New(averages)
		for range 5 {
			next := inner
			inner = coroutine.New(func(yield coroutine.Yield[float64, float64]) error {
				defer next.Close()
				out, err := next.Prime()
				for err == nil {
					var in float64
					if in, err = yield(out); err == nil {
						out, err = next.Send(in)
					}
				}
				return err
			})
		}
		expect(inner.Prime()).toHandOut(0)
		expect(inner.Send(3)).toHandOut(3)
		expect(inner.Send(5)).toHandOut(4)
		Expect(inner.Close()).To(Succeed())

		together := spec.Gate(2)
		loop := func() []float64 {
			if together.Enter(ctx) != nil {
				return nil
			}
			c := coroutine.New(averages)
			defer c.Close()
			c.Prime()
			var seen []float64
			for number := range 50 {
				out, _ := c.Send(float64(2 * number))
				seen = append(seen, out)
			}
			return seen
		}
		want := make([]float64, 50)
		for i := range want {
			want[i] = float64(i)
		}
		for _, call := range []<-chan []float64{spec.Go(loop), spec.Go(loop)} {
			seen := spec.Await(ctx, call)
			Expect(seen).To(Equal(want), "the averages of a coroutine in one of two goroutines")
		}
	})

	It("refuses what comes at the wrong time", spec.Worth(1), func() {
		begun := false
		c := coroutine.New(func(yield coroutine.Yield[float64, float64]) error {
			begun = true
			return averages(yield)
		})
		expect(c.Send(1)).toFail(coroutine.ErrUnprimed)
		expect(c.Throw(errMishap)).toFail(coroutine.ErrUnprimed)
		Expect(begun).To(BeFalse(), "the body ran before Prime")
		expect(c.Prime()).toHandOut(0)
		expect(c.Prime()).toFail(coroutine.ErrPrimed)
		expect(c.Send(4)).toHandOut(4)
		expect(c.Prime()).toFail(coroutine.ErrPrimed)
		expect(c.Send(6)).toHandOut(5)
		Expect(c.Close()).To(Succeed())
	})

	It("refuses to be resumed while it runs", spec.Worth(2), func() {
		var c *coroutine.Coroutine[int, []error]
		var closing []error
		resume := func() []error {
			_, primed := c.Prime()
			_, sent := c.Send(1)
			_, thrown := c.Throw(errMishap)
			return []error{primed, sent, thrown, c.Close()}
		}
		c = coroutine.New(func(yield coroutine.Yield[int, []error]) error {
			if _, err := yield(resume()); err != nil {
				return err
			}
			// Its turn isn't over when it resumes another.
			other := coroutine.New(func(yield coroutine.Yield[int, []error]) error {
				_, err := yield(resume())
				return err
			})
			seen, err := other.Prime()
			if err == nil {
				if _, err = yield(seen); err == errMishap {
					err = nil
				}
			}
			other.Close()
			if err != nil {
				return err
			}
			_, thrown := yield(resume())
			closing = resume()
			return thrown
		})
		refused := []error{coroutine.ErrRunning, coroutine.ErrRunning, coroutine.ErrRunning, coroutine.ErrRunning}
		Expect(first(c.Prime())).To(HaveExactElements(refused), "Prime, Send, Throw and Close, by the body itself")
		Expect(first(c.Send(0))).To(HaveExactElements(refused), "Prime, Send, Throw and Close, by another that it has resumed")
		Expect(first(c.Throw(errMishap))).To(HaveExactElements(refused), "Prime, Send, Throw and Close, by the body where an error was thrown")
		Expect(c.Close()).To(Succeed())
		Expect(closing).To(HaveExactElements(refused), "Prime, Send, Throw and Close, by the body that is being closed")
	})
})
