package echo_test

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// narrow is the size that the specs ask of the system's buffers: so little that
// an answer that counts on them is found out. No right answer depends on it.
const narrow = 64 << 10

// errCrowded is what accept(2) tells a process that has too many files open. It is
// made only once, so that a server that tries again without a pause runs, rather
// than waits for the collector.
var errCrowded = &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept", syscall.EMFILE)}

// watched is a listener at a free port that tells what is done with it. It keeps
// the connections that it handed out, to see whether they are closed.
type watched struct {
	*net.TCPListener
	// accepted has room for every connection that a spec makes.
	accepted  chan *net.TCPConn
	closed    chan struct{}
	closeOnce sync.Once

	// While it refuses, Accept fails; retried is closed at the second time.
	refuses  atomic.Bool
	refusals atomic.Int64
	retried  chan struct{}

	mu     sync.Mutex
	handed []*net.TCPConn
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
		retried:     make(chan struct{}),
	}
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			l.release()
		}
	})
	return l
}

func (l *watched) Accept() (net.Conn, error) {
	if l.refuses.Load() {
		if l.refusals.Add(1) == 2 {
			close(l.retried)
		}
		return nil, errCrowded
	}
	conn, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	conn.SetReadBuffer(narrow)
	conn.SetWriteBuffer(narrow)
	l.mu.Lock()
	l.handed = append(l.handed, conn)
	l.mu.Unlock()
	l.accepted <- conn
	return conn, nil
}

func (l *watched) Close() error {
	l.closeOnce.Do(func() { close(l.closed) })
	return l.TCPListener.Close()
}

// open counts the connections that the server has not closed.
func (l *watched) open() int {
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
	l.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.handed {
		conn.Close()
	}
}
