package timeline_test

import "sync"

// The compiler is told that what follows stands in an answer.
//
//line /home/lena/dojo/katas/sync/lock/lock.go:10
func crossed(a, b *sync.Mutex, met *sync.WaitGroup) {
	a.Lock()
	met.Done()
	met.Wait()
	b.Lock()
}
func cross(over *sync.WaitGroup) (a, b *sync.Mutex) {
	a, b = new(sync.Mutex), new(sync.Mutex)
	var met sync.WaitGroup
	met.Add(2)
	over.Go(func() { crossed(a, b, &met) })
	go crossed(b, a, &met)
	return a, b
}
func handOver(items chan int) {
	items <- 1
}
