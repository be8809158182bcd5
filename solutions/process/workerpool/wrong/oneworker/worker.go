//go:build linux

package workerpool

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// worker is a process that calls Serve.
type worker struct {
	process *exec.Cmd
	tasks   *os.File
	results *os.File
	reader  *bufio.Reader
}

// start starts a worker at the other ends of two pipes.
func start(command []string) (*worker, error) {
	in, tasks, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	results, out, err := os.Pipe()
	if err != nil {
		tasks.Close()
		return nil, err
	}
	defer out.Close()
	w := &worker{exec.Command(command[0], command[1:]...), tasks, results, bufio.NewReader(results)}
	w.process.Stdout, w.process.Stderr = os.Stdout, os.Stderr
	w.process.ExtraFiles = []*os.File{in, out}
	if err := w.process.Start(); err != nil {
		tasks.Close()
		results.Close()
		return nil, err
	}
	return w, nil
}

// wait tells the worker that there are no more tasks, and reaps it.
func (w *worker) wait() *os.ProcessState {
	w.tasks.Close()
	w.process.Wait()
	w.results.Close()
	return w.process.ProcessState
}

func (w *worker) send(task []byte) error { return write(w.tasks, false, task) }

func (w *worker) receive() (failed bool, value []byte, err error) { return read(w.reader) }

// A message is a mark, the length of the text, and the text.
const header = 9

func write(to io.Writer, mark bool, text []byte) error {
	var head [header]byte
	if mark {
		head[0] = 1
	}
	binary.BigEndian.PutUint64(head[1:], uint64(len(text)))
	if _, err := to.Write(head[:]); err != nil {
		return err
	}
	_, err := to.Write(text)
	return err
}

func read(from io.Reader) (mark bool, text []byte, err error) {
	var head [header]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return false, nil, err
	}
	text = make([]byte, binary.BigEndian.Uint64(head[1:]))
	_, err = io.ReadFull(from, text)
	return head[0] == 1, text, err
}

// Serve runs tasks for the pool that started this process.
func Serve(handle func(task []byte) (result []byte, err error)) error {
	// ExtraFiles are 3 and 4. What a task starts must not have them, or the pool
	// would not see the end of this process.
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	tasks, results := bufio.NewReader(os.NewFile(3, "tasks")), os.NewFile(4, "results")
	for {
		_, task, err := read(tasks)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return gone(err)
		}
		value, failed := handle(task)
		if failed != nil {
			value = []byte(failed.Error())
		}
		if err := write(results, failed != nil, value); err != nil {
			return gone(err)
		}
	}
}

// gone is no error if it only says that the pool's process is there no more.
func gone(err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
