// Package hedgedread is a client that reads a block from several replicas and takes the first answer. Fixed: the channel has room for every answer.
package hedgedread

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// ErrNoReplica means that a client has nobody to ask.
var ErrNoReplica = errors.New("no replica")

// Replica reads a block by its number.
type Replica interface {
	Read(ctx context.Context, block int) ([]byte, error)
}

type answer struct {
	replica int
	data    []byte
	err     error
}

// Client reads from replicas.
type Client struct {
	replicas []Replica
	wins     []atomic.Int64
}

// New returns a client of replicas.
func New(replicas ...Replica) *Client {
	return &Client{replicas: replicas, wins: make([]atomic.Int64, len(replicas))}
}

// Read asks all replicas for a block. It returns the first that is read, and an
// error if none could be.
func (c *Client) Read(ctx context.Context, block int) ([]byte, error) {
	if len(c.replicas) == 0 {
		return nil, ErrNoReplica
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan answer, len(c.replicas))
	for i, replica := range c.replicas {
		go func() {
			data, err := replica.Read(ctx, block)
			answers <- answer{replica: i, data: data, err: err}
		}()
	}

	var failed []error
	for range c.replicas {
		select {
		case a := <-answers:
			if a.err == nil {
				c.wins[a.replica].Add(1)
				return a.data, nil
			}
			failed = append(failed, fmt.Errorf("replica %d: %w", a.replica, a.err))
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, errors.Join(failed...)
}

// Wins returns how often each replica was the first.
func (c *Client) Wins() []int {
	wins := make([]int, len(c.wins))
	for i := range c.wins {
		wins[i] = int(c.wins[i].Load())
	}
	return wins
}
