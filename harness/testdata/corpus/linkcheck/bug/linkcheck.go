// Package linkcheck is a checker that follows the links of a site and reports those that are broken. Bug (deadlock): a page that can't be fetched is not taken off the wait group, so that the check never ends.
package linkcheck

import (
	"slices"
	"sync"
)

// Fetch returns the links of a page.
type Fetch func(url string) (links []string, err error)

// Report is what a check found.
type Report struct {
	Pages  int
	Broken []string
}

type checker struct {
	fetch Fetch
	slots chan struct{}
	pages sync.WaitGroup

	mu     sync.Mutex
	seen   map[string]bool
	report Report
}

// Check follows all links from a page, with up to parallel fetches at a time.
func Check(start string, parallel int, fetch Fetch) Report {
	c := &checker{fetch: fetch, slots: make(chan struct{}, parallel), seen: map[string]bool{}}
	c.visit(start)
	c.pages.Wait()
	slices.Sort(c.report.Broken)
	return c.report
}

// visit starts to check a page unless that was done before.
func (c *checker) visit(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[url] {
		return
	}
	c.seen[url] = true
	c.pages.Add(1)
	go c.check(url)
}

func (c *checker) check(url string) {
	c.slots <- struct{}{}
	links, err := c.fetch(url)
	<-c.slots
	if err != nil {
		c.broken(url)
		return
	}
	c.mu.Lock()
	c.report.Pages++
	c.mu.Unlock()
	for _, link := range links {
		c.visit(link)
	}
	c.pages.Done()
}

func (c *checker) broken(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Broken = append(c.report.Broken, url)
}
