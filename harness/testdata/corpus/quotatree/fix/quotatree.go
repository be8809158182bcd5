// Package quotatree is the accounting of disk quotas in which teams borrow from their department. Fixed: a team that has run out lets its lock go and takes both, its department's first.
package quotatree

import (
	"errors"
	"sync"
)

// ErrExhausted means that neither the team nor its department has room left.
var ErrExhausted = errors.New("quota exhausted")

// Department lends blocks to its teams.
type Department struct {
	mu    sync.Mutex
	free  int
	teams []*Team
}

// Team uses blocks of its own and borrows in units of a loan.
type Team struct {
	parent *Department
	loan   int

	mu   sync.Mutex
	free int
	used int
}

// NewDepartment returns a department with this many blocks to lend.
func NewDepartment(blocks int) *Department { return &Department{free: blocks} }

// AddTeam adds a team with blocks to begin with.
func (d *Department) AddTeam(blocks, loan int) *Team {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := &Team{parent: d, loan: loan, free: blocks}
	d.teams = append(d.teams, t)
	return t
}

// Reclaim takes back what teams have not used, beyond what each may keep.
func (d *Department) Reclaim(keep int) (reclaimed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.teams {
		t.mu.Lock()
		if spare := t.free - keep; spare > 0 {
			t.free -= spare
			d.free += spare
			reclaimed += spare
		}
		t.mu.Unlock()
	}
	return reclaimed
}

// Total returns how many blocks there are, used or not.
func (d *Department) Total() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	total := d.free
	for _, t := range d.teams {
		t.mu.Lock()
		total += t.free + t.used
		t.mu.Unlock()
	}
	return total
}

// Use allocates blocks to the team.
func (t *Team) Use(blocks int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free < blocks {
		// Rare: a team borrows more than it needs at the moment.
		t.mu.Unlock()
		t.parent.mu.Lock()
		defer t.parent.mu.Unlock()
		t.mu.Lock()
		if err := t.borrow(blocks); err != nil {
			return err
		}
	}
	t.free -= blocks
	t.used += blocks
	return nil
}

// Free gives blocks back to the team.
func (t *Team) Free(blocks int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used -= blocks
	t.free += blocks
}

// borrow sees to it that at least that many blocks are free; both locks are held.
func (t *Team) borrow(blocks int) error {
	d := t.parent
	missing := max(blocks-t.free, 0)
	switch {
	case d.free >= missing+t.loan:
		missing += t.loan
	case d.free < missing:
		return ErrExhausted
	}
	d.free -= missing
	t.free += missing
	return nil
}
