package forkcount_test

import (
	"flag"
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/forkcount"
)

// expressions and statements, and programs below, generate what is nested at most depth
// levels deep. What stands first in a list is what rapid shrinks towards.
func expressions(depth int) *rapid.Generator[forkcount.Expression] {
	forks := rapid.Just[forkcount.Expression](fork)
	if depth == 0 {
		return forks
	}
	inner := expressions(depth - 1)
	return rapid.OneOf(
		forks,
		rapid.Custom(func(t *rapid.T) forkcount.Expression { return not(inner.Draw(t, "x")) }),
		rapid.Custom(func(t *rapid.T) forkcount.Expression { return and(inner.Draw(t, "left"), inner.Draw(t, "right")) }),
		rapid.Custom(func(t *rapid.T) forkcount.Expression { return or(inner.Draw(t, "left"), inner.Draw(t, "right")) }),
	)
}

func statements(depth int) *rapid.Generator[forkcount.Statement] {
	conditions := expressions(2)
	evaluated := rapid.Custom(func(t *rapid.T) forkcount.Statement { return conditions.Draw(t, "expression") })
	all := []*rapid.Generator[forkcount.Statement]{
		// Exits are rare: little comes of a program that begins with one.
		rapid.SampledFrom([]forkcount.Statement{line, line, line, line, flush, flush, exit, exitNow}),
		evaluated,
	}
	if depth > 0 {
		bodies := programs(depth-1, 0)
		all = append(all,
			rapid.Custom(func(t *rapid.T) forkcount.Statement {
				return when(conditions.Draw(t, "condition"), bodies.Draw(t, "then"), bodies.Draw(t, "else"))
			}),
			rapid.Custom(func(t *rapid.T) forkcount.Statement {
				return loop(rapid.IntRange(0, 3).Draw(t, "n"), bodies.Draw(t, "body")...)
			}),
		)
	}
	return rapid.OneOf(all...)
}

// programs generates programs of least to five statements.
func programs(depth, least int) *rapid.Generator[program] {
	return rapid.Custom(func(t *rapid.T) program {
		return rapid.SliceOfN(statements(depth), least, 5).Draw(t, "program")
	})
}

// searching keeps to itself what rapid has to say about a failure: the spec judges
// the program that rapid comes up with by itself.
type searching struct {
	GinkgoTInterface
	found bool
}

func (s *searching) Errorf(string, ...any) { s.found = true }
func (s *searching) Failed() bool          { return s.found }
func (s *searching) FailNow()              {}
func (s *searching) Logf(string, ...any)   {}

// counterexample returns a program for which holds is false or panics, as small as
// rapid can make it, and whether there is one among those that it tries.
func counterexample(holds func(program) bool) (smallest program, found bool) {
	GinkgoHelper()
	// A grading is no go test, but rapid asks for its flags.
	if !flag.Parsed() {
		testing.Init()
		Expect(flag.CommandLine.Parse(nil)).To(Succeed())
	}
	for name, value := range map[string]string{
		// Zero would have rapid choose for itself.
		"rapid.seed":       fmt.Sprint(spec.Rand().Uint64() | 1),
		"rapid.checks":     "200",
		"rapid.shrinktime": "1s",
		"rapid.nofailfile": "true",
	} {
		Expect(flag.Set(name, value)).To(Succeed())
	}
	generator := programs(2, 1)
	search := &searching{GinkgoTInterface: GinkgoT()}
	rapid.Check(search, func(t *rapid.T) {
		// The last one that rapid tries is the smallest.
		smallest = generator.Draw(t, "program")
		if !holds(smallest) {
			t.FailNow()
		}
	})
	return smallest, search.found
}
