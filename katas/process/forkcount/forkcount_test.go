package forkcount_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/forkcount"
)

func TestForkCount(t *testing.T) { spec.Run(t) }

var _ = Describe("A prediction", func() {
	Describe("of processes", func() {
		It("counts the first one, and doubles them at every fork", spec.Worth(1), func() {
			agree(
				row{nil, 1, 0},
				row{program{flush}, 1, 0},
				row{program{exit}, 1, 0},
				row{program{fork}, 2, 0},
				row{program{fork, fork}, 4, 0},
				row{program{fork, fork, fork}, 8, 0},
				row{program{fork, fork, fork, fork, fork}, 32, 0},
			)
		})

		It("evaluates the right side only where the left one leaves it open", spec.Worth(1), func() {
			agree(
				row{program{and(fork, fork)}, 3, 0},
				row{program{or(fork, fork)}, 3, 0},
				row{program{or(and(fork, fork), fork)}, 5, 0},
				row{program{and(fork, or(fork, fork))}, 4, 0},
				row{program{and(and(fork, fork), fork)}, 4, 0},
				row{program{and(or(fork, fork), or(fork, fork))}, 7, 0},
				row{program{fork, or(and(fork, fork), fork), fork}, 20, 0},
			)
		})

		It("turns a condition around", spec.Worth(1), func() {
			agree(
				row{program{not(fork)}, 2, 0},
				row{program{and(not(and(fork, fork)), fork)}, 5, 0},
				row{program{and(not(or(fork, fork)), fork)}, 4, 0},
				row{program{or(not(not(and(fork, fork))), fork)}, 5, 0},
			)
		})

		It("lets each process take one branch and go on after it", spec.Worth(1), func() {
			agree(
				row{program{inParent(fork)}, 3, 0},
				row{program{inChild(fork), fork}, 6, 0},
				row{program{when(or(fork, fork), program{fork}, nil)}, 5, 0},
				row{program{when(and(fork, fork), program{fork, fork}, program{fork})}, 8, 0},
				row{program{when(and(fork, fork), nil, program{fork}), fork}, 10, 0},
			)
		})

		It("turns a loop in every process that is in it", spec.Worth(1), func() {
			agree(
				row{program{loop(0, fork)}, 1, 0},
				row{program{loop(-1, fork), fork}, 2, 0},
				row{program{loop(3, fork)}, 8, 0},
				row{program{loop(2, and(fork, fork))}, 9, 0},
				row{program{loop(2, loop(2, fork), fork)}, 64, 0},
				row{program{fork, loop(2, inChild(fork))}, 18, 0},
			)
		})

		It("counts those that ended early, and lets them do no more", spec.Worth(1), func() {
			agree(
				row{program{exit, fork}, 1, 0},
				row{program{fork, exitNow, fork}, 2, 0},
				row{program{inChild(exit), fork}, 3, 0},
				row{program{loop(5, inChild(exit))}, 6, 0},
				row{program{loop(5, inParent(exitNow))}, 6, 0},
				row{program{loop(3, inParent(fork, exit), fork)}, 22, 0},
				row{program{loop(2, fork, loop(2, when(and(fork, fork), program{exit}, nil)))}, 118, 0},
			)
		})
	})

	Describe("of lines", func() {
		It("doubles what waits in the buffer at a fork", spec.Worth(1), func() {
			agree(
				row{program{line}, 1, 1},
				row{program{line, fork}, 2, 2},
				row{program{line, flush, fork}, 2, 1},
				row{program{fork, line}, 2, 2},
				// The best known of these puzzles: eight or six?
				row{program{loop(2, fork, line)}, 4, 8},
				row{program{loop(2, fork, line, flush)}, 4, 6},
				row{program{line, inParent(line, inParent(line)), line}, 3, 9},
				row{program{line, flush, inParent(line, flush, inParent(line, flush)), line}, 3, 6},
			)
		})

		It("empties a buffer that is flushed", spec.Worth(1), func() {
			agree(
				row{program{line, flush}, 1, 1},
				row{program{line, line, flush, flush, line}, 1, 3},
				row{program{loop(3, line, flush)}, 1, 3},
				row{program{line, inChild(flush), fork}, 4, 3},
			)
		})

		It("writes the buffer at Exit and loses it at ExitNow", spec.Worth(1), func() {
			agree(
				row{program{line, exit, line}, 1, 1},
				row{program{line, exitNow, line}, 1, 0},
				row{program{line, flush, line, exitNow}, 1, 1},
				row{program{line, inChild(exit), line}, 2, 3},
				row{program{line, inChild(exitNow), line}, 2, 2},
				row{program{line, inParent(line, exitNow), fork}, 3, 2},
				row{program{loop(4, line, inChild(exit))}, 5, 14},
			)
		})
	})

	It("is exact, and soon there, where the processes are beyond number", spec.Worth(1), func() {
		Expect(memory(func() { forkcount.Predict(program{loop(18, fork, line)}) })).To(BeNumerically("<", 4<<20),
			"bytes allocated for 262,144 processes: each of them is dealt with by itself")

		agree(
			row{program{loop(1000, inChild(line, exit))}, 1001, 1000},
			row{program{loop(math.MaxInt, line, exit)}, 1, 1},
			row{program{loop(math.MaxInt, when(fork, program{line, exit}, program{exitNow}))}, 2, 1},
			row{program{loop(56, fork, line)}, 1 << 56, 56 << 56},
			row{program{loop(56, inParent(line))}, 1 << 56, 28 << 56},
			row{program{loop(63, fork)}, 1 << 63, 0},
			// More digits than a float64 has, and more than an int64.
			row{program{loop(40, and(fork, fork), line, flush)}, 12157665459056928801, 18236498188585393200},
		)
	})

	It("is soon there for many statements in a row, and for a long expression", spec.Worth(1), func() {
		const many = 56
		agree(
			row{slices.Repeat(program{fork}, many), 1 << many, 0},
			row{slices.Repeat(program{fork, line}, many), 1 << many, many << many},
			row{slices.Repeat(program{inParent(line)}, many), 1 << many, many / 2 << many},
		)
		for _, longer := range []func(forkcount.Expression) forkcount.Expression{
			func(e forkcount.Expression) forkcount.Expression { return and(e, fork) },
			func(e forkcount.Expression) forkcount.Expression { return and(fork, e) },
			func(e forkcount.Expression) forkcount.Expression { return or(e, fork) },
			func(e forkcount.Expression) forkcount.Expression { return or(fork, e) },
		} {
			// At each fork one of the two goes on, and the other knows the value.
			expression := forkcount.Expression(fork)
			for range many {
				expression = not(not(longer(expression)))
			}
			agree(row{program{expression}, many + 2, 0})
		}
	})

	It("leaves the program alone", spec.Worth(1), func() {
		// Bodies with room behind them, in which other statements are.
		shelf := program{fork, line, exit, flush, exitNow, line}
		p := program{loop(2, shelf[:2]...), when(fork, shelf[1:2], shelf[3:5]), line, flush}
		shelfBefore, before := slices.Clone(shelf), inC(p)
		agree(row{p[:3], 8, 24})
		Expect(shelf).To(Equal(shelfBefore), "what is behind the body of a loop or a branch is not Predict's")
		Expect(inC(p)).To(Equal(before))
	})

	It("knows nothing of others, before it or beside it", spec.Worth(1), func(ctx SpecContext) {
		p := program{fork, line, loop(3, and(fork, fork), line), inChild(exit)}
		want := forkcount.Predict(p)
		Expect(forkcount.Predict(p)).To(Equal(want), "the second prediction of one program")

		changing := program{fork, line}
		agree(row{changing, 2, 2})
		changing[0] = line
		agree(row{changing, 1, 2}, row{changing[:1], 1, 1})

		const callers = 4
		together := spec.Gate(callers)
		var calls []<-chan forkcount.Prediction
		for range callers {
			calls = append(calls, spec.Go(func() (seen forkcount.Prediction) {
				if together.Enter(ctx) == nil {
					for range 20 {
						if seen = forkcount.Predict(p); seen != want {
							break
						}
					}
				}
				return seen
			}))
		}
		for _, call := range calls {
			seen := spec.Await(ctx, call)
			Expect(seen).To(Equal(want), "a prediction beside others")
		}
	})

	It("agrees with a simulation of each process of random programs", spec.Worth(1), func() {
		p, found := counterexample(func(p program) bool {
			want, small := simulate(p, enough)
			return !small || forkcount.Predict(p) == want
		})
		if found {
			want, _ := simulate(p, enough)
			agree(row{p, want.Processes, want.Lines})
			Fail("Predict has two answers for one program, a wrong one a moment ago and the right one now: " + inC(p))
		}
	})

	It("agrees with real processes", spec.Worth(1), func(ctx SpecContext) {
		for _, p := range []program{
			{or(and(fork, fork), fork), line},
			{line, loop(2, fork, line), inChild(flush, exitNow), line},
			{loop(3, line, when(not(and(fork, fork)), program{exit}, nil)), loop(2, inParent(exitNow))},
		} {
			want := execute(ctx, p)
			agree(row{p, want.Processes, want.Lines})
		}
	})
})

// enough is how many processes are simulated one by one.
const enough = 500

// memory returns how many bytes f allocates. Others in the process may allocate
// meanwhile, but hardly each time.
func memory(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
