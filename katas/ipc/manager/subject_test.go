package manager_test

import (
	"cmp"
	"context"
	"net"
	"net/rpc"
	"path/filepath"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/manager"
)

// subject is a manager that a spec is about, and its listener.
type subject struct {
	*manager.Manager
	listener *watched
}

// start serves at a path of its own.
func start(ctx context.Context) subject {
	GinkgoHelper()
	return startAt(ctx, "unix", filepath.Join(spec.Folder(), "manager"))
}

func startAt(ctx context.Context, network, address string) subject {
	GinkgoHelper()
	inner, err := net.Listen(network, address)
	Expect(err).NotTo(HaveOccurred())
	listener := &watched{Listener: inner, held: make(chan struct{}), release: make(chan struct{}), closed: make(chan struct{})}
	DeferCleanup(func() { inner.Close() })
	var served *manager.Manager
	Eventually(ctx, spec.Go(func() *manager.Manager { return manager.Serve(listener) })).
		Should(Receive(&served), "Serve waits for something")
	return subject{served, listener}
}

// end closes the manager.
func (s subject) end(ctx context.Context) {
	GinkgoHelper()
	failed := spec.Await(ctx, spec.Go(s.Close), "Close doesn't come back")
	Expect(failed).NotTo(HaveOccurred())
	Expect(s.listener.open()).To(BeZero(), "connections that are open when Close has returned")
}

// dial connects to the manager.
func (s subject) dial() net.Conn {
	GinkgoHelper()
	at := s.listener.Addr()
	conn, err := net.Dial(at.Network(), at.String())
	Expect(err).NotTo(HaveOccurred())
	return conn
}

// client is a new client of the manager.
func (s subject) client() *client {
	GinkgoHelper()
	return newClient(s.dial())
}

func (s subject) clients(count int) []*client {
	GinkgoHelper()
	var all []*client
	for range count {
		all = append(all, s.client())
	}
	return all
}

// deaf is a client that doesn't read any reply.
func (s subject) deaf() *client {
	GinkgoHelper()
	c, _ := s.absent()
	return c
}

// absent is a client that doesn't read any reply until it is back.
func (s subject) absent() (c *client, back func()) {
	GinkgoHelper()
	conn := &unread{Conn: s.dial(), closed: make(chan struct{}), back: make(chan struct{})}
	return newClient(conn), func() { close(conn.back) }
}

// client is a client of net/rpc.
type client struct{ *rpc.Client }

func newClient(conn net.Conn) *client {
	c := &client{rpc.NewClient(conn)}
	DeferCleanup(func() { c.Close() })
	return c
}

// begin begins a call, with a reply of the type that is wanted of it.
func begin[R any](c *client, method string, argument any) <-chan *rpc.Call {
	return c.Go(method, argument, new(R), make(chan *rpc.Call, 1)).Done
}

// outcome waits for a call.
func outcome[R any](ctx context.Context, done <-chan *rpc.Call) (R, error) {
	GinkgoHelper()
	call := spec.Await(ctx, done, "a call is not answered")
	return *call.Reply.(*R), call.Error
}

// reply waits for a call, which must succeed.
func reply[R any](ctx context.Context, done <-chan *rpc.Call) R {
	GinkgoHelper()
	got, err := outcome[R](ctx, done)
	Expect(err).NotTo(HaveOccurred())
	return got
}

// ask calls a method, which must succeed.
func ask[R any](ctx context.Context, c *client, method string, argument any) R {
	GinkgoHelper()
	return reply[R](ctx, begin[R](c, method, argument))
}

// refusal calls a method, which must fail.
func refusal[R any](ctx context.Context, c *client, method string, argument any) error {
	GinkgoHelper()
	_, err := outcome[R](ctx, begin[R](c, method, argument))
	Expect(err).To(HaveOccurred(), "%s(%#v)", method, argument)
	return err
}

// nothing is the argument of calls that have none.
const nothing = manager.None(false)

// unread is a connection of somebody who doesn't read until he is back.
type unread struct {
	net.Conn
	closed, back chan struct{}
	once         sync.Once
}

func (u *unread) Read(p []byte) (int, error) {
	select {
	case <-u.back:
		return u.Conn.Read(p)
	case <-u.closed:
		return 0, net.ErrClosed
	}
}

func (u *unread) Close() error {
	u.once.Do(func() { close(u.closed) })
	return u.Conn.Close()
}

// narrow is what the specs ask of the system's buffers, so that few bytes are on
// their way. No right answer depends on it.
const narrow = 64 << 10

// watched is a listener that counts the connections that are open on its side.
type watched struct {
	net.Listener
	count atomic.Int64
	once  sync.Once
	// While it holds, Accept keeps a client until it is released, and tells.
	holds   atomic.Bool
	held    chan struct{}
	release chan struct{}
	closed  chan struct{}
	// fails is what Close returns where the system has nothing to complain of.
	fails error
}

func (w *watched) open() int { return int(w.count.Load()) }

func (w *watched) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if narrowed, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		narrowed.SetWriteBuffer(narrow)
	}
	w.count.Add(1)
	if w.holds.Swap(false) {
		close(w.held)
		<-w.release
	}
	return &counted{Conn: conn, of: w}, nil
}

func (w *watched) Close() error {
	err := w.Listener.Close()
	w.once.Do(func() { close(w.closed) })
	return cmp.Or(err, w.fails)
}

type counted struct {
	net.Conn
	of   *watched
	once sync.Once
}

func (c *counted) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { c.of.count.Add(-1) })
	return err
}
