package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// orders are what init is told.
type orders struct {
	Rung      Rung
	Path      string
	Arguments []string
	Command   Command
	// Mounts are what is shown, on the rungs that have a filesystem.
	Mounts []mount
	// Files is the number of descriptors that the program gets from 3 on.
	Files int
	// ID is the user and group that the program becomes on rung uid.
	ID int
	// Probe: make the walls and start nothing.
	Probe bool
}

// account is what init says when the program has ended.
type account struct {
	Ended
	// Fault is what went wrong before the program was started.
	Fault string
}

// Descriptors that init starts with; those of the mounts and of the program
// follow.
const (
	ordersFD  = 3
	accountFD = 4
	firstFD   = 5
)

// initName is what init is called among the processes.
const initName = "dojo-init"

// walled runs a program behind the walls of the sandbox's rung.
func (s *Sandbox) walled(ctx context.Context, c Command) (Ended, error) {
	w, err := s.build(c)
	if err != nil {
		return Ended{}, err
	}
	defer w.close()
	return w.run(ctx)
}

// walls are those around one program, from the outside.
type walls struct {
	command *exec.Cmd
	orders  orders
	// Ends of the pipes to init: ours, then init's.
	tell, hear   *os.File
	told, answer *os.File
	cgroup       *cgroup
	// pidfd is init's.
	pidfd int
	// closers undo what was made, last first.
	closers []func()
}

// build makes ready what init needs.
func (s *Sandbox) build(c Command) (w *walls, err error) {
	w = &walls{pidfd: -1}
	defer func() {
		if err != nil {
			w.close()
			err = fmt.Errorf("sandbox: rung %s: %w", s.Rung, err)
		}
	}()
	if err = s.Rung.prepare(c.Places); err != nil {
		return w, err
	}
	if c.Path != "" {
		// What is shown is a file, and not a link that leads nowhere inside.
		if c.Path, err = filepath.EvalSymlinks(c.Path); err != nil {
			return w, err
		}
	}
	if w.told, w.tell, err = os.Pipe(); err != nil {
		return w, err
	}
	w.defers(func() { w.told.Close(); w.tell.Close() })
	if w.hear, w.answer, err = os.Pipe(); err != nil {
		return w, err
	}
	w.defers(func() { w.hear.Close(); w.answer.Close() })

	w.orders = orders{Rung: s.Rung, Path: c.Path, Arguments: c.Arguments, Command: c, Files: len(c.Files), Probe: c.Path == ""}
	w.command = exec.Command("/proc/self/exe")
	w.command.Args = []string{initName}
	w.command.Env = []string{"GOMAXPROCS=2"}
	w.command.Stdout, w.command.Stderr = c.Stdout, c.Stderr
	w.command.ExtraFiles = []*os.File{w.told, w.answer}
	w.command.WaitDelay = time.Second
	w.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, PidFD: &w.pidfd}
	switch s.Rung {
	case Cgroup, Namespaces:
		w.unshare(c.AsCaller)
		if err = w.show(c); err != nil {
			return w, err
		}
	case Bubblewrap:
		if err = w.bubble(c); err != nil {
			return w, err
		}
	case UID:
		if !c.AsCaller {
			err = w.lend(c.Places)
		}
		if err != nil {
			return w, err
		}
	}
	w.command.ExtraFiles = append(w.command.ExtraFiles, c.Files...)
	// What goes over the pipe is what the program gets; the rest stays here.
	w.orders.Command.Stdout, w.orders.Command.Stderr, w.orders.Command.Files = nil, nil, nil
	if s.Rung == Cgroup {
		if w.cgroup, err = s.cgroups.add(c.Limits); err != nil {
			return w, err
		}
		w.defers(w.cgroup.remove)
		w.cgroup.adopt(w.command.SysProcAttr)
	}
	return w, nil
}

func (w *walls) defers(undo func()) { w.closers = append(w.closers, undo) }

func (w *walls) close() {
	for len(w.closers) > 0 {
		last := len(w.closers) - 1
		w.closers[last]()
		w.closers = w.closers[:last]
	}
}

// insideID is the user and group that the program seems to be.
const insideID = 1000

// outsideID is who it really is if root starts it: nobody's, so that whatever
// gets out owns nothing.
const outsideID = 61_184

// unshare has init started in namespaces of its own. Its powers in them are those
// that it needs to make the walls, and it gives them up before the program starts.
func (w *walls) unshare(asCaller bool) {
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 && !asCaller {
		uid, gid = outsideID, outsideID
	}
	attributes := w.command.SysProcAttr
	attributes.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
		unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: uid, Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: gid, Size: 1}}
	attributes.Credential = &syscall.Credential{Uid: insideID, Gid: insideID, NoSetGroups: true}
	attributes.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP, unix.CAP_SYS_RESOURCE}
}

// run starts init and follows it to its end.
func (w *walls) run(ctx context.Context) (Ended, error) {
	if err := start(w.command); err != nil {
		return Ended{}, fmt.Errorf("sandbox: rung %s: start init: %w", w.orders.Rung, err)
	}
	w.defers(func() { unix.Close(w.pidfd) })
	w.told.Close()
	w.answer.Close()
	// The pipe stays open: its end of file would end init.
	err := w.cgroup.enter(w.command.Process.Pid)
	if err == nil {
		err = json.NewEncoder(w.tell).Encode(w.orders)
	}
	if err != nil {
		w.kill()
		wait(w.command)
		return Ended{}, fmt.Errorf("sandbox: rung %s: tell init: %w", w.orders.Rung, err)
	}
	unwatch := context.AfterFunc(ctx, w.kill)
	w.defers(w.cgroup.whenOutOfMemory(w.kill))
	said, heard := io.ReadAll(io.LimitReader(w.hear, 1<<16))
	wait(w.command)
	unwatch()
	if !w.orders.Rung.namespaced() {
		sweep()
	}
	if ctx.Err() != nil {
		return Ended{Code: -1}, context.Cause(ctx)
	}
	return w.ended(said, heard)
}

// kill ends init and, in a pid namespace, with it all others; elsewhere the end of
// the pipe makes init end them.
func (w *walls) kill() {
	w.cgroup.kill()
	if w.orders.Rung.namespaced() && w.pidfd >= 0 {
		unix.PidfdSendSignal(w.pidfd, unix.SIGKILL, nil, 0)
		return
	}
	w.tell.Close()
}

// ended reads init's account. Without one, init was ended from outside: by the
// kernel, if memory was out.
func (w *walls) ended(said []byte, heard error) (Ended, error) {
	var a account
	err := errors.Join(heard, json.Unmarshal(said, &a))
	outOfMemory := w.cgroup.outOfMemory()
	switch {
	case outOfMemory:
		a.Killed = KilledMemory
		a.Memory = max(a.Memory, w.cgroup.peak())
		return a.Ended, nil
	case err != nil:
		return Ended{}, fmt.Errorf("sandbox: rung %s: init ended without a word: %v", w.orders.Rung, w.command.ProcessState)
	case a.Fault != "":
		return Ended{}, fmt.Errorf("sandbox: rung %s: %s", w.orders.Rung, strings.TrimSpace(a.Fault))
	}
	if a.Killed == "" && (a.Code != 0 || a.Signal != "") && w.cgroup.outOfProcesses() {
		// It gave up sooner than watch could look.
		a.Killed = KilledProcesses
	}
	a.Memory = max(a.Memory, w.cgroup.peak())
	return a.Ended, nil
}
