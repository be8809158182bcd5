package watch

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// burst is how long a file must be left alone until a save counts as done.
const burst = 80 * time.Millisecond

// Saves calls saved with the ids of katas whose Go files changed, until ctx ends.
// Editors save in bursts, by writing in place, or by renaming a new file over the
// old one; all of these count as one save. What comes from asked, which may be nil,
// is treated as if it had been saved.
//
// A save while saved runs ends its context; the next call comes after it has
// returned, and has its ids too if it didn't report that it was done.
func Saves(ctx context.Context, root string, ids []string, asked <-chan []string, saved func(ctx context.Context, ids []string) (done bool)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer watcher.Close()
	folders := map[string]string{}
	for _, id := range ids {
		// The folder and not the file: a rename would end the watch of a file.
		folder := filepath.Join(root, "katas", filepath.FromSlash(id))
		if err := watcher.Add(folder); err != nil {
			return fmt.Errorf("watch %s: %w", folder, err)
		}
		folders[folder] = id
	}
	changed := map[string]bool{}
	quiet := time.NewTimer(0)
	<-quiet.C
	end := func() (left []string) { return nil }
	defer func() { end() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if id, known := folders[filepath.Dir(event.Name)]; known && counts(event) {
				changed[id] = true
				quiet.Reset(burst)
			}
		case now := <-asked:
			for _, id := range now {
				changed[id] = true
			}
			quiet.Reset(0)
		case err := <-watcher.Errors:
			return fmt.Errorf("watch: %w", err)
		case <-quiet.C:
			if len(changed) == 0 {
				continue
			}
			for _, id := range end() {
				changed[id] = true
			}
			now := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !changed[id] })
			clear(changed)
			end = begin(ctx, now, saved)
		}
	}
}

// begin calls saved beside its caller. The function that it returns ends that
// call, waits for it, and returns the ids if it wasn't done with them.
func begin(ctx context.Context, ids []string, saved func(ctx context.Context, ids []string) (done bool)) (end func() (left []string)) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan bool, 1)
	go func() { done <- saved(ctx, ids) }()
	return func() []string {
		cancel()
		if <-done {
			return nil
		}
		return ids
	}
}

// counts reports whether an event can change what the compiler sees. Editors
// touch back-up and swap files beside the real one.
func counts(event fsnotify.Event) bool {
	name := filepath.Base(event.Name)
	return event.Op != fsnotify.Chmod && strings.HasSuffix(name, ".go") && !strings.HasPrefix(name, ".")
}
