// Package uploader is an uploader of blobs that limits how many are on their way and tries again what fails. Bug (deadlock): an attempt that fails keeps its slot, so after a few failures nobody gets one.
package uploader

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Bucket is where blobs go.
type Bucket interface {
	Put(ctx context.Context, name string, blob []byte) error
}

// ErrTemporary is the error of a bucket after which another attempt makes sense.
var ErrTemporary = errors.New("try again")

// Uploader puts blobs into a bucket.
type Uploader struct {
	bucket   Bucket
	slots    chan struct{}
	attempts int

	mu       sync.Mutex
	uploaded int
	failures int
}

// New returns an uploader with that many uploads at a time.
func New(bucket Bucket, parallel, attempts int) *Uploader {
	return &Uploader{bucket: bucket, slots: make(chan struct{}, parallel), attempts: attempts}
}

// Upload puts a blob into the bucket, with several attempts if need be.
func (u *Uploader) Upload(ctx context.Context, name string, blob []byte) error {
	var err error
	for attempt := range u.attempts {
		err = u.try(ctx, name, blob)
		if !errors.Is(err, ErrTemporary) {
			break
		}
		err = fmt.Errorf("attempt %d: %w", attempt+1, err)
	}
	return err
}

// try makes one attempt.
func (u *Uploader) try(ctx context.Context, name string, blob []byte) error {
	select {
	case u.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := u.bucket.Put(ctx, name, blob); err != nil {
		u.count(&u.failures)
		return fmt.Errorf("put %s: %w", name, err)
	}
	<-u.slots
	u.count(&u.uploaded)
	return nil
}

func (u *Uploader) count(counter *int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*counter++
}

// Counts returns how many attempts went well and how many did not.
func (u *Uploader) Counts() (uploaded, failures int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.uploaded, u.failures
}
