// Package topichub is a hub that hands each update of a topic to all who subscribe. Fixed: Publish copies the list of subscribers under the lock and sends without it.
package topichub

import (
	"slices"
	"sync"
)

// Update is one change of a topic.
type Update struct {
	Topic   string
	Version int
}

// Subscription receives the updates of a topic until it is left.
type Subscription struct {
	hub   *Hub
	topic string
	box   chan Update
	left  chan struct{}
	once  sync.Once
}

// Hub knows who subscribes to what.
type Hub struct {
	mu       sync.Mutex
	versions map[string]int
	topics   map[string][]*Subscription
}

// New returns a hub without topics.
func New() *Hub {
	return &Hub{versions: map[string]int{}, topics: map[string][]*Subscription{}}
}

// Subscribe adds a subscriber that may be that many updates behind before it holds
// publishers up.
func (h *Hub) Subscribe(topic string, behind int) *Subscription {
	s := &Subscription{hub: h, topic: topic, box: make(chan Update, behind), left: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.topics[topic] = append(h.topics[topic], s)
	return s
}

// Publish makes a new version of a topic known and returns it, once all who
// subscribe have room for it.
func (h *Hub) Publish(topic string) int {
	h.mu.Lock()
	h.versions[topic]++
	update := Update{Topic: topic, Version: h.versions[topic]}
	subscribed := slices.Clone(h.topics[topic])
	h.mu.Unlock()
	for _, s := range subscribed {
		select {
		case s.box <- update:
		case <-s.left:
		}
	}
	return update.Version
}

// Subscribers returns how many subscribe to a topic.
func (h *Hub) Subscribers(topic string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.topics[topic])
}

// Updates is where the updates arrive.
func (s *Subscription) Updates() <-chan Update { return s.box }

// Leave ends the subscription: publishers don't wait for it any more.
func (s *Subscription) Leave() {
	s.once.Do(func() {
		h := s.hub
		h.mu.Lock()
		h.topics[s.topic] = slices.DeleteFunc(h.topics[s.topic], func(other *Subscription) bool { return other == s })
		h.mu.Unlock()
		close(s.left)
	})
}

// Await returns once the topic has reached a version.
func (h *Hub) Await(topic string, version int) Update {
	s := h.Subscribe(topic, 1)
	defer s.Leave()
	for update := range s.Updates() {
		if update.Version >= version {
			return update
		}
	}
	panic("unreachable: updates are never closed")
}
