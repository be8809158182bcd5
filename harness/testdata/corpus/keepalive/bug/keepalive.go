// Package keepalive is the keep-alive of a connection: after each silence it sends a ping, until it is stopped. Bug (order): a ping that waits for the lock as Stop stops the timer is sent after Stop, and arms the timer again.
package keepalive

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Keepalive writes to a connection.
type Keepalive struct {
	silence time.Duration

	mu    sync.Mutex
	conn  io.Writer
	timer *time.Timer
	pings int
	err   error
}

// Start sends a ping whenever nothing was sent for so long.
func Start(conn io.Writer, silence time.Duration) *Keepalive {
	k := &Keepalive{conn: conn, silence: silence}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(silence, k.ping)
	return k
}

func (k *Keepalive) ping() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := fmt.Fprintln(k.conn, "ping"); err != nil {
		k.err = fmt.Errorf("ping %d: %w", k.pings+1, err)
		return
	}
	k.pings++
	k.timer.Reset(k.silence)
}

// Send sends a line. Don't call it after Stop.
func (k *Keepalive) Send(line string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	if _, err := fmt.Fprintln(k.conn, line); err != nil {
		return fmt.Errorf("send %q: %w", line, err)
	}
	k.timer.Reset(k.silence)
	return nil
}

// Stop ends the pings: once it has returned, none is sent.
func (k *Keepalive) Stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer.Stop()
}

// Pings returns how many pings were sent.
func (k *Keepalive) Pings() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pings
}
