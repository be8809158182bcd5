package coroutine_test

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/concurrency-dojo/dojo/katas/coro/coroutine"
)

// Errors of the specs' own.
var (
	errMishap = errors.New("a mishap")
	errOther  = errors.New("another mishap")
	errLast   = errors.New("the last mishap")
)

// averages is the body of a coroutine that is sent numbers and hands out the
// average of those so far.
func averages(yield coroutine.Yield[float64, float64]) error {
	sum, average := 0.0, 0.0
	for count := 1.0; ; count++ {
		number, err := yield(average)
		if err != nil {
			return err
		}
		sum += number
		average = sum / count
	}
}

// result is what Prime, Send or Throw returned.
type result[Out any] struct {
	out Out
	err error
}

func expect[Out any](out Out, err error) result[Out] { return result[Out]{out, err} }

func (r result[Out]) toHandOut(want Out) {
	GinkgoHelper()
	Expect(r.err).NotTo(HaveOccurred(), "the coroutine should have handed out %v", want)
	Expect(r.out).To(Equal(want))
}

func (r result[Out]) toFail(want error) {
	GinkgoHelper()
	Expect(r.err).To(itself(want), "the error should be %q itself, but is: %v", want, r.err)
	Expect(r.out).To(BeZero(), "what came with the error")
}

// itself matches the very same error, or none.
func itself(want error) types.GomegaMatcher {
	if want == nil {
		return BeNil()
	}
	return BeIdenticalTo(want)
}

// first drops the error.
func first[Out any](out Out, _ error) Out { return out }
