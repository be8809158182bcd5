// Package sessiontable is the table of a gateway's sessions, which looks a session's user up in a directory when the session is first seen. Fixed: a session is filled in before it is put into the table.
package sessiontable

import (
	"fmt"
	"slices"
	"sync"
)

// Profile is what the directory knows of a session.
type Profile struct {
	User   string
	Scopes []string
}

// Session is somebody who is logged in.
type Session struct {
	ID string

	mu      sync.Mutex
	profile Profile
}

// Profile returns what is known of the session. The scopes must not be changed.
func (s *Session) Profile() Profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.profile
}

// learn sets what is known of the session.
func (s *Session) learn(profile Profile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.profile = profile
}

// Table holds the sessions that were seen.
type Table struct {
	directory func(id string) (Profile, error)

	mu       sync.Mutex
	sessions map[string]*Session
}

// New returns an empty table over a directory.
func New(directory func(id string) (Profile, error)) *Table {
	return &Table{directory: directory, sessions: map[string]*Session{}}
}

// Open returns the session of this id.
func (t *Table) Open(id string) (*Session, error) {
	t.mu.Lock()
	if session, known := t.sessions[id]; known {
		t.mu.Unlock()
		return session, nil
	}
	t.mu.Unlock()

	// The directory is slow: other sessions don't wait for it.
	profile, err := t.directory(id)
	if err != nil {
		return nil, fmt.Errorf("look up session %s: %w", id, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if session, known := t.sessions[id]; known {
		return session, nil
	}
	session := &Session{ID: id}
	session.learn(profile)
	t.sessions[id] = session
	return session, nil
}

// Allowed reports whether a session may do something.
func (t *Table) Allowed(id, scope string) (bool, error) {
	session, err := t.Open(id)
	if err != nil {
		return false, err
	}
	return slices.Contains(session.Profile().Scopes, scope), nil
}

// Close forgets a session.
func (t *Table) Close(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sessions, id)
}

// Len returns how many sessions there are.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.sessions)
}
