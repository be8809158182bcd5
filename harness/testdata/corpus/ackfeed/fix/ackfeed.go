// Package ackfeed is a message broker that hands retained messages to whoever subscribes, and a consumer that acknowledges them under its subscription's id. Fixed: Attach holds the consumer's lock until the id is set, so the handler waits for it.
package ackfeed

import "sync"

// Broker keeps messages until a subscription has acknowledged them.
type Broker struct {
	delivering sync.WaitGroup

	mu       sync.Mutex
	retained []string
	lastID   int
	unacked  map[int]int
	strays   int
}

// NewBroker returns a broker that retains these messages.
func NewBroker(retained ...string) *Broker {
	return &Broker{retained: retained, unacked: map[int]int{}}
}

// Subscribe delivers the retained messages and returns the subscription's id.
func (b *Broker) Subscribe(deliver func(message string)) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lastID++
	b.unacked[b.lastID] = len(b.retained)
	b.delivering.Go(func() {
		for _, message := range b.retained {
			deliver(message)
		}
	})
	return b.lastID
}

// Ack counts a message of a subscription as handled.
func (b *Broker) Ack(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.unacked[id]; !known {
		b.strays++
		return
	}
	b.unacked[id]--
}

// Close waits until everything is delivered and returns how many messages
// nobody acknowledged and how many acknowledgements belong to no subscription.
func (b *Broker) Close() (unacked, strays int) {
	b.delivering.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, count := range b.unacked {
		unacked += count
	}
	return unacked, b.strays
}

// Consumer handles the messages of one subscription.
type Consumer struct {
	broker *Broker

	mu   sync.Mutex
	id   int
	seen []string
}

// Attach subscribes a new consumer.
func Attach(broker *Broker) *Consumer {
	c := &Consumer{broker: broker}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id = broker.Subscribe(c.handle)
	return c
}

func (c *Consumer) handle(message string) {
	c.mu.Lock()
	c.seen = append(c.seen, message)
	id := c.id
	c.mu.Unlock()
	c.broker.Ack(id)
}

// Seen returns the messages that came.
func (c *Consumer) Seen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.seen...)
}
