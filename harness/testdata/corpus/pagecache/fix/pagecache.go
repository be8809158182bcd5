// Package pagecache is the page cache of a database: a page that is not in it is read without the lock, and put in. Fixed: the lock is released by the defer only.
package pagecache

import (
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// PageSize is the size of a page.
const PageSize = 256

// Page is a page of the file.
type Page struct {
	Data     [PageSize]byte
	Checksum uint32
}

// Cache holds pages of a file.
type Cache struct {
	file  io.ReaderAt
	limit int

	mu     sync.Mutex
	pages  map[int]*Page
	order  []int
	hits   int
	misses int
}

// New returns an empty cache of at most so many pages.
func New(file io.ReaderAt, limit int) *Cache {
	return &Cache{file: file, limit: limit, pages: map[int]*Page{}}
}

// Get returns a page, which must not be changed.
func (c *Cache) Get(number int) (*Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if page, cached := c.pages[number]; cached {
		c.hits++
		return page, nil
	}
	c.misses++
	c.mu.Unlock()
	page, err := c.read(number)
	c.mu.Lock()
	if err != nil {
		return nil, err
	}
	if other, cached := c.pages[number]; cached {
		// Two callers read the same page: the first copy stays.
		return other, nil
	}
	c.insert(number, page)
	return page, nil
}

// read reads a page from the file.
func (c *Cache) read(number int) (*Page, error) {
	page := &Page{}
	if _, err := c.file.ReadAt(page.Data[:], int64(number)*PageSize); err != nil {
		return nil, fmt.Errorf("read page %d: %w", number, err)
	}
	page.Checksum = crc32.ChecksumIEEE(page.Data[:])
	return page, nil
}

// insert puts a page in and the oldest out, if there are too many.
func (c *Cache) insert(number int, page *Page) {
	if len(c.order) == c.limit {
		delete(c.pages, c.order[0])
		c.order = c.order[1:]
	}
	c.pages[number] = page
	c.order = append(c.order, number)
}

// Stats returns how often pages were found and not found.
func (c *Cache) Stats() (hits, misses int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits, c.misses
}
