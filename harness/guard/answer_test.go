package guard_test

// The compiler is told that what follows stands in an answer.
//
//line /home/lena/dojo/katas/sync/lock/lock.go:10
func startInAnswer(c chan int) chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-c
	}()
	return ended
}

//line /home/lena/dojo/katas/sync/lock/lock.go:30
func raceInAnswer() {
	count := 0
	racing(func() { count++ })
}
