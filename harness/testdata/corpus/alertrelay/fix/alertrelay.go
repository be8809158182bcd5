// Package alertrelay is a relay that passes alerts on to a pager and can be given another route at any time. Fixed: the inner select is repeated until the alert is sent.
package alertrelay

import "sync"

// Page is what the pager gets.
type Page struct {
	Route string
	Text  string
}

type alert struct {
	text    string
	receipt chan string
}

// Relay passes alerts on, one at a time.
type Relay struct {
	pager  chan Page
	alerts chan alert
	routes chan string
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once
}

// New returns a relay with a route to begin with; it is to be closed.
func New(route string) *Relay {
	r := &Relay{
		pager:  make(chan Page),
		alerts: make(chan alert),
		routes: make(chan string),
		quit:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	go r.relay(route)
	return r
}

// Pages is where the pager reads; it is closed after the relay.
func (r *Relay) Pages() <-chan Page { return r.pager }

// Alert returns the route on which an alert was sent, "" if the relay was closed.
func (r *Relay) Alert(text string) string {
	a := alert{text: text, receipt: make(chan string, 1)}
	select {
	case r.alerts <- a:
	case <-r.quit:
		return ""
	}
	select {
	case route := <-a.receipt:
		return route
	case <-r.done:
		return ""
	}
}

// Reroute changes the route of the alerts that aren't sent yet.
func (r *Relay) Reroute(route string) {
	select {
	case r.routes <- route:
	case <-r.quit:
	}
}

// Close ends the relay.
func (r *Relay) Close() {
	r.once.Do(func() { close(r.quit) })
	<-r.done
}

func (r *Relay) relay(route string) {
	defer close(r.done)
	defer close(r.pager)
	for {
		select {
		case route = <-r.routes:
		case a := <-r.alerts:
			for sent := false; !sent; {
				select {
				case r.pager <- Page{Route: route, Text: a.text}:
					a.receipt <- route
					sent = true
				case route = <-r.routes:
				case <-r.quit:
					return
				}
			}
		case <-r.quit:
			return
		}
	}
}
