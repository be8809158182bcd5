//go:build linux

package workerpool_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/process/workerpool"
)

// owner is a process with a pool of this size that has a task at the station with
// this path, if it is told one. It says "ready", or "refused" if New fails, and does
// nothing until it is killed. The rest of its arguments is the command of a worker.
var owner = spec.Child("workerpool/owner", func(arguments []string) int {
	size, _ := strconv.Atoi(arguments[0])
	p, err := workerpool.New(size, arguments[2:]...)
	if err == nil && arguments[1] != "" {
		p.ApplyAsync(task(hold, arguments[1], "task"))
	}
	report(err)
	return 0
})

// starved is a process that asks for a crowd of workers and may not open as many
// files as that takes.
var starved = spec.Child("workerpool/starved", func(command []string) int {
	var limit unix.Rlimit
	next, err := unix.Dup(0)
	if err != nil || unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 1
	}
	unix.Close(next)
	// That is enough to start some, however it is done.
	limit.Cur = uint64(next) + 20
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 1
	}
	_, err = workerpool.New(crowd, command...)
	report(err)
	return 0
})

// crowd is more workers than there can be files for in a process that is starved.
const crowd = 24

func report(err error) {
	if err != nil {
		os.Stdout.WriteString("refused\n")
	} else {
		os.Stdout.WriteString("ready\n")
	}
	io.Copy(io.Discard, os.Stdin)
}

var _ = Describe("A pool", func() {
	It("starts a worker for each CPU unless it is told how many, and none outlives its process", spec.Worth(1), func(ctx SpecContext) {
		for _, size := range []string{"0", "-1"} {
			var cpus int
			process, said := run(ctx, owner.Command(append([]string{size, ""}, worker.Command()...)...), func(command *exec.Cmd) (err error) {
				command.Env = append(os.Environ(), "GOMAXPROCS=3")
				cpus, err = startOnFew(command)
				return err
			})
			Expect(said).To(Equal("ready"), "New failed in a process of its own")
			workers := children(process.pid)
			Expect(workers).To(HaveLen(cpus), "the workers of a process that may use this many CPUs and asks for "+size)

			process.kill()
			for _, pid := range workers {
				reap(ctx, pid)
			}
		}
	})

	It("lets a worker end in order whose pool's process was killed", spec.Worth(1), func(ctx SpecContext) {
		s := open()
		process, said := run(ctx, owner.Command(append([]string{"1", s.path}, worker.Command(s.path)...)...), (*exec.Cmd).Start)
		Expect(said).To(Equal("ready"), "New failed in a process of its own")
		guest := s.next(ctx)
		process.kill()
		DeferCleanup(func(ctx SpecContext) {
			unix.Kill(guest.pid, unix.SIGKILL)
			reap(ctx, guest.pid)
		})
		// Nobody takes the result any more.
		io.WriteString(guest.door, "done")
		guest.door.CloseWrite()
		select {
		case again := <-s.arrived:
			Expect(again.name).To(Equal(served))
		case <-dead(guest.pid):
			Fail("the worker is gone, and Serve has not returned nil in it")
		case <-ctx.Done():
			Fail("the pool's process is gone, and Serve doesn't come back")
		}
	})

	It("leaves nothing behind when a worker cannot be started", spec.Worth(1), func(ctx SpecContext) {
		notProgram := filepath.Join(spec.Folder(), "notprogram")
		Expect(os.WriteFile(notProgram, nil, 0o755)).To(Succeed())
		for _, program := range []string{notProgram, notProgram + "/missing"} {
			before := pipes()
			_, err := workerpool.New(3, program)
			// Looked at here, since a collection closes files that nothing refers to.
			Expect(pipes()).To(Equal(before), "New came back and left pipes or sockets open")
			Expect(err).To(HaveOccurred())
		}

		// Some can be started, and then one can't.
		process, said := run(ctx, starved.Command(worker.Command()...), (*exec.Cmd).Start)
		if said == "refused" {
			Expect(spec.Descendants()).To(HaveLen(1), "New has failed, and beside its process these are there, or zombies")
			return
		}
		Expect(said).To(Equal("ready"))
		workers := children(process.pid)
		Expect(workers).To(HaveLen(crowd), "New has not failed, and these are the workers")
		process.kill()
		for _, pid := range workers {
			reap(ctx, pid)
		}
	})

	It("says why no worker could be started for a task, and tries again for the next", spec.Worth(1), func(ctx SpecContext) {
		command := worker.Command()
		self, link := command[0], filepath.Join(spec.Folder(), "worker")
		Expect(os.Symlink(self, link)).To(Succeed())
		p, err := workerpool.New(1, append([]string{link}, command[1:]...)...)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(p.Terminate)
		workers := own()
		Expect(workers).To(HaveLen(1))
		Expect(os.Remove(link)).To(Succeed())
		Expect(unix.Kill(workers[0], unix.SIGKILL)).To(Succeed())
		await(ctx, dead(workers[0]))

		returned := await(ctx, pool{p}.apply([]byte("ab")))
		Expect(returned.err).To(HaveOccurred(), "the only worker is dead, and there is no program to start another")
		var crash *workerpool.CrashError
		Expect(returned.err).NotTo(BeAssignableToTypeOf(crash), "no worker ran the task")
		Expect(os.Symlink(self, link)).To(Succeed())
		Expect(await(ctx, pool{p}.apply([]byte("cd")))).To(Equal(outcome{value: "dc"}))
	})
})

// running is a process that a spec has started, and that has not ended by itself.
type running struct {
	pid  int
	kill func()
}

// run starts a process and waits for its first line. It ends with the spec.
func run(ctx context.Context, line []string, start func(*exec.Cmd) error) (process running, said string) {
	GinkgoHelper()
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	_, err := command.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	out, err := command.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(start(command)).To(Succeed())
	kill := sync.OnceFunc(func() {
		command.Process.Kill()
		command.Wait()
	})
	DeferCleanup(kill)
	first := spec.Go(func() string {
		line, _ := bufio.NewReader(out).ReadString('\n')
		return strings.TrimSuffix(line, "\n")
	})
	return running{command.Process.Pid, kill}, await(ctx, first)
}

// startOnFew starts a command that may use two of the CPUs, one if there are no
// more, and returns how many it may.
func startOnFew(command *exec.Cmd) (cpus int, err error) {
	// What a thread may use, its children may.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, few unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return 0, err
	}
	for cpu := 0; cpu < len(all)*64 && few.Count() < 2; cpu++ {
		if all.IsSet(cpu) {
			few.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &few); err != nil {
		return 0, err
	}
	defer unix.SchedSetaffinity(0, &all)
	return few.Count(), command.Start()
}

// pipes returns how many pipes and sockets this process has open.
func pipes() (open int) {
	GinkgoHelper()
	links, err := filepath.Glob("/proc/self/fd/*")
	Expect(err).NotTo(HaveOccurred())
	for _, link := range links {
		var about unix.Stat_t
		if unix.Stat(link, &about) == nil && (about.Mode&unix.S_IFMT == unix.S_IFIFO || about.Mode&unix.S_IFMT == unix.S_IFSOCK) {
			open++
		}
	}
	return open
}
