// Package thumbnails is a pipeline that decodes pictures, scales them and stores the thumbnails. Bug (leak): the stage that scales closes its output when its input ends, but not when it gives up at a broken picture, and the storing stage ranges over it for ever.
package thumbnails

import (
	"errors"
	"fmt"
)

// Picture is a raw picture of a camera.
type Picture struct {
	Name          string
	Width, Height int
}

// Store keeps thumbnails; it is called by one goroutine at a time.
type Store func(Picture) error

// ErrBroken means that a picture has no size.
var ErrBroken = errors.New("broken picture")

type pipeline struct {
	size   int
	quit   chan struct{}
	failed chan error
	stored chan int
}

// Make stores thumbnails of at most size pixels on each side and returns how many.
// It gives up at the first picture that is broken.
func Make(pictures []Picture, size int, store Store) (int, error) {
	p := &pipeline{
		size:   size,
		quit:   make(chan struct{}),
		failed: make(chan error, 2),
		stored: make(chan int, 1),
	}
	defer close(p.quit)
	decoded := make(chan Picture)
	go p.decode(pictures, decoded)
	scaled := make(chan Picture, 2)
	go p.scale(decoded, scaled)
	go p.store(scaled, store)

	select {
	case n := <-p.stored:
		select {
		case err := <-p.failed:
			return n, err
		default:
			return n, nil
		}
	case err := <-p.failed:
		return 0, err
	}
}

func (p *pipeline) decode(pictures []Picture, out chan<- Picture) {
	defer close(out)
	for _, picture := range pictures {
		select {
		case out <- picture:
		case <-p.quit:
			return
		}
	}
}

func (p *pipeline) scale(in <-chan Picture, out chan<- Picture) {
	for picture := range in {
		longest := max(picture.Width, picture.Height)
		if longest <= 0 {
			p.failed <- fmt.Errorf("%s: %w", picture.Name, ErrBroken)
			return
		}
		if longest > p.size {
			picture.Width = picture.Width * p.size / longest
			picture.Height = picture.Height * p.size / longest
		}
		out <- picture
	}
	close(out)
}

func (p *pipeline) store(in <-chan Picture, store Store) {
	n := 0
	for picture := range in {
		if err := store(picture); err != nil {
			p.failed <- fmt.Errorf("store %s: %w", picture.Name, err)
			for range in { // what is still on its way
			}
			return
		}
		n++
	}
	p.stored <- n
}
