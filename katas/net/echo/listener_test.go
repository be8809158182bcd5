package echo_test

import (
	"context"
	"errors"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// narrow is the size that the specs ask of the system's buffers: so little that
// an answer that counts on them is found out. No right answer depends on it.
const narrow = 64 << 10

// refusals are errors of Accept that pass: what accept(2) tells a process that has
// too many files open, and one of no type that anybody knows. They are made only
// once, so that a server that tries again without a pause runs, rather than waits
// for the collector.
var refusals = []error{
	&net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept", syscall.EMFILE)},
	errors.New("accept: not now"),
}

// watched is a listener at a free port that tells what is done with it. It keeps
// the connections that it handed out, to see whether they are closed.
type watched struct {
	*net.TCPListener
	// accepted has room for every connection that a spec makes.
	accepted  chan *net.TCPConn
	closed    chan struct{}
	closeOnce sync.Once

	// While it refuses, Accept fails.
	refuses atomic.Bool
	// A client that comes while the gate is shut is kept from the server until
	// the gate is opened.
	shut   atomic.Bool
	opened chan struct{}
	open   func()

	mu     sync.Mutex
	handed []*net.TCPConn
	// refused counts the failures, and pause is the shortest time between one
	// and the next call.
	refused int
	failed  time.Time
	pause   time.Duration
	// over is set when Accept has returned net.ErrClosed, and late counts the
	// calls after that.
	over bool
	late int
}

// listen returns a new listener. What a failed spec leaves open of it is closed
// here, by its owner: the guard closes bare descriptors, and their numbers may
// be somebody else's by the time that the owner is collected.
func listen() *watched {
	GinkgoHelper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	Expect(err).NotTo(HaveOccurred())
	l := &watched{
		TCPListener: listener,
		accepted:    make(chan *net.TCPConn, 2*crowd),
		closed:      make(chan struct{}),
		opened:      make(chan struct{}),
		pause:       math.MaxInt64,
	}
	l.open = sync.OnceFunc(func() { close(l.opened) })
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			l.release()
		}
	})
	return l
}

func (l *watched) Accept() (net.Conn, error) {
	if err := l.refusal(); err != nil {
		return nil, err
	}
	conn, err := l.AcceptTCP()
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.over = l.over || errors.Is(err, net.ErrClosed)
		return nil, err
	}
	conn.SetReadBuffer(narrow)
	conn.SetWriteBuffer(narrow)
	l.mu.Lock()
	l.handed = append(l.handed, conn)
	l.mu.Unlock()
	l.accepted <- conn
	if l.shut.Load() {
		<-l.opened
	}
	return conn, nil
}

// refusal notes that Accept was called, and returns an error if it is to fail.
func (l *watched) refusal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		l.late++
	}
	if !l.failed.IsZero() {
		l.pause = min(l.pause, time.Since(l.failed))
		l.failed = time.Time{}
	}
	if !l.refuses.Load() {
		return nil
	}
	err := refusals[l.refused%len(refusals)]
	l.refused++
	l.failed = time.Now()
	return err
}

// tries is how often Accept has failed.
func (l *watched) tries() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

// shortest is the shortest pause between a failure and the next call.
func (l *watched) shortest() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pause
}

// ended reports whether Accept has returned net.ErrClosed, and how often it was
// called after that.
func (l *watched) ended() (over bool, late int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over, l.late
}

func (l *watched) Close() error {
	l.closeOnce.Do(func() { close(l.closed) })
	return l.TCPListener.Close()
}

// inUse counts the connections that the server has not closed.
func (l *watched) inUse() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for _, conn := range l.handed {
		// Control fails on a closed connection, and changes nothing of an open one.
		if raw, err := conn.SyscallConn(); err == nil && raw.Control(func(uintptr) {}) == nil {
			count++
		}
	}
	return count
}

// release ends whatever an answer still does with the listener.
func (l *watched) release() {
	l.refuses.Store(false)
	l.open()
	l.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.handed {
		conn.Close()
	}
}

// hold keeps a connection from being closed to the end, for Close waits for
// whoever works on the descriptor. It returns what ends that.
func hold(ctx context.Context, conn *net.TCPConn) (release func()) {
	GinkgoHelper()
	raw, err := conn.SyscallConn()
	Expect(err).NotTo(HaveOccurred())
	held, over := make(chan struct{}), make(chan struct{})
	release = sync.OnceFunc(func() { close(over) })
	DeferCleanup(release)
	go raw.Control(func(uintptr) {
		close(held)
		<-over
	})
	spec.AwaitClosed(ctx, held, "the server has closed a connection that is in use")
	return release
}
