//go:build linux

package workerpool

import (
	"errors"
	"syscall"
)

var (
	// ErrClosed is the error of tasks that come after Close.
	ErrClosed = errors.New("workerpool: closed")
	// ErrTerminated is the error of tasks that Terminate has ended, and of those
	// that come after it.
	ErrTerminated = errors.New("workerpool: terminated")
)

// TaskError says that a task ran to its end and returned an error.
type TaskError struct {
	// Text is what the error said in the worker, and it may be empty.
	Text string
}

// Error returns Text.
func (e *TaskError) Error() string {
	panic("TODO: implement Error")
}

// CrashError says that a worker died while it ran the task.
type CrashError struct {
	// PID is the worker's.
	PID int
	// Status says how it ended, as wait(2) does.
	Status syscall.WaitStatus
}

// Error says which worker died and how. The words are left open.
func (e *CrashError) Error() string {
	panic("TODO: implement Error")
}

// Serve is what a worker's main function calls. It runs handle for one task after
// the other, which the pool that started this process gives it, and returns nil
// when there will be no more: the pool is closed, or its process is gone, even if a
// result is lost by that. What main does after that is its own affair. What Serve
// does in a process that no pool has started is left open.
//
// handle may write to standard output and standard error, which are those of the
// pool's process, and may start processes.
func Serve(handle func(task []byte) (result []byte, err error)) error {
	panic("TODO: implement Serve")
}

// Pool is a number of worker processes and the tasks that wait for them.
type Pool struct {
	// TODO: what does a pool need to know?
}

// New starts size workers, each by command, program first, which calls Serve. They
// are there when it returns. For a size below 1 they are as many as there are CPUs
// that this process may use, which is runtime.NumCPU() whatever GOMAXPROCS is. If
// one can't be started, New returns an error, and leaves nothing behind.
func New(size int, command ...string) (*Pool, error) {
	panic("TODO: implement New")
}

// Apply has a worker run the task, waits for it, and returns its result, or none and
// an error. That is a *TaskError, a *CrashError, ErrClosed, ErrTerminated, or says
// why no worker could be started for it. The next task that needs one tries again.
func (p *Pool) Apply(task []byte) ([]byte, error) {
	panic("TODO: implement Apply")
}

// ApplyAsync is Apply that doesn't wait, however many tasks there are before this
// one. The caller leaves task unchanged until its result is there.
func (p *Pool) ApplyAsync(task []byte) *Result {
	panic("TODO: implement ApplyAsync")
}

// Map runs all the tasks, waits until every one of them has ended, and returns the
// results in the order of the tasks. If tasks failed, their results are nil, those
// of the others are there nevertheless, and the error is that of the first of the
// failed in the order of the tasks.
func (p *Pool) Map(tasks [][]byte) ([][]byte, error) {
	panic("TODO: implement Map")
}

// Close lets the pool accept no more tasks: they fail with ErrClosed and don't run.
// Those that it has accepted are run, and each worker ends when there is none left
// for it. Close doesn't wait for that. Closing a pool again, or after Terminate,
// does nothing.
func (p *Pool) Close() {
	panic("TODO: implement Close")
}

// Join waits until the pool has been closed or terminated, every task that it
// accepted has ended, and its workers, which end by themselves when Serve is back,
// are gone and reaped. Any number of callers may
// wait, and after that it returns at once.
func (p *Pool) Join() {
	panic("TODO: implement Join")
}

// Terminate kills the workers, whatever they do and whichever signals they ignore,
// and those that Close has let go and that haven't ended.
// Tasks that haven't ended, begun or not, fail with ErrTerminated; those that have
// keep their results. When it returns, the workers are gone and reaped. It may be
// called before and after Close and Join, and again.
func (p *Pool) Terminate() {
	panic("TODO: implement Terminate")
}

// Result is the outcome of one task, sooner or later.
type Result struct {
	// TODO: what does a result need to know?
}

// Get waits until the task has ended and returns what Apply would. It returns the
// same to all who call it, however often, and other tasks don't change that.
func (r *Result) Get() ([]byte, error) {
	panic("TODO: implement Get")
}
