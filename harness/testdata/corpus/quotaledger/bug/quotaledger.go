// Package quotaledger is the ledger of an object store's quotas: an upload reserves its size before it begins. Bug (atomicity): Reserve checks what is free in one locked section and takes it in another, so two uploads can take the same room.
package quotaledger

import (
	"errors"
	"fmt"
	"sync"
)

// ErrQuota is what an upload gets that doesn't fit.
var ErrQuota = errors.New("quota exceeded")

// Ledger knows what each tenant uses.
type Ledger struct {
	limit int64

	mu   sync.Mutex
	used map[string]int64
}

// New returns a ledger that grants each tenant so many bytes.
func New(limit int64) *Ledger {
	return &Ledger{limit: limit, used: map[string]int64{}}
}

// Free returns what a tenant may still use.
func (l *Ledger) Free(tenant string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit - l.used[tenant]
}

// Reserve takes size bytes of a tenant's quota. Whoever got them calls release
// if the upload failed.
func (l *Ledger) Reserve(tenant string, size int64) (release func(), err error) {
	if size <= 0 {
		return nil, fmt.Errorf("reserve %d bytes for %s: not a size", size, tenant)
	}
	if free := l.Free(tenant); size > free {
		return nil, fmt.Errorf("reserve %d bytes for %s, %d are free: %w", size, tenant, free, ErrQuota)
	}
	l.take(tenant, size)
	return sync.OnceFunc(func() { l.take(tenant, -size) }), nil
}

func (l *Ledger) take(tenant string, size int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used[tenant] += size
	if l.used[tenant] == 0 {
		delete(l.used, tenant)
	}
}

// Tenants returns how many tenants use anything.
func (l *Ledger) Tenants() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.used)
}
