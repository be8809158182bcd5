//go:build linux

package localsocket_test

import (
	"context"
	"io"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/localsocket"
)

// made is what Listen or Open returned.
type made[S any] struct {
	socket S
	err    error
}

// listening calls Listen in a goroutine of its own.
func listening(path string) <-chan made[*localsocket.Server] {
	return spec.Go(func() made[*localsocket.Server] {
		socket, err := localsocket.Listen(path)
		return made[*localsocket.Server]{socket, err}
	})
}

// opening calls Open in a goroutine of its own.
func opening(path string, limit int) <-chan made[*localsocket.Mailbox] {
	return spec.Go(func() made[*localsocket.Mailbox] {
		socket, err := localsocket.Open(path, limit)
		return made[*localsocket.Mailbox]{socket, err}
	})
}

// listen calls Listen, which must come back and succeed.
func listen(ctx context.Context, path string) *localsocket.Server {
	GinkgoHelper()
	return socketOf(ctx, listening(path))
}

// open calls Open, which must come back and succeed.
func open(ctx context.Context, path string, limit int) *localsocket.Mailbox {
	GinkgoHelper()
	return socketOf(ctx, opening(path, limit))
}

func socketOf[S io.Closer](ctx context.Context, call <-chan made[S]) S {
	GinkgoHelper()
	seen := spec.Await(ctx, call, "the call doesn't come back")
	Expect(seen.err).NotTo(HaveOccurred())
	DeferCleanup(func() { seen.socket.Close() })
	return seen.socket
}

// refused returns what Listen and Open say of a path that they don't get.
func refused(ctx context.Context, path string) map[string]error {
	GinkgoHelper()
	return map[string]error{
		"Listen": refusalOf(ctx, listening(path)),
		"Open":   refusalOf(ctx, opening(path, 10)),
	}
}

// refusalOf waits for a call that should fail. What comes of it if it doesn't is
// closed after the spec.
func refusalOf[S io.Closer](ctx context.Context, call <-chan made[S]) error {
	GinkgoHelper()
	seen := spec.Await(ctx, call, "the call doesn't come back")
	if seen.err == nil {
		DeferCleanup(func() { seen.socket.Close() })
	}
	return seen.err
}

// accepted is what Accept returned.
type accepted struct {
	conn io.ReadWriteCloser
	peer localsocket.Peer
	err  error
}

// accepting calls Accept in a goroutine of its own.
func accepting(s *localsocket.Server) <-chan accepted {
	return spec.Go(func() accepted {
		conn, peer, err := s.Accept()
		return accepted{conn, peer, err}
	})
}

// accept returns the next connection.
func accept(ctx context.Context, s *localsocket.Server) accepted {
	GinkgoHelper()
	return connOf(ctx, accepting(s))
}

func connOf(ctx context.Context, call <-chan accepted) (seen accepted) {
	GinkgoHelper()
	seen = spec.Await(ctx, call, "Accept doesn't come back")
	Expect(seen.err).NotTo(HaveOccurred())
	DeferCleanup(func() { seen.conn.Close() })
	return seen
}

// received is what Receive returned.
type received struct {
	message []byte
	err     error
}

// receiving calls Receive in a goroutine of its own.
func receiving(m *localsocket.Mailbox) <-chan received {
	return spec.Go(func() received {
		message, err := m.Receive()
		return received{message, err}
	})
}

// receive returns what the next call of Receive returns.
func receive(ctx context.Context, m *localsocket.Mailbox) received {
	GinkgoHelper()
	return spec.Await(ctx, receiving(m), "Receive doesn't come back")
}

// message returns the next message.
func message(ctx context.Context, m *localsocket.Mailbox) []byte {
	GinkgoHelper()
	seen := receive(ctx, m)
	Expect(seen.err).NotTo(HaveOccurred())
	return seen.message
}

// post calls Post, which must come back, and returns its error.
func post(ctx context.Context, path, message string) (failed error) {
	GinkgoHelper()
	Eventually(ctx, spec.Go(func() error { return localsocket.Post(path, []byte(message)) })).
		Should(Receive(&failed), "Post doesn't come back")
	return failed
}
