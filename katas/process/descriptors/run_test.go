//go:build linux

package descriptors_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/katas/process/descriptors"
)

// beginning gives a command some of the caller's own three, and ends when the
// command has been watched for long enough.
func beginning() error {
	// Another child has ended, and nobody has waited for it.
	stranger := exec.Command("sh", "-c", "exit 7")
	if err := stranger.Start(); err != nil {
		return err
	}
	for unix.Waitid(unix.P_PID, stranger.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	// What Run opens gets higher numbers than the list names.
	open := null(10)
	defer closeAll(open...)
	// For a builtin with a redirection a shell keeps a copy of the descriptor until the
	// builtin is over: what is looked for comes last, and has none.
	status, err := descriptors.Run(shell(`echo oops >&2; echo "$$ $DESCRIPTORS_CALLER $(cat here)"; read -r line; exit 3`),
		descriptors.Redirection{FD: 4, From: 1},
		descriptors.Redirection{FD: 6, Path: "six", Flags: write},
		descriptors.Redirection{FD: 7, Path: "gone", Flags: write},
		descriptors.Redirection{FD: 7, From: 6})
	if err != nil || !status.Exited() || status.ExitStatus() != 3 {
		return fmt.Errorf("the command exits with 3, and Run returned the wait status %#x and the error %v", uint32(status), err)
	}
	unix.CloseOnExec(1)
	before := table()
	status, err = descriptors.Run(shell(`kill -TERM $$`),
		descriptors.Redirection{FD: 1, Path: "gone", Flags: write},
		descriptors.Redirection{FD: 2, From: 1},
		descriptors.Redirection{FD: open[0], From: 1})
	if err != nil || !status.Signaled() || status.Signal() != syscall.SIGTERM {
		return fmt.Errorf("SIGTERM ends the command, and Run returned the wait status %#x and the error %v", uint32(status), err)
	}
	if inherited("1") || !inherited("2") {
		return errors.New("the caller had marked 1 close-on-exec, and 2 not, and Run has changed that")
	}
	if err := unchanged(before, "Run"); err != nil {
		return err
	}
	if err := stranger.Wait(); err == nil || err.Error() != "exit status 7" {
		return fmt.Errorf("somebody waited for another child, and it exited with 7, and what came back was %v", err)
	}
	return nil
}

// scarce leaves Run fewer descriptors than it needs, and each time one more.
func scarce() error {
	const soft = 100
	limit(soft)
	open := null(most)
	defer func() { closeAll(open...) }()
	var err error
	for free := range 20 {
		if free > 0 {
			closeAll(open[len(open)-1])
			open = open[:len(open)-1]
		}
		before := table()
		_, err = descriptors.Run([]string{"true"},
			descriptors.Redirection{FD: 1, Path: "one", Flags: write},
			descriptors.Redirection{FD: 2, From: 1},
			descriptors.Redirection{FD: 3, Path: "three", Flags: write},
			descriptors.Redirection{FD: 0, Path: "/dev/null"})
		if free < 3 && !errors.Is(err, unix.EMFILE) {
			return fmt.Errorf("%d numbers are free, the list opens three paths, and Run returned the error %v", free, err)
		}
		if err := unchanged(before, fmt.Sprintf("Run, with %d numbers free,", free)); err != nil {
			return err
		}
		if child, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
			return fmt.Errorf("with %d numbers free, Run left a child: %d, %v", free, child, err)
		}
	}
	return err
}

// strangers opens descriptors while a command runs, and after it: most get numbers
// that Run has had and closed.
func strangers() error {
	for _, name := range []string{"request", "reply"} {
		if err := unix.Mkfifo(name, 0o600); err != nil {
			return err
		}
	}
	// Both ends, so that no open has to wait.
	request, err := unix.Open("request", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	reply, err := unix.Open("reply", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer closeAll(request, reply)

	ended := make(chan error, 1)
	go func() {
		_, err := descriptors.Run(shell(`echo ready; read -r line`),
			descriptors.Redirection{FD: 0, Path: "request", Flags: os.O_RDONLY},
			descriptors.Redirection{FD: 1, Path: "reply", Flags: os.O_WRONLY},
			descriptors.Redirection{FD: 2, From: 1},
			descriptors.Redirection{FD: 3, From: 2})
		if err != nil {
			unix.Write(reply, []byte("failed"))
		}
		ended <- err
	}()
	var text [16]byte
	for {
		if _, err := unix.Read(reply, text[:]); err != unix.EINTR {
			break
		}
	}
	// What Run closes when the command has started is closed by now.
	rest()
	open := null(20)
	defer func() { closeAll(open...) }()
	unix.Write(request, []byte("go\n"))
	if err := <-ended; err != nil {
		return err
	}
	if err := kept(open, "while the command ran"); err != nil {
		return err
	}

	if _, err := descriptors.Run(shell(`exit 0`), descriptors.Redirection{FD: 1, Path: "one", Flags: write},
		descriptors.Redirection{FD: 2, From: 1}, descriptors.Redirection{FD: 5, Path: "five", Flags: write}); err != nil {
		return err
	}
	descriptors.Lowest()
	descriptors.Count()
	descriptors.CloseOnExec(3)
	open = append(open, null(20)...)
	for range 3 {
		collect()
	}
	return kept(append(open, 0, 1, 2), "before a call or after it")
}

// rest waits until every other thread of this process sleeps, as the one that waits
// for the command does. A goroutine may still be without a thread to run on, so it
// must be so twice, and that one had its turn in between. A process that never
// rests is not worth waiting for.
func rest() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	self := strconv.Itoa(unix.Gettid())
	for quiet, looks := 0, 0; quiet < 2 && looks < 1000; looks++ {
		runtime.Gosched()
		quiet++
		threads, _ := filepath.Glob("/proc/self/task/*")
		for _, thread := range threads {
			text, _ := os.ReadFile(thread + "/stat")
			_, state, _ := strings.Cut(string(text), ") ")
			if filepath.Base(thread) != self && strings.HasPrefix(state, "R") {
				quiet = 0
			}
		}
	}
}

// kept reports those of these descriptors that are closed. Nothing is opened
// meanwhile that could take their numbers.
func kept(open []int, when string) error {
	now := table()
	for _, fd := range open {
		if now[fd] == "" {
			return fmt.Errorf("somebody else opened %d %s, and it was closed", fd, when)
		}
	}
	return nil
}

// collect collects what nothing refers to, and waits until finalizers have run: one
// goroutine runs them all, in turn.
func collect() {
	done := make(chan struct{})
	func() { runtime.SetFinalizer(&struct{ text string }{"collected"}, func(any) { close(done) }) }()
	for {
		runtime.GC()
		select {
		case <-done:
			return
		default:
			runtime.Gosched()
		}
	}
}
