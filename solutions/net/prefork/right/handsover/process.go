//go:build linux

package prefork

import (
	"net"
	"os"
	"os/exec"
	"syscall"
)

// process is one worker process, seen from the master.
type process struct {
	cmd    *exec.Cmd
	talk   *net.UnixConn
	served chan struct{} // closed when it has called Serve
	ended  chan struct{} // closed when it is reaped and nothing of it is left here
}

// launch starts a process. The listening socket waits for it in its line to the
// master, so that a command that never calls Serve never has it.
func launch(command []string, listener *net.TCPListener) (*process, error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	theirs, ours := os.NewFile(uintptr(ends[0]), "worker"), os.NewFile(uintptr(ends[1]), "master")
	defer theirs.Close()
	conn, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		return nil, err
	}
	p := &process{
		cmd:    exec.Command(command[0], command[1:]...),
		talk:   conn.(*net.UnixConn),
		served: make(chan struct{}),
		ended:  make(chan struct{}),
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirs, os.Stdout, os.Stderr
	if err := p.send(listener); err != nil {
		p.talk.Close()
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		p.talk.Close()
		return nil, err
	}
	go p.follow()
	return p, nil
}

func (p *process) send(listener *net.TCPListener) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	var sent error
	err = raw.Control(func(fd uintptr) {
		_, _, sent = p.talk.WriteMsgUnix([]byte{0}, syscall.UnixRights(int(fd)), nil)
	})
	if err != nil {
		return err
	}
	return sent
}

// follow waits for the process. Once it has ended, nothing more can come from it:
// CloseRead ends Read after what has already come, even if a process lives on that
// has the other end open.
func (p *process) follow() {
	read := make(chan struct{})
	go func() {
		defer close(read)
		if n, _ := p.talk.Read(make([]byte, 1)); n == 1 {
			close(p.served)
		}
	}()
	p.cmd.Wait()
	p.talk.CloseRead()
	<-read
	p.talk.Close()
	close(p.ended)
}

func (p *process) letGo() { p.talk.CloseWrite() }
func (p *process) kill()  { p.cmd.Process.Kill() }

func (p *process) hasServed() bool {
	select {
	case <-p.served:
		return true
	default:
		return false
	}
}
