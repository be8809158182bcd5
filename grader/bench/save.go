package bench

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/grader/watch"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// save is how long it takes from a save to what watch shows of it first.
func (b *bench) save(ctx context.Context, id string) (took time.Duration, err error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	asked := make(chan []string)
	var cards []score.KataCard
	var verdict time.Time
	watching := make(chan error, 1)
	go func() {
		watching <- watch.Saves(ctx, b.clone, []string{id}, asked, func(ctx context.Context, ids []string) (done bool) {
			if cards, err = b.first(ctx, ids); ctx.Err() == nil {
				verdict = time.Now()
				leave()
			}
			return true
		})
	}()
	// Whoever takes a question is watching already.
	asked <- nil
	start := time.Now()
	if err := b.edit(id); err != nil {
		return 0, err
	}
	if failed := <-watching; failed != nil || err != nil {
		return 0, errors.Join(failed, err)
	}
	if len(cards) != 1 || cards[0].Verdict != score.KataPass {
		return 0, errors.New("the reference did not pass")
	}
	return verdict.Sub(start), nil
}

// first is the grading that watch shows first.
func (b *bench) first(ctx context.Context, ids []string) ([]score.KataCard, error) {
	src, err := source.Learner(b.clone, ids)
	if err != nil {
		return nil, err
	}
	var katas []session.Kata
	for _, kata := range b.Katas {
		if slices.Contains(ids, kata.ID) {
			katas = append(katas, kata)
		}
	}
	return session.Grade(ctx, src, katas, run.Options{
		Root: b.clone, Toolchain: b.Toolchain, Repeat: 1, Budget: run.DefaultBudget, Sandbox: sandbox.Best(), Seed: 1000,
	})
}
