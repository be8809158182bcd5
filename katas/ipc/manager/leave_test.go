package manager_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/rpc"
	"os/exec"
	"runtime"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/manager"
)

// taker is a process that says whose the map is and then waits for an item. Its
// argument is the path of the manager.
var taker = spec.Child("manager/taker", func(arguments []string) int {
	c, err := rpc.Dial("unix", arguments[0])
	if err == nil {
		err = c.Call("Map.Set", manager.Entry{Key: "whose", Value: "the child's"}, new(manager.None))
	}
	fmt.Println("set:", err)
	if err != nil || c.Call("List.Take", manager.None(false), new(string)) != nil {
		return 1
	}
	return 0
})

var _ = Describe("A manager whose clients go", func() {
	It("gives nothing to a client that is killed while it waits", spec.Worth(2), func(ctx SpecContext) {
		s := start(ctx)
		line := taker.Command(s.listener.Addr().String())
		child := exec.Command(line[0], line[1:]...)
		said, err := child.StdoutPipe()
		Expect(err).NotTo(HaveOccurred())
		Expect(child.Start()).To(Succeed())
		DeferCleanup(func() { child.Process.Kill(); child.Wait() })
		first := spec.Await(ctx, spec.Go(func() string { text, _ := bufio.NewReader(said).ReadString('\n'); return text }))
		Expect(first).To(Equal("set: <nil>\n"), "what another process says of its call of Map.Set")
		spec.Quiet(ctx)
		stays := s.client()
		Expect(ask[string](ctx, stays, "Map.Get", "whose")).To(Equal("the child's"))

		Expect(child.Process.Kill()).To(Succeed())
		spec.Await(ctx, spec.Go(child.Wait))
		Eventually(ctx, s.listener.open).Should(Equal(1), "connections that are open, when 1 of 2 clients is dead")
		spec.Quiet(ctx)
		Expect(ask[int](ctx, stays, "List.Append", "for the living")).To(Equal(1))
		spec.Quiet(ctx)
		Expect(ask[[]string](ctx, stays, "List.Items", nothing)).To(Equal([]string{"for the living"}), "items that nobody who lives has taken")
		Expect(ask[string](ctx, stays, "List.Take", nothing)).To(Equal("for the living"))

		// Whoever has waited longest is the one that has gone.
		goes := s.client()
		before := begin[string](goes, "List.Take", nothing)
		spec.Settled(ctx, before)
		take := begin[string](stays, "List.Take", nothing)
		spec.Settled(ctx, take)
		goes.Close()
		spec.Settled(ctx, take)
		ask[int](ctx, s.client(), "List.Append", "for who waits on")
		Expect(reply[string](ctx, take)).To(Equal("for who waits on"))
		s.end(ctx)
	})

	It("keeps nothing of them", spec.Worth(1), func(ctx SpecContext) {
		const crowd = 30
		s := start(ctx)
		stays := s.client()
		ask[int](ctx, stays, "List.Append", "a")
		ask[string](ctx, stays, "List.Take", nothing)
		spec.Quiet(ctx)
		goroutines := runtime.NumGoroutine()

		all := s.clients(crowd)
		for _, c := range all {
			Expect(ask[string](ctx, c, "Map.Get", "k")).To(BeEmpty())
			begin[string](c, "List.Take", nothing)
		}
		spec.Quiet(ctx)
		for _, c := range all {
			c.Close()
		}
		Eventually(ctx, s.listener.open).Should(Equal(1), "connections that are open, when 30 of 31 clients have gone")
		// A few more may be the runtime's or the spec's, but not one for each client.
		Eventually(ctx, runtime.NumGoroutine).Should(BeNumerically("<", goroutines+crowd/2),
			"goroutines, when 30 clients have come, waited and gone, and there were %d before", goroutines)
		Expect(ask[int](ctx, stays, "List.Append", "b")).To(Equal(1))
		s.end(ctx)
	})
})

var _ = Describe("A manager that is closed", func() {
	It("ends what its clients wait for", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		idle, waiting, slow := s.client(), s.client(), s.deaf()
		for range 8 {
			ask[int](ctx, idle, "List.Append", string(make([]byte, 4*narrow)))
		}
		begin[[]string](slow, "List.Items", nothing)
		spec.Quiet(ctx)
		for range 8 {
			ask[string](ctx, idle, "List.Take", nothing)
		}
		take := begin[string](waiting, "List.Take", nothing)
		spec.Settled(ctx, take)

		s.end(ctx)
		_, err := outcome[string](ctx, take)
		Expect(err).To(HaveOccurred(), "the list was empty, and Take replied")
		refusal[string](ctx, idle, "Map.Get", "k")
		refusal[string](ctx, waiting, "Map.Get", "k")
		at := s.listener.Addr()
		_, err = rpc.Dial(at.Network(), at.String())
		Expect(err).To(HaveOccurred(), "the manager is closed and somebody listens there")
	})

	It("closes a client that Accept returns meanwhile", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		early := s.client()
		Expect(ask[int](ctx, early, "List.Append", "a")).To(Equal(1))
		s.listener.holds.Store(true)
		release := sync.OnceFunc(func() { close(s.listener.release) })
		DeferCleanup(release)
		late := s.client()
		spec.AwaitClosed(ctx, s.listener.held)

		closing := spec.Go(s.Close)
		spec.AwaitClosed(ctx, s.listener.closed, "Close leaves the listener open")
		// Whoever is in Accept is of the manager too.
		spec.Settled(ctx, closing)
		release()
		failed := spec.Await(ctx, closing, "Close doesn't come back")
		Expect(failed).NotTo(HaveOccurred())
		Expect(s.listener.open()).To(BeZero(), "connections that are open when Close has returned")
		refusal[string](ctx, late, "Map.Get", "k")
	})

	It("says what went wrong with its listener", spec.Worth(1), func(ctx SpecContext) {
		s := start(ctx)
		s.listener.fails = errors.New("the listener of the spec says so")
		c := s.client()
		Expect(ask[int](ctx, c, "List.Append", "a")).To(Equal(1))
		failed := spec.Await(ctx, spec.Go(s.Close), "Close doesn't come back")
		Expect(failed).To(MatchError(s.listener.fails))
		Expect(s.listener.open()).To(BeZero(), "connections that are open when Close has returned, whatever became of the listener")
		refusal[string](ctx, c, "Map.Get", "k")
	})
})
