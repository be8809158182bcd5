package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// shop is a tree with two katas that is watched.
type shop struct {
	*testing.T
	root  string
	asked chan []string
	calls chan call
}

// call is one of saved, which waits for how it is to end.
type call struct {
	ctx context.Context
	ids []string
	end chan bool
}

func openShop(t *testing.T) *shop {
	s := &shop{T: t, root: t.TempDir(), asked: make(chan []string), calls: make(chan call)}
	ids := []string{"sync/lock", "sync/tally"}
	for _, id := range ids {
		if err := os.MkdirAll(filepath.Join(s.root, "katas", id), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Saves(ctx, s.root, ids, s.asked, func(ctx context.Context, ids []string) bool {
			c := call{ctx, ids, make(chan bool)}
			s.calls <- c
			return <-c.end
		})
	}()
	// Whoever takes a question watches already.
	s.asked <- nil
	t.Cleanup(func() {
		leave()
		for {
			select {
			case c := <-s.calls:
				close(c.end)
			case err := <-ended:
				if err != nil {
					t.Errorf("Saves ended with %v", err)
				}
				return
			}
		}
	})
	return s
}

func (s *shop) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.root, "katas", name), []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

// puts saves in one step: what takes two may be two saves on a slow machine.
func (s *shop) puts(name string) {
	s.Helper()
	s.write("new", "package new")
	if err := os.Rename(filepath.Join(s.root, "katas", "new"), filepath.Join(s.root, "katas", name)); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) gets(ids ...string) call {
	s.Helper()
	c := <-s.calls
	if !slices.Equal(c.ids, ids) {
		s.Errorf("saved %q, want %q", c.ids, ids)
	}
	return c
}

func TestNothingOfABurstIsLost(t *testing.T) {
	s := openShop(t)
	for range 5 {
		s.write("sync/tally/tally.go", "package tally")
		s.write("sync/lock/lock.go", "package lock")
	}
	for {
		c := <-s.calls
		both := slices.Equal(c.ids, []string{"sync/lock", "sync/tally"})
		if c.end <- both; both {
			return
		}
	}
}

func TestARenameIsASave(t *testing.T) {
	s := openShop(t)
	s.write("sync/tally/4913", "")
	s.write("sync/tally/.tally.go.swp", "")
	s.puts("sync/tally/tally.go")
	s.gets("sync/tally").end <- true
}

func TestWhatIsAskedForIsGraded(t *testing.T) {
	s := openShop(t)
	s.asked <- []string{"sync/lock"}
	s.gets("sync/lock").end <- true
}

func TestASaveEndsWhatRunsAndHasItsKatasToo(t *testing.T) {
	s := openShop(t)
	s.puts("sync/tally/tally.go")
	first := s.gets("sync/tally")
	s.puts("sync/lock/lock.go")
	<-first.ctx.Done()
	first.end <- false
	second := s.gets("sync/lock", "sync/tally")
	s.puts("sync/lock/lock.go")
	<-second.ctx.Done()
	second.end <- true
	s.gets("sync/lock").end <- true
}
