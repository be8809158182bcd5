package poolmap_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/sync/poolmap"
)

var errMishap = errors.New("this is the call's own error")

// endless is more than any loop should ever take.
const endless = 1000

// source is the sequence 0, 1, 2 and so on up to its length, and keeps count of what
// is done with it.
type source struct {
	length              int
	begun, taken, ended atomic.Int64
}

func (s *source) items(yield func(int) bool) {
	s.begun.Add(1)
	defer s.ended.Add(1)
	for item := range s.length {
		s.taken.Add(1)
		if !yield(item) {
			return
		}
	}
}

// pair is one that a sequence of results has.
type pair struct {
	value string
	err   error
}

// good is the pair of an item whose call returned well.
func good(item int) pair { return pair{value: fmt.Sprint("result ", item)} }

// goods are the pairs of the first items.
func goods(count int) []pair {
	pairs := []pair{}
	for item := range count {
		pairs = append(pairs, good(item))
	}
	return pairs
}

// quick is a call that returns at once.
func quick(_ context.Context, item int) (string, error) { return good(item).value, nil }

// all ranges over results and breaks after count of them.
func all(count int, results iter.Seq2[string, error]) []pair {
	pairs := []pair{}
	for value, err := range results {
		pairs = append(pairs, pair{value, err})
		if len(pairs) == count {
			break
		}
	}
	return pairs
}

// gather ranges over all of the results, in a goroutine of its own.
func gather(results iter.Seq2[string, error]) <-chan []pair {
	return spec.Go(func() []pair { return all(endless, results) })
}

// stage is where calls stay until they are told what to return.
type stage struct {
	over    context.Context
	arrived chan guest
	// running are the calls that have not returned, and most how many there were at
	// once.
	running, most atomic.Int64
}

// guest is a call that stays.
type guest struct {
	item int
	ctx  context.Context
	door chan<- pair
}

func (g guest) leave() { g.door <- good(g.item) }

func open(ctx context.Context) *stage { return &stage{over: ctx, arrived: make(chan guest, endless)} }

func (s *stage) enter() {
	now := s.running.Add(1)
	for {
		most := s.most.Load()
		if now <= most || s.most.CompareAndSwap(most, now) {
			return
		}
	}
}

func (s *stage) leave() { s.running.Add(-1) }

// hold is a call that stays until it is told what to return, and hears of nothing
// else.
func (s *stage) hold(ctx context.Context, item int) (string, error) {
	s.enter()
	defer s.leave()
	door := make(chan pair, 1)
	s.arrived <- guest{item, ctx, door}
	select {
	case p := <-door:
		return p.value, p.err
	case <-s.over.Done():
		return "", s.over.Err()
	}
}

// heed is a call that stays until it is told what to return, or its context ends.
func (s *stage) heed(ctx context.Context, item int) (string, error) {
	s.enter()
	defer s.leave()
	door := make(chan pair, 1)
	s.arrived <- guest{item, ctx, door}
	select {
	case p := <-door:
		return p.value, p.err
	case <-ctx.Done():
		return "", fmt.Errorf("item %d: %w", item, ctx.Err())
	case <-s.over.Done():
		return "", s.over.Err()
	}
}

// next waits for count calls and returns them by their items.
func (s *stage) next(ctx context.Context, count int) map[int]guest {
	GinkgoHelper()
	guests := map[int]guest{}
	for range count {
		guest := spec.Await(ctx, s.arrived)
		guests[guest.item] = guest
	}
	return guests
}

// mapping is Map over this source.
func (s *source) mapping(ctx context.Context, n int, f func(context.Context, int) (string, error)) iter.Seq2[string, error] {
	return poolmap.Map(ctx, n, s.items, f)
}

// expectFailure expects pairs that begin with results of the first items, with no
// gap, and end with an error.
func expectFailure(pairs []pair, want any) {
	GinkgoHelper()
	Expect(pairs).NotTo(BeEmpty(), "the loop ended without an error")
	last := len(pairs) - 1
	Expect(pairs[:last]).To(Equal(goods(last)), "before the error, results of the first items, without a gap")
	Expect(pairs[last].err).To(MatchError(want))
	Expect(pairs[last].value).To(BeEmpty(), "the value that comes with the error")
}
