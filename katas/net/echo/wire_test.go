package echo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// dial connects a client to a server. Its reads and writes end with ctx.
func dial(ctx context.Context, address net.Addr) *net.TCPConn {
	GinkgoHelper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address.String())
	Expect(err).NotTo(HaveOccurred(), "a client can't connect")
	client := conn.(*net.TCPConn)
	client.SetReadBuffer(narrow)
	client.SetWriteBuffer(narrow)
	endWith(ctx, client)
	return client
}

// endWith keeps a connection of the specs from outliving its spec, and calls
// that are blocked in it from outliving ctx.
func endWith(ctx context.Context, conn *net.TCPConn) {
	DeferCleanup(func() { conn.Close() })
	context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(0, 0)) })
}

// ask sends text and returns what comes back of it.
func ask(client *net.TCPConn, text string) (string, error) {
	if _, err := client.Write([]byte(text)); err != nil {
		return "", fmt.Errorf("send %q: %w", text, err)
	}
	return hear(client, text)
}

// hear returns what comes back of a text that was sent.
func hear(client *net.TCPConn, text string) (string, error) {
	back := make([]byte, len(text))
	n, err := io.ReadFull(client, back)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.New("nothing")
	}
	if err != nil {
		err = fmt.Errorf("sent %q and got %q back, then %w", text, back[:n], err)
	}
	return string(back[:n]), err
}

// patience is a context that ends when it is told to, and then as one does that
// has a deadline: without a clock, and only once the callers are where the spec
// wants them. It counts how often it is asked.
type patience struct {
	context.Context
	over  chan struct{}
	end   func()
	asked atomic.Int64
}

// patient returns a context that ends with ctx at the latest.
func patient(ctx context.Context) *patience {
	p := &patience{Context: ctx, over: make(chan struct{})}
	p.end = sync.OnceFunc(func() { close(p.over) })
	context.AfterFunc(ctx, p.end)
	return p
}

func (p *patience) Done() <-chan struct{} {
	p.asked.Add(1)
	return p.over
}

func (p *patience) Err() error {
	p.asked.Add(1)
	select {
	case <-p.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// idle fails the spec if who waits for p to end is not blocked: it costs CPU, or a
// clock wakes it again and again, and it asks p each time.
func (p *patience) idle(ctx context.Context) {
	GinkgoHelper()
	// Some last question may still be under way, but not after each look.
	const windows = 5
	for range windows {
		asked := p.asked.Load()
		spec.Idle(ctx)
		if p.asked.Load() == asked {
			return
		}
	}
	Fail("whoever waits for a context should block until it ends, but asks it again and again")
}

// looks is how often the specs ask whether everything is blocked where a single
// answer might come between two moves.
const looks = 20

// flood is far more than a server may keep for a client, and more than the
// buffers of both sides hold together.
const flood = 16 << 20

// push sends message and closes the writing side. It returns when all is sent or
// when nothing moves any more; the channel tells how it ends. What is under way
// in the system is nobody's to see, so one look would not do.
func push(ctx context.Context, client *net.TCPConn, message []byte) <-chan error {
	GinkgoHelper()
	const step = 16 << 10
	var sent atomic.Int64
	over := spec.Go(func() error {
		for chunk := range slices.Chunk(message, step) {
			if _, err := client.Write(chunk); err != nil {
				return err
			}
			sent.Add(int64(len(chunk)))
		}
		return client.CloseWrite()
	})
	for still, last := 0, int64(-1); still < looks; still++ {
		spec.Settled[error](ctx)
		if now := sent.Load(); now != last {
			still, last = 0, now
		}
	}
	return over
}

// peer is a server of the specs' own: it calls serve for each client, and then
// closes the connection. It returns its address.
func peer(ctx context.Context, serve func(conn *net.TCPConn)) string {
	GinkgoHelper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			conn.SetReadBuffer(narrow)
			conn.SetWriteBuffer(narrow)
			stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(0, 0)) })
			go func() {
				defer conn.Close()
				defer stop()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// returnPipes closes the pipes that package net keeps for later. On Linux, a copy
// from one TCP connection to another goes through a pipe (splice(2)), which then
// waits in a sync.Pool for the next copy: nothing that an answer left behind. The
// collector closes what lies in a pool, on its second visit.
func returnPipes() {
	before := pipes()
	DeferCleanup(func() {
		const visits = 100
		for range visits {
			if !slices.ContainsFunc(pipes(), func(pipe string) bool { return !slices.Contains(before, pipe) }) {
				return
			}
			runtime.GC()
			runtime.Gosched()
		}
	})
}

// pipes returns the pipes that this process has open, none where there is no
// /proc.
func pipes() []string {
	var found []string
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		if strings.HasPrefix(target, "pipe:") {
			found = append(found, target)
		}
	}
	return found
}
