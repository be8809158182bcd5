// Package pictureshrink is the picture service of a gallery: it shrinks a page's pictures side by side, a few at once. Fixed: each thumbnail goes to the place of its picture.
package pictureshrink

import (
	"errors"
	"fmt"
	"sync"
)

// ErrEmpty is what a picture without pixels gets.
var ErrEmpty = errors.New("picture is empty")

// Picture is a square picture in shades of grey, Size times Size.
type Picture struct {
	Size   int
	Pixels []byte
}

// Shrinker makes thumbnails of one size.
type Shrinker struct {
	size  int
	slots chan struct{}
}

// New returns a shrinker that works on so many pictures at once.
func New(size, atOnce int) *Shrinker {
	return &Shrinker{size: size, slots: make(chan struct{}, atOnce)}
}

// Page returns the thumbnails of a page's pictures.
func (s *Shrinker) Page(pictures []Picture) ([]Picture, error) {
	var (
		working    sync.WaitGroup
		mu         sync.Mutex
		thumbnails = make([]Picture, len(pictures))
		failed     error
	)
	for number, picture := range pictures {
		working.Go(func() {
			s.slots <- struct{}{}
			defer func() { <-s.slots }()
			thumbnail, err := s.shrink(picture)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("picture %d: %w", number, err))
				return
			}
			thumbnails[number] = thumbnail
		})
	}
	working.Wait()
	if failed != nil {
		return nil, failed
	}
	return thumbnails, nil
}

// shrink averages the pixels that fall together.
func (s *Shrinker) shrink(picture Picture) (Picture, error) {
	if picture.Size < s.size || len(picture.Pixels) != picture.Size*picture.Size {
		return Picture{}, ErrEmpty
	}
	scale := picture.Size / s.size
	small := Picture{Size: s.size, Pixels: make([]byte, s.size*s.size)}
	for at := range small.Pixels {
		sum := 0
		for i := range scale * scale {
			x, y := at%s.size*scale+i%scale, at/s.size*scale+i/scale
			sum += int(picture.Pixels[y*picture.Size+x])
		}
		small.Pixels[at] = byte(sum / (scale * scale))
	}
	return small, nil
}
