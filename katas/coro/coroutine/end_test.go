package coroutine_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/coro/coroutine"
)

var _ = Describe("A coroutine that ends", func() {
	It("says so, once with the body's own error", spec.Worth(2), func() {
		// It may have ErrClosed of another coroutine, and is not closed itself.
		for _, result := range []error{nil, errMishap, coroutine.ErrClosed} {
			says := result
			if result == nil {
				says = coroutine.ErrEnded
			}
			// The body returns after so many yields.
			for yields := range 3 {
				c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
					for i := range yields {
						yield(i + 1)
					}
					return result
				})
				resume := c.Prime
				for i := range yields {
					expect(resume()).toHandOut(i + 1)
					resume = func() (int, error) { return c.Send(7) }
				}
				expect(resume()).toFail(says)
				for range 2 {
					expect(c.Send(1)).toFail(coroutine.ErrEnded)
					expect(c.Throw(errOther)).toFail(coroutine.ErrEnded)
					expect(c.Prime()).toFail(coroutine.ErrEnded)
					Expect(c.Close()).To(Succeed(), "Close, after the end")
				}
			}
		}
	})

	It("gets an error thrown where it waits, and may go on", spec.Worth(1), func() {
		c := coroutine.New(func(yield coroutine.Yield[int, string]) error {
			out, caught := "primed", false
			for {
				in, err := yield(out)
				switch out = fmt.Sprint("got ", in); {
				case err == errMishap:
					out += " and caught it"
				case err == coroutine.ErrClosed && !caught:
					// Once, so that it can be closed.
					caught = true
					out += " and caught it"
				case err == errOther:
					return errLast
				case err != nil:
					return err
				}
			}
		})
		expect(c.Prime()).toHandOut("primed")
		expect(c.Send(5)).toHandOut("got 5")
		expect(c.Throw(errMishap)).toHandOut("got 0 and caught it")
		expect(c.Send(6)).toHandOut("got 6")
		expect(c.Throw(errMishap)).toHandOut("got 0 and caught it")
		// ErrClosed that is thrown is an error like any other.
		expect(c.Throw(coroutine.ErrClosed)).toHandOut("got 0 and caught it")
		expect(c.Send(8)).toHandOut("got 8")
		expect(c.Throw(errOther)).toFail(errLast)
		expect(c.Send(7)).toFail(coroutine.ErrEnded)

		// One that is not caught comes back.
		c = coroutine.New(func(yield coroutine.Yield[int, string]) error {
			_, err := yield("")
			return err
		})
		expect(c.Prime()).toHandOut("")
		expect(c.Throw(errMishap)).toFail(errMishap)
		Expect(c.Close()).To(Succeed())
	})

	It("hands a panic of its body to whoever resumed it", spec.Worth(2), func() {
		for _, way := range []struct {
			name   string
			primed bool
			reason error
			resume func(c *coroutine.Coroutine[int, int])
		}{
			{"Prime", false, errMishap, func(c *coroutine.Coroutine[int, int]) { c.Prime() }},
			{"Send", true, errMishap, func(c *coroutine.Coroutine[int, int]) { c.Send(1) }},
			{"Throw", true, errMishap, func(c *coroutine.Coroutine[int, int]) { c.Throw(errOther) }},
			{"Close", true, errMishap, func(c *coroutine.Coroutine[int, int]) { c.Close() }},
			// To return it is the usual end, to panic with it is not.
			{"Close", true, coroutine.ErrClosed, func(c *coroutine.Coroutine[int, int]) { c.Close() }},
		} {
			c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
				if way.primed {
					yield(1)
				}
				panic(way.reason)
			})
			if way.primed {
				expect(c.Prime()).toHandOut(1)
			}
			Expect(func() { way.resume(c) }).To(PanicWith(BeIdenticalTo(way.reason)), "%s, of a body that panics", way.name)
			expect(c.Prime()).toFail(coroutine.ErrEnded)
			expect(c.Send(1)).toFail(coroutine.ErrEnded)
			expect(c.Throw(errOther)).toFail(coroutine.ErrEnded)
			Expect(c.Close()).To(Succeed(), "Close, after a panic")
		}
	})
})

var _ = Describe("A coroutine that is closed", func() {
	It("has run its deferred calls when Close returns", spec.Worth(2), func(ctx SpecContext) {
		over := make(chan struct{})
		var got error
		c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
			defer func() {
				select {
				case <-over:
				case <-ctx.Done():
				}
			}()
			_, got = yield(1)
			return got
		})
		expect(c.Prime()).toHandOut(1)
		closed := spec.Go(c.Close)
		spec.Settled(ctx, closed)
		close(over)
		Eventually(ctx, closed).Should(Receive(BeNil()))
		Expect(got).To(BeIdenticalTo(coroutine.ErrClosed), "what yield returned")
		expect(c.Send(1)).toFail(coroutine.ErrEnded)
		Expect(c.Close()).To(Succeed(), "Close, again")
	})

	It("returns what its body returns, unless that is ErrClosed", spec.Worth(1), func() {
		for _, row := range []struct{ returned, says error }{
			{nil, nil},
			{coroutine.ErrClosed, nil},
			{fmt.Errorf("on the way out: %w", coroutine.ErrClosed), nil},
			{errMishap, errMishap},
			{coroutine.ErrEnded, coroutine.ErrEnded},
		} {
			c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
				yield(1)
				return row.returned
			})
			expect(c.Prime()).toHandOut(1)
			says := c.Close()
			Expect(says).To(itself(row.says), "what Close returned, where the body returned: %v", row.returned)
			expect(c.Send(1)).toFail(coroutine.ErrEnded)
		}
	})

	It("never runs if it was not primed", spec.Worth(1), func(ctx SpecContext) {
		begun := false
		c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
			begun = true
			_, err := yield(1)
			return err
		})
		Expect(c.Close()).To(Succeed())
		expect(c.Prime()).toFail(coroutine.ErrEnded)
		expect(c.Send(1)).toFail(coroutine.ErrEnded)
		Expect(c.Close()).To(Succeed())
		spec.Quiet(ctx)
		Expect(begun).To(BeFalse(), "the body ran")
	})

	It("ends also if it goes on to yield", spec.Worth(1), func(ctx SpecContext) {
		var ins []int
		var got []error
		c := coroutine.New(func(yield coroutine.Yield[int, int]) error {
			for out := range 5 {
				in, err := yield(out)
				ins, got = append(ins, in), append(got, err)
			}
			return nil
		})
		expect(c.Prime()).toHandOut(0)
		expect(c.Send(7)).toHandOut(1)
		Eventually(ctx, spec.Go(c.Close)).Should(Receive(BeNil()))
		closed := coroutine.ErrClosed
		Expect(got).To(HaveExactElements(BeNil(), Equal(closed), Equal(closed), Equal(closed), Equal(closed)), "what its yields returned")
		Expect(ins).To(Equal([]int{7, 0, 0, 0, 0}), "what its yields returned beside it")
		expect(c.Send(1)).toFail(coroutine.ErrEnded)
	})
})
