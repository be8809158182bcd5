//go:build linux

package workerpool_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

// station is where tasks come by that stay until they are let go.
type station struct {
	path    string
	arrived chan visitor
}

// visitor is a task that stays.
type visitor struct {
	name string
	// pid is the worker's: the kernel tells who is at the other end (unix(7)).
	pid  int
	door *net.UnixConn
}

func open() *station {
	GinkgoHelper()
	s := &station{path: filepath.Join(spec.Folder(), "s"), arrived: make(chan visitor, 100)}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.path, Net: "unix"})
	Expect(err).NotTo(HaveOccurred())
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		var doors []*net.UnixConn
		for {
			door, err := listener.AcceptUnix()
			if err != nil {
				break
			}
			doors = append(doors, door)
			if guest, err := meet(door); err == nil {
				s.arrived <- guest
			}
		}
		for _, door := range doors {
			door.Close()
		}
	}()
	DeferCleanup(func() {
		listener.Close()
		<-closed
	})
	return s
}

// meet asks a task for its name and the kernel for its process.
func meet(door *net.UnixConn) (visitor, error) {
	name, err := bufio.NewReader(door).ReadString('\n')
	if err != nil {
		return visitor{}, err
	}
	raw, err := door.SyscallConn()
	if err != nil {
		return visitor{}, err
	}
	var peer *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return visitor{}, err
	}
	if failed != nil {
		return visitor{}, failed
	}
	return visitor{strings.TrimSuffix(name, "\n"), int(peer.Pid), door}, nil
}

// hold is a task that stays here under this name.
func (s *station) hold(name string) []byte { return task(hold, s.path, name) }

// next waits for a task to come by.
func (s *station) next(ctx context.Context) (guest visitor) {
	GinkgoHelper()
	select {
	case guest = <-s.arrived:
	case <-ctx.Done():
		Fail("no worker comes to run a task that it could run")
	}
	return guest
}

// ending waits for a worker to come by that has no more tasks.
func (s *station) ending(ctx context.Context) (guest visitor) {
	GinkgoHelper()
	select {
	case guest = <-s.arrived:
		Expect(guest.name).To(Equal(served))
	case <-ctx.Done():
		Fail("the pool is closed, and Serve doesn't return nil in a worker for which there is nothing left")
	}
	return guest
}

// all waits for n tasks to be here at once, in different processes, and returns
// those by name.
func (s *station) all(ctx context.Context, n int) map[string]visitor {
	GinkgoHelper()
	guests := map[string]visitor{}
	var pids []int
	for range n {
		guest := s.next(ctx)
		Expect(guests).NotTo(HaveKey(guest.name), "this task runs twice")
		Expect(pids).NotTo(ContainElement(guest.pid), "a worker runs two tasks at once")
		guests[guest.name] = guest
		pids = append(pids, guest.pid)
	}
	return guests
}

// leave lets the task go, with this result or, if it begins with "error ", with this
// error.
func (v visitor) leave(answer string) {
	GinkgoHelper()
	_, err := io.WriteString(v.door, answer)
	Expect(err).NotTo(HaveOccurred())
	Expect(v.door.CloseWrite()).To(Succeed())
}

// kill kills the worker.
func (v visitor) kill() {
	GinkgoHelper()
	Expect(unix.Kill(v.pid, unix.SIGKILL)).To(Succeed())
}

// pool is the one that a spec is about.
type pool struct{ *workerpool.Pool }

func start(size int, arguments ...string) pool {
	GinkgoHelper()
	p, err := workerpool.New(size, worker.Command(arguments...)...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(p.Terminate)
	return pool{p}
}

// outcome is what a task returned.
type outcome struct {
	value string
	err   error
}

func outcomeOf(value []byte, err error) outcome { return outcome{string(value), err} }

// get asks for a result in a goroutine of its own.
func get(r *workerpool.Result) <-chan outcome {
	return spec.Go(func() outcome { return outcomeOf(r.Get()) })
}

// apply is Apply in a goroutine of its own.
func (p pool) apply(task []byte) <-chan outcome {
	return spec.Go(func() outcome { return outcomeOf(p.Apply(task)) })
}

// mapped is what Map returned.
type mapped struct {
	values []string
	err    error
}

// spread is Map in a goroutine of its own.
func (p pool) spread(tasks ...[]byte) <-chan mapped {
	return spec.Go(func() mapped {
		results, err := p.Map(tasks)
		var values []string
		for _, result := range results {
			values = append(values, string(result))
		}
		return mapped{values, err}
	})
}

// await waits for what a call returns.
func await[T any](ctx context.Context, call <-chan T) T {
	GinkgoHelper()
	return spec.Await(ctx, call, "a call into the pool doesn't come back")
}

// children returns the pids of the processes that have this one as their parent.
func children(parent int) (pids []int) {
	for _, process := range spec.Descendants() {
		if process.Parent == parent && process.State != "Z" {
			pids = append(pids, process.PID)
		}
	}
	slices.Sort(pids)
	return pids
}

// own returns the pids of this process's children.
func own() []int { return children(os.Getpid()) }
