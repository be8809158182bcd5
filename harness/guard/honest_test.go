package guard_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/guard"
)

// honestCase is a spec that leaves nothing, though some of it may still be on its
// way out when the spec ends.
type honestCase struct {
	why string
	do  func(p place)
}

func (c honestCase) check(t *testing.T) {
	p := place{t, t.TempDir(), t.TempDir()}
	g := guard.New(guard.Options{Temp: p.temp})
	g.Begin()
	c.do(p)
	if races, leaks, dirty := g.End(); len(races) > 0 || len(leaks) > 0 || dirty {
		t.Errorf("%s: charged with %+v, %+v, dirty %v", c.why, races, leaks, dirty)
	}
}

// work takes a while to compute, longer than a guard looks without a pause.
func work() (sum int) {
	for i := range 200_000_000 {
		sum += i * i
	}
	return sum
}

func TestHonestSpecsLeaveNothing(t *testing.T) {
	for _, c := range []honestCase{
		{"nothing at all", func(place) {}},
		{"200 goroutines that were waited for", func(place) {
			var all sync.WaitGroup
			for range 200 {
				all.Go(runtime.Gosched)
			}
			all.Wait()
		}},
		{"200 goroutines that are about to end: nobody waits for their last steps", func(place) {
			release := make(chan struct{})
			for range 200 {
				go func() { <-release }()
			}
			close(release)
		}},
		{"a goroutine that has something to compute before it ends", func(place) { go work() }},
		{"goroutines that wait for that one", func(place) {
			computed := make(chan int)
			go func() { computed <- work() }()
			go func() { <-computed }()
		}},
		{"100 files, closed and removed", func(p place) {
			for n := range 100 {
				file, err := os.Create(filepath.Join(p.temp, fmt.Sprint(n)))
				p.must(err)
				p.must(file.Close())
				p.must(os.Remove(file.Name()))
			}
		}},
		{"a server, a client and what they said", func(p place) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			p.must(err)
			served := make(chan error)
			go func() {
				conn, err := listener.Accept()
				if err == nil {
					conn.Write([]byte("hello"))
					conn.Close()
				}
				served <- err
			}()
			conn, err := net.Dial("tcp", listener.Addr().String())
			p.must(err)
			conn.Read(make([]byte, 5))
			p.must(conn.Close())
			p.must(<-served)
			p.must(listener.Close())
		}},
		{"bytes that the kernel moves between connections: package net keeps the pipes for it", func(p place) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			p.must(err)
			defer listener.Close()
			dial := func() (near, far net.Conn) {
				near, err := net.Dial("tcp", listener.Addr().String())
				p.must(err)
				far, err = listener.Accept()
				p.must(err)
				return near, far
			}
			sender, in := dial()
			out, receiver := dial()
			copied := make(chan error)
			go func() {
				_, err := io.Copy(out, in)
				copied <- errors.Join(err, in.Close(), out.Close())
			}()
			sender.Write([]byte("hello"))
			p.must(sender.Close())
			p.must(<-copied)
			text, err := io.ReadAll(receiver)
			if err != nil || string(text) != "hello" {
				p.Errorf("%q, %v", text, err)
			}
			p.must(receiver.Close())
		}},
		{"a process-wide thing, put back", func(p place) {
			folder, err := os.Getwd()
			p.must(err)
			p.must(os.Chdir(p.away))
			p.must(os.Chdir(folder))
			p.must(os.Setenv("DOJO_TEST", "x"))
			p.must(os.Unsetenv("DOJO_TEST"))
		}},
		{"much memory", func(place) {
			kept := make([][]byte, 0, 64)
			for range 64 {
				kept = append(kept, make([]byte, 1<<20))
			}
			runtime.KeepAlive(kept)
		}},
		{"a thread of its own, which ends with its goroutine", func(place) {
			ended := make(chan struct{})
			go func() { defer close(ended); runtime.LockOSThread() }()
			<-ended
		}},
	} {
		t.Run(c.why, c.check)
	}
}
