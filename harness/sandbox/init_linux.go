package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// init turns this process into a program's init if that is what it was started
// for, and never returns then.
//
// The work is done on a second thread. Landlock's domains and seccomp's filters
// are a thread's own, the program inherits them from the thread that starts it,
// and what it may send signals to is decided by the target's main thread: so that
// one stays outside.
func init() {
	if len(os.Args) != 1 || filepath.Base(os.Args[0]) != initName {
		return
	}
	runtime.LockOSThread()
	go initMain()
	select {}
}

// keeper is an init at work.
type keeper struct {
	orders orders
	answer *os.File
	watch  *watch
}

func initMain() {
	startThreads()
	runtime.LockOSThread()
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	// Also what a caller of ours has left open.
	unix.CloseRange(3, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC)
	k := &keeper{answer: os.NewFile(accountFD, "account")}
	told := os.NewFile(ordersFD, "orders")
	decoder := json.NewDecoder(told)
	if decoder.Decode(&k.orders) != nil {
		os.Exit(1)
	}
	go func() {
		// The parent is gone, or wants us to be.
		io.Copy(io.Discard, told)
		k.endOthers()
		os.Exit(1)
	}()
	deaf()
	if err := k.wall(); err != nil {
		k.say(account{Fault: err.Error()})
	}
	if k.orders.Probe {
		k.say(account{})
	}
	pid, err := k.start()
	if err != nil {
		k.say(account{Fault: err.Error()})
	}
	k.say(account{Ended: k.follow(pid)})
}

// startThreads starts as many as init will ever need at once. The runtime keeps them;
// when the program has used up what there may be, none could be started any more.
func startThreads() {
	const threads = 12
	var all, started sync.WaitGroup
	started.Add(threads)
	for range threads {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			started.Done()
			started.Wait()
		})
	}
	all.Wait()
}

// say tells the parent and ends init, and with it, in a pid namespace, all others.
func (k *keeper) say(a account) {
	k.endOthers()
	json.NewEncoder(k.answer).Encode(a)
	os.Exit(0)
}

// deaf makes init ignore every signal that could end it, whoever sends it.
func deaf() {
	for number := syscall.Signal(1); number < 65; number++ {
		switch number {
		case unix.SIGCHLD, unix.SIGURG, unix.SIGPROF, unix.SIGKILL, unix.SIGSTOP:
		default:
			signal.Ignore(number)
		}
	}
}

// wall makes the walls, from the outermost inwards, and gives up the powers that
// it takes to make them.
func (k *keeper) wall() error {
	o := k.orders
	steps := []struct {
		name string
		on   bool
		do   func() error
	}{
		{"filesystem", o.Rung == Cgroup || o.Rung == Namespaces, k.root},
		{"loopback", o.Rung == Cgroup || o.Rung == Namespaces, loopback},
		{"host name", o.Rung == Cgroup || o.Rung == Namespaces, func() error { return unix.Sethostname([]byte("dojo")) }},
		{"subreaper", !o.Rung.namespaced(), func() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }},
		{"working directory", true, func() error { return unix.Chdir(o.Command.Places.Work) }},
		{"limits", true, k.limit},
		{"groups", o.ID != 0, func() error { return unix.Setgroups(nil) }},
		{"no new privileges", true, func() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }},
		{"capabilities", o.ID == 0, dropCapabilities}, // another user has none
		{"Landlock", o.Rung == UID || o.Rung == Landlock, k.landlock},
		{"seccomp", true, filterCalls},
	}
	for _, step := range steps {
		if !step.on {
			continue
		}
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// start starts the program on this thread, whose walls it inherits.
func (k *keeper) start() (pid int, err error) {
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	files := []uintptr{nothing.Fd(), 1, 2}
	for i := range k.orders.Files {
		files = append(files, uintptr(firstFD+len(k.orders.mountFDs())+i))
	}
	attributes := &syscall.ProcAttr{Env: k.orders.Command.Environment, Files: files, Sys: &syscall.SysProcAttr{Setsid: true}}
	if id := uint32(k.orders.ID); id != 0 {
		attributes.Sys.Credential = &syscall.Credential{Uid: id, Gid: id, NoSetGroups: true}
	}
	pid, err = syscall.ForkExec(k.orders.Path, append([]string{k.orders.Path}, k.orders.Arguments...), attributes)
	if err != nil {
		return 0, fmt.Errorf("exec %s: %w", k.orders.Path, err)
	}
	for _, fd := range files[3:] {
		unix.Close(int(fd))
	}
	// One that has ended already needs no limit.
	if err := k.limitProcesses(pid); err != nil && err != unix.ESRCH {
		unix.Kill(pid, unix.SIGKILL)
		return 0, fmt.Errorf("limit processes: %w", err)
	}
	return pid, nil
}

// follow reaps whatever ends, until the program itself has.
func (k *keeper) follow(program int) Ended {
	k.watch = newWatch(k.orders, program)
	go k.watch.run()
	for {
		var status unix.WaitStatus
		var used unix.Rusage
		pid, err := unix.Wait4(-1, &status, 0, &used)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return Ended{Code: -1}
		}
		k.watch.ended(pid, used)
		if pid != program {
			continue
		}
		ended := k.watch.sum()
		ended.Code = status.ExitStatus()
		if status.Signaled() {
			ended.Code, ended.Signal = -1, unix.SignalName(status.Signal())
		}
		return ended
	}
}
