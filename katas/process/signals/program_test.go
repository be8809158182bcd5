package signals_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/signals"
)

// Signals go to processes of their own: a SIGTERM that nobody listens to would end
// the specs, and Ginkgo has a use of its own for some of them.

// puppet is a process with a Program that does what its standard input says, line
// by line, and says on its standard output what happens.
var puppet = spec.Child("signals/puppet", func([]string) int {
	p := player{finish: map[string]chan struct{}{}}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		p.play(strings.Fields(lines.Text()))
	}
	return 0
})

type player struct {
	program *signals.Program
	heard   chan os.Signal
	// finish holds, for each work, what ends it.
	finish map[string]chan struct{}
	saying sync.Mutex
}

func (p *player) say(what ...any) {
	p.saying.Lock()
	defer p.saying.Unlock()
	fmt.Println(what...)
}

func (p *player) play(line []string) {
	program := p.program
	switch name := line[len(line)-1]; line[0] {
	case "start":
		p.start(name)
		p.say("started")
	case "count":
		p.say(p.counts())
	case "watch":
		go func() {
			<-program.Stopping()
			p.say("stopping")
		}()
		p.say("watching")
	case "work":
		p.finish[name] = make(chan struct{})
		go p.work(program, name, p.finish[name])
	case "finish":
		close(p.finish[name])
	case "drain":
		go func() { p.say("drained:", program.Drain(context.Background())) }()
	case "stop":
		program.Stop()
		p.say("stopped")
	case "peek":
		select {
		case kind, open := <-p.heard:
			if !open {
				p.say("it is closed")
				break
			}
			p.say("there is", kind)
		default:
			p.say("there is nothing")
		}
	}
}

// start starts a Program whose signals are said, or one with another channel.
func (p *player) start(heard string) {
	switch heard {
	case "nil":
		p.heard = nil
	case "full":
		p.heard = make(chan os.Signal, 1)
		p.heard <- os.Interrupt
	case "unread":
		p.heard = make(chan os.Signal)
	default:
		p.heard = make(chan os.Signal, 64)
		go func(heard <-chan os.Signal) {
			for kind := range heard {
				p.say("heard", kind)
			}
		}(p.heard)
	}
	p.program = signals.Start(p.heard)
}

func (p *player) counts() string {
	return fmt.Sprint(p.program.Count(syscall.SIGUSR1), " ", p.program.Count(syscall.SIGUSR2))
}

// work is work that says when its context ends, and goes on all the same.
func (p *player) work(program *signals.Program, name string, finish <-chan struct{}) {
	err := program.Do(func(ctx context.Context) error {
		p.say(name, "begins")
		select {
		case <-finish:
		case <-ctx.Done():
			p.say(name, "is cut off")
			<-finish
		}
		p.say(name, "ends")
		return nil
	})
	if err != nil {
		p.say(name+":", err)
	}
}

// crowded is a process to which all kinds of signals come at once: it has one
// processor, and this goroutine keeps it until all three have come. Whoever listens
// gets them in a row then.
var crowded = spec.Child("signals/crowded", func([]string) int {
	heard := make(chan os.Signal, 3)
	program := signals.Start(heard)
	for range 100 {
		runtime.Gosched() // let those who listen begin to wait
	}
	sendAll()
	for range 3 {
		fmt.Println("heard", <-heard)
	}
	<-program.Stopping()
	fmt.Println(program.Count(syscall.SIGUSR1), program.Count(syscall.SIGUSR2))
	return 0
})

// sendAll sends this process one signal of each kind and keeps the processor
// meanwhile: unlike syscall.Kill, it doesn't tell the scheduler, which might give
// the processor away.
func sendAll() {
	self := uintptr(os.Getpid())
	for _, kind := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTERM} {
		syscall.RawSyscall(syscall.SYS_KILL, self, uintptr(kind), 0)
	}
}

// ask lets four goroutines ask a Program for its count all the time, so that whoever
// counts has to wait for them. It returns what ends that.
func ask(program *signals.Program) (enough func()) {
	var asking sync.WaitGroup
	var end atomic.Bool
	for range 4 {
		asking.Go(func() {
			for !end.Load() {
				program.Count(syscall.SIGUSR1)
				runtime.Gosched()
			}
		})
	}
	return func() {
		end.Store(true)
		asking.Wait()
	}
}

// flooded is a process that gets SIGTERM after many SIGUSR1, while others ask all the
// time how many there were.
var flooded = spec.Child("signals/flooded", func([]string) int {
	other := make(chan os.Signal, 1)
	signal.Notify(other, syscall.SIGUSR1, syscall.SIGTERM)
	for range 4 {
		program := signals.Start(nil)
		enough := ask(program)
		for range 100 {
			syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			<-other
		}
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
		<-other
		enough()
		<-program.Stopping()
		program.Stop()
	}
	fmt.Println("SIGTERM was heard each time")
	return 0
})

// hasty is a process that stops a Program when all kinds of signals have just come.
var hasty = spec.Child("signals/hasty", func([]string) int {
	other := make(chan os.Signal, 3)
	signal.Notify(other, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTERM)
	for range 50 {
		program := signals.Start(nil)
		sendAll()
		for range 3 {
			<-other
		}
		program.Stop()
		if ones, twos := program.Count(syscall.SIGUSR1), program.Count(syscall.SIGUSR2); ones != 1 || twos != 1 {
			fmt.Println("one of each kind had come, and counted were", ones, twos)
			return 0
		}
		select {
		case <-program.Stopping():
		default:
			fmt.Println("SIGTERM had come, and the shutdown has not begun")
			return 0
		}
	}
	fmt.Println("all were heard each time")
	return 0
})

// neighbour is a process in which another listens to the same signals.
var neighbour = spec.Child("signals/neighbour", func([]string) int {
	other := make(chan os.Signal, 1)
	signal.Notify(other, syscall.SIGUSR1, syscall.SIGTERM)
	send := func(kind syscall.Signal) {
		syscall.Kill(os.Getpid(), kind)
		<-other
	}
	program := signals.Start(nil)
	send(syscall.SIGUSR1)
	send(syscall.SIGTERM)
	program.Stop()
	send(syscall.SIGUSR1)
	send(syscall.SIGTERM)
	fmt.Println("the other has heard all")
	return 0
})
