package sandbox

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// open makes a sandbox on a rung that is known to be there.
func open(rung Rung) *Sandbox {
	s := &Sandbox{Rung: rung}
	if rung == Cgroup {
		if s.cgroups, _ = findCgroups(); s.cgroups != nil {
			s.cgroups.sweep()
		}
	}
	return s
}

// Ladder returns the rungs as this machine has them for this user, strongest
// first. Each was tried: its walls were made, and nothing was started behind them.
var Ladder = sync.OnceValue(func() []Step {
	var all []Step
	for r := Cgroup; r <= None; r++ {
		step := Step{Rung: r}
		if err := r.try(); err != nil {
			step.Lacks, step.Fix = err.Error(), r.fix(err)
		}
		all = append(all, step)
	}
	return all
})

// longestTry is for a machine that is busy; the walls take milliseconds.
const longestTry = 20 * time.Second

func (r Rung) try() error {
	switch {
	case r == None:
		return nil
	case r == Cgroup:
		if _, err := findCgroups(); err != nil {
			return err
		}
	case r == Bubblewrap:
		if _, err := exec.LookPath("bwrap"); err != nil {
			return errors.New("there is no bwrap program")
		}
	case r == UID && os.Getuid() != 0:
		return errors.New("only root can give programs other user ids")
	case r == Landlock && landlockVersion() == 0:
		return errors.New("the kernel has no Landlock, or it is switched off")
	}
	folder, remove, err := Temp()
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithTimeout(context.Background(), longestTry)
	defer cancel()
	s := open(r)
	_, err = s.walled(ctx, Command{Places: s.Places(folder)})
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "sandbox: rung "+r.String()+": "))
	}
	return nil
}

// fix is one thing to do about a rung that can't be had.
func (r Rung) fix(lacks error) string {
	switch {
	case r == Cgroup && os.Getuid() != 0:
		return "run as root, or with systemd-run --user --scope -p Delegate=yes"
	case r == Cgroup:
		return "run where the cgroup hands down memory and pids, as in a systemd service with Delegate=yes"
	case r == Namespaces && (errors.Is(lacks, unix.ENOSPC) || readLine("/proc/sys/user/max_user_namespaces") == "0"):
		return "sudo sysctl user.max_user_namespaces=10000"
	case r == Namespaces && readLine("/proc/sys/kernel/unprivileged_userns_clone") == "0":
		return "sudo sysctl kernel.unprivileged_userns_clone=1"
	case r == Namespaces && readLine("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
		return "sudo apt-get install bubblewrap, or sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
	case r == Namespaces:
		return "in a container: allow user namespaces, as docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined does"
	case r == Bubblewrap:
		return "sudo apt-get install bubblewrap"
	}
	return ""
}
