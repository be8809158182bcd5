// Package aliastable is the table of names that a service mesh resolves, with aliases of names. Fixed: Resolve takes the read lock once, around the whole chain.
package aliastable

import (
	"errors"
	"fmt"
	"sync"
)

// ErrUnknown means that a name leads to no address.
var ErrUnknown = errors.New("unknown name")

// ErrLoop means that aliases lead to each other.
var ErrLoop = errors.New("aliases form a loop")

const maxHops = 8

type record struct {
	address string
	alias   string // another name, if there is no address
	version int
}

// Table maps names to addresses.
type Table struct {
	mu      sync.RWMutex
	records map[string]record
	version int
}

// New returns an empty table.
func New() *Table { return &Table{records: map[string]record{}} }

// SetAddress lets a name stand for an address.
func (t *Table) SetAddress(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.version++
	t.records[name] = record{address: address, version: t.version}
}

// SetAlias lets a name stand for another name.
func (t *Table) SetAlias(name, target string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.version++
	t.records[name] = record{alias: target, version: t.version}
}

// Remove forgets a name and reports whether it was known.
func (t *Table) Remove(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, known := t.records[name]
	delete(t.records, name)
	return known
}

// Version grows with each change.
func (t *Table) Version() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.version
}

// Resolve returns the address of a name, through aliases if need be.
func (t *Table) Resolve(name string) (string, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.resolve(name, 0)
}

func (t *Table) resolve(name string, hops int) (string, error) {
	if hops > maxHops {
		return "", fmt.Errorf("%s: %w", name, ErrLoop)
	}
	found, known := t.records[name]
	switch {
	case !known:
		return "", fmt.Errorf("%s: %w", name, ErrUnknown)
	case found.alias == "":
		return found.address, nil
	}
	address, err := t.resolve(found.alias, hops+1)
	if err != nil {
		return "", fmt.Errorf("%s: alias of %w", name, err)
	}
	return address, nil
}
