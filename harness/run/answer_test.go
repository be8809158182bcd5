package run

import (
	"strings"
	"sync"
)

// The compiler is told that what follows stands in an answer.
//
//line /home/lena/dojo/katas/sync/lock/lock.go:10
func panicInAnswer(value any) {
	panic(value)
}

//line /home/lena/dojo/katas/sync/lock/lock.go:20
func derefInAnswer(at *int) {
	*at++
}

//line /home/lena/dojo/katas/sync/lock/lock.go:30
func overflowInAnswer(n int) int {
	return overflowInAnswer(n+1) + n
}

//line /home/lena/dojo/katas/sync/lock/lock.go:40
func unlockInAnswer(mu *sync.Mutex) {
	mu.Unlock()
}

//line /home/lena/dojo/katas/sync/lock/lock.go:50
func writeInAnswer(m map[int]int) {
	for n := 0; ; n++ {
		m[n%16] = n
	}
}

//line /home/lena/dojo/katas/sync/lock/lock.go:60
func startInAnswer(f func()) {
	go f()
}

//line /home/lena/dojo/katas/sync/lock/lock.go:70
func blockInAnswer(inside chan<- struct{}) {
	inside <- struct{}{}
	select {}
}

//line /home/lena/dojo/katas/sync/lock/lock.go:80
func repeatInAnswer(n int) string {
	return strings.Repeat("x", n)
}
