package sandbox_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets this binary be the program that a sandbox runs, which does what
// its arguments say and prints what it got away with.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "deed" {
		if breach := deeds[os.Args[2]](os.Args[3:]); breach != "" {
			fmt.Println("BREACH:", breach)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// deeds return what they should not have been able to do, "" if they could not.
var deeds = map[string]func(arguments []string) string{
	"read":    reads,
	"write":   writes,
	"dial":    dials,
	"files":   inherits,
	"calls":   calls,
	"pid 1":   meddles,
	"kill":    func([]string) string { return fine(unix.Kill(-1, unix.SIGKILL), unix.ESRCH, unix.EPERM) },
	"limits":  raises,
	"heap":    func([]string) string { return hog() },
	"shared":  func([]string) string { return share(1 << 30) },
	"crowd":   func([]string) string { return crowd() },
	"threads": func([]string) string { return threads() },
	"forks":   func([]string) string { return forks() },
	"spin": func([]string) string {
		for {
		}
	},
	"stop":   func([]string) string { unix.Kill(os.Getpid(), unix.SIGSTOP); time.Sleep(time.Minute); return "" },
	"sparse": func([]string) string { return large() },
	"many":   func([]string) string { return many() },
	"open":   func([]string) string { return opens() },
	"starts": func([]string) string { return starts() },
	"daemon": daemon,
	"sleep":  func([]string) string { time.Sleep(10 * time.Minute); return "" },
}

// fine says that a call should have failed, if it has not.
func fine(err error, expected ...error) string {
	for _, one := range expected {
		if errors.Is(err, one) {
			return ""
		}
	}
	return fmt.Sprint("got ", err)
}

func reads(paths []string) string {
	var open []string
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil {
			open = append(open, fmt.Sprintf("%s holds %.20q", path, text))
		} else if entries, err := os.ReadDir(path); err == nil {
			open = append(open, fmt.Sprintf("%s has %d entries", path, len(entries)))
		}
	}
	return strings.Join(open, "; ")
}

func writes(paths []string) string {
	var open []string
	for _, path := range paths {
		if err := os.WriteFile(path, []byte("x"), 0o644); err == nil {
			open = append(open, path)
		}
	}
	return strings.Join(open, " ")
}

func dials(arguments []string) string {
	var open []string
	for _, address := range arguments {
		network, place, _ := strings.Cut(address, ":")
		if connection, err := net.DialTimeout(network, place, 2*time.Second); err == nil {
			connection.Close()
			open = append(open, address)
		}
	}
	return strings.Join(open, " ")
}

func inherits([]string) string {
	var open []string
	for fd := 3; fd < 100; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		// The runtime's own are close-on-exec: this process has opened them.
		if err == nil && flags&unix.FD_CLOEXEC == 0 {
			link, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
			open = append(open, fmt.Sprint(fd, " ", link))
		}
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); name != "PATH" && name != "TMPDIR" {
			open = append(open, variable)
		}
	}
	return strings.Join(open, "; ")
}

// calls tries system calls that reach around the other walls.
func calls([]string) string {
	var open []string
	for name, call := range map[string]func() error{
		"chroot":          func() error { return unix.Chroot("/tmp") },
		"mount":           func() error { return unix.Mount("x", "/tmp", "tmpfs", 0, "") },
		"mknod":           func() error { return unix.Mknod(filepath.Join(os.TempDir(), "disk"), unix.S_IFBLK|0o600, 0x0800) },
		"unshare user":    func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"unshare network": func() error { return unix.Unshare(unix.CLONE_NEWNET) },
		"setns":           func() error { return unix.Setns(0, 0) },
		"ptrace":          func() error { return unix.PtraceAttach(1) },
		"keyctl":          func() error { _, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, true); return err },
		"AF_VSOCK":        func() error { return opened(unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)) },
		"AF_PACKET":       func() error { return opened(unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)) },
		"raw socket":      func() error { return opened(unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)) },
		"io_uring":        func() error { return number(unix.SYS_IO_URING_SETUP) },
		"bpf":             func() error { return number(unix.SYS_BPF) },
		"perf_event_open": func() error { return number(unix.SYS_PERF_EVENT_OPEN) },
		"userfaultfd":     func() error { return number(unix.SYS_USERFAULTFD) },
		"setuid": func() error {
			if os.Getuid() == 0 {
				return unix.EPERM // it is root, whose powers are gone
			}
			return unix.Setuid(0)
		},
		"settimeofday":     func() error { now := unix.NsecToTimeval(time.Now().UnixNano()); return unix.Settimeofday(&now) },
		"negative nice":    func() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, -5) },
		"reboot":           func() error { return unix.Reboot(unix.LINUX_REBOOT_CMD_CAD_OFF) },
		"process_vm_readv": func() error { return number(unix.SYS_PROCESS_VM_READV) },
		"open_by_handle":   func() error { return number(unix.SYS_OPEN_BY_HANDLE_AT) },
		"swapoff":          func() error { return number(unix.SYS_SWAPOFF) },
		"clone user": func() error {
			command := exec.Command("/bin/true")
			command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER}
			return command.Run()
		},
		"clone3": func() error {
			if err := number(unix.SYS_CLONE3); !errors.Is(err, unix.ENOSYS) {
				return nil
			}
			return unix.ENOSYS
		},
	} {
		if err := call(); err == nil {
			open = append(open, name)
		}
	}
	return strings.Join(open, ", ")
}

func opened(fd int, err error) error {
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// number makes a call whose arguments are all 0. That any of these calls takes
// that well would be strange; that it is not known or not allowed is what counts.
func number(call uintptr) error {
	_, _, errno := unix.Syscall6(call, 0, 0, 0, 0, 0, 0)
	if errno == unix.EPERM || errno == unix.ENOSYS || errno == unix.EACCES {
		return errno
	}
	return nil
}

// meddles reaches for the first process that it sees.
func meddles([]string) string {
	open := reads([]string{"/proc/1/environ", "/proc/1/mem", "/proc/1/root/etc", "/proc/1/fd"})
	for _, signal := range []unix.Signal{unix.SIGTERM, unix.SIGSTOP, unix.SIGKILL, unix.SIGSEGV} {
		unix.Kill(1, signal)
		unix.Kill(os.Getppid(), signal)
	}
	return open
}

func raises([]string) string {
	for _, what := range []int{unix.RLIMIT_NOFILE, unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		var limit unix.Rlimit
		unix.Getrlimit(what, &limit)
		limit.Cur, limit.Max = limit.Max+1, limit.Max+1
		if unix.Setrlimit(what, &limit) == nil {
			return fmt.Sprint("limit ", what)
		}
	}
	return ""
}

// most bounds every hog by itself: a wall that is missing must not take the
// machine down.
const most = 1 << 30

func hog() string {
	var all [][]byte
	for taken := 0; taken < most; taken += 1 << 20 {
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = 1
		}
		all = append(all, block)
	}
	return fmt.Sprint("took ", len(all), " MiB")
}

func share(bytes int) string {
	memory, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return ""
	}
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	return fmt.Sprint("took ", bytes>>20, " MiB")
}

// crowd takes a sixth each in six children.
func crowd() string {
	self, _ := os.Executable()
	for range 6 {
		exec.Command(self, "deed", "hold").Start()
	}
	time.Sleep(20 * time.Second)
	return "took it all"
}

func init() {
	deeds["hold"] = func([]string) string { share(most / 6); time.Sleep(20 * time.Second); return "" }
}

// starts takes most of what it may, and starts processes, each of which has that
// memory too until it becomes another program.
func starts() string {
	share(160 << 20)
	for range 500 {
		if err := exec.Command("/bin/true").Run(); err != nil {
			return ""
		}
	}
	fmt.Println("started all")
	return ""
}

func threads() string {
	for range 2000 {
		go func() {
			runtime.LockOSThread()
			unix.Nanosleep(&unix.Timespec{Sec: 20}, nil)
		}()
	}
	time.Sleep(20 * time.Second)
	return "2000 threads"
}

func forks() string {
	for n := range 2000 {
		if err := exec.Command("/bin/sleep", "20").Start(); err != nil {
			time.Sleep(20 * time.Second)
			return fmt.Sprint("had ", n)
		}
	}
	return "2000 processes"
}

func large() string {
	file, err := os.Create(filepath.Join(os.TempDir(), "sparse"))
	if err != nil {
		return err.Error()
	}
	return fine(file.Truncate(1<<40), unix.EFBIG)
}

func many() string {
	for n := range 20_000 {
		file, err := os.Create(filepath.Join(os.TempDir(), strconv.Itoa(n)))
		if err != nil {
			return fine(err, unix.ENOSPC)
		}
		file.Close()
	}
	return "20000 files"
}

func opens() string {
	for range 5000 {
		if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
			return fine(err, unix.EMFILE)
		}
	}
	return "5000 descriptors"
}

// daemon leaves a process in a session of its own, which holds standard output.
func daemon(arguments []string) string {
	self, _ := os.Executable()
	command := exec.Command(self, append([]string{"deed", "sleep"}, arguments...)...)
	command.Stdout = os.Stdout
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return err.Error()
	}
	io.WriteString(os.Stdout, "left\n")
	return ""
}
