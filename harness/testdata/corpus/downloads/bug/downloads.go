// Package downloads is the download manager of a package tool: downloads run side by side, may be cancelled by name, and Wait waits for those that are left. Bug (panic): a download that ends as it is cancelled is finished by both, and the second Done makes the counter negative.
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

func (d *download) becomes(state State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = state
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
	if d.is() != Running {
		return
	}
	d.becomes(state)
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
