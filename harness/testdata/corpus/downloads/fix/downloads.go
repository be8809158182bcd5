// Package downloads is the download manager of a package tool: downloads run side by side, may be cancelled by name, and Wait waits for those that are left. Fixed: whether a download still runs is looked up and changed in one locked section, so only one finishes it.
package downloads

import (
	"context"
	"sync"
)

// State is how far a download is.
type State string

// The states of a download.
const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

type download struct {
	cancel context.CancelFunc

	mu    sync.Mutex
	state State
}

func (d *download) is() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// ends sets the last state of a download and reports whether it had none.
func (d *download) ends(state State) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != Running {
		return false
	}
	d.state = state
	return true
}

// Manager runs downloads.
type Manager struct {
	fetch  func(ctx context.Context, name string) error
	active sync.WaitGroup

	mu        sync.Mutex
	downloads map[string]*download
}

// New returns a manager that downloads with fetch.
func New(fetch func(ctx context.Context, name string) error) *Manager {
	return &Manager{fetch: fetch, downloads: map[string]*download{}}
}

// Start begins a download.
func (m *Manager) Start(name string) {
	ctx, cancel := context.WithCancel(context.Background())
	d := &download{cancel: cancel, state: Running}
	m.mu.Lock()
	m.downloads[name] = d
	m.mu.Unlock()
	m.active.Add(1)
	go func() {
		if m.fetch(ctx, name) != nil {
			m.finish(d, Failed)
		} else {
			m.finish(d, Done)
		}
	}()
}

// Cancel gives a download up. It does not wait for the connection to close.
func (m *Manager) Cancel(name string) {
	m.mu.Lock()
	d := m.downloads[name]
	m.mu.Unlock()
	if d != nil {
		m.finish(d, Cancelled)
	}
}

// finish ends a download, unless it has ended.
func (m *Manager) finish(d *download, state State) {
	if !d.ends(state) {
		return
	}
	d.cancel()
	m.active.Done()
}

// Wait waits until each download has ended or was cancelled.
func (m *Manager) Wait() { m.active.Wait() }

// State returns the state of a download.
func (m *Manager) State(name string) State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.downloads[name].is()
}
