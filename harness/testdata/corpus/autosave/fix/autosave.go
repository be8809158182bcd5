// Package autosave is a keeper of drafts that saves changes a moment after they were made, or at once when told to. Fixed: the timer is only stopped: since Go 1.23, no stale time is left in its channel.
package autosave

import (
	"maps"
	"sync"
	"time"
)

// Save stores drafts by name; it is called by one goroutine at a time.
type Save func(drafts map[string]string)

type change struct {
	name, text string
}

// Keeper collects changes and saves them together.
type Keeper struct {
	delay   time.Duration
	save    Save
	changes chan change
	flushes chan chan int
	quit    chan struct{}
	done    chan struct{}
	once    sync.Once
}

// New returns a keeper that saves changes after a delay; it is to be closed.
func New(delay time.Duration, save Save) *Keeper {
	k := &Keeper{
		delay:   delay,
		save:    save,
		changes: make(chan change),
		flushes: make(chan chan int),
		quit:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	go k.keep()
	return k
}

// Change tells the keeper of the new text of a draft. It must not be called after
// Close.
func (k *Keeper) Change(name, text string) { k.changes <- change{name, text} }

// Flush saves all changes so far and returns how many saves that made in all. It
// must not be called after Close.
func (k *Keeper) Flush() int {
	saves := make(chan int)
	k.flushes <- saves
	return <-saves
}

// Close saves what is left and ends the keeper.
func (k *Keeper) Close() {
	k.once.Do(func() { close(k.quit) })
	<-k.done
}

func (k *Keeper) keep() {
	defer close(k.done)
	pending := map[string]string{}
	saves := 0
	saveAll := func() {
		if len(pending) > 0 {
			k.save(maps.Clone(pending))
			clear(pending)
			saves++
		}
	}

	var timer *time.Timer
	var due <-chan time.Time
	for {
		select {
		case c := <-k.changes:
			pending[c.name] = c.text
			switch {
			case timer == nil:
				timer = time.NewTimer(k.delay)
				due = timer.C
			case len(pending) == 1:
				timer.Reset(k.delay)
			}
		case <-due:
			saveAll()
		case reply := <-k.flushes:
			if timer != nil {
				timer.Stop()
			}
			saveAll()
			reply <- saves
		case <-k.quit:
			if timer != nil {
				timer.Stop()
			}
			saveAll()
			return
		}
	}
}
