package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// cgroups is where groups for programs can be made: one folder in version 2
// (cgroups(7)), one for each controller in version 1.
type cgroups struct {
	unified string
	// apart are the folders of version 1 by controller.
	apart map[string]string
}

// needed are the controllers without which a cgroup is no wall.
var needed = []string{"memory", "pids"}

// findCgroups looks for a folder in which this process may make groups that have
// the controllers.
func findCgroups() (*cgroups, error) {
	roots, err := cgroupMounts()
	if err != nil {
		return nil, err
	}
	own, err := ownCgroups()
	if err != nil {
		return nil, err
	}
	var lacks error = errors.New("there is no cgroup file system")
	if root, there := roots[""]; there {
		folder := filepath.Join(root, own[""])
		handed := strings.Fields(readLine(filepath.Join(folder, "cgroup.subtree_control")))
		switch {
		case !slices.Contains(handed, "memory") || !slices.Contains(handed, "pids"):
			lacks = fmt.Errorf("cgroup %s hands down %q, and memory and pids are needed", own[""], handed)
		case unix.Access(folder, unix.W_OK) != nil:
			lacks = fmt.Errorf("cgroup %s is not ours to write to", own[""])
		default:
			return &cgroups{unified: folder}, nil
		}
	}
	all := &cgroups{apart: map[string]string{}}
	for _, controller := range needed {
		root, there := roots[controller]
		if !there {
			return nil, lacks
		}
		folder := filepath.Join(root, own[controller])
		if err := unix.Access(folder, unix.W_OK); err != nil {
			return nil, fmt.Errorf("cgroup %s (%s) is not ours to write to", own[controller], controller)
		}
		all.apart[controller] = folder
	}
	return all, nil
}

// forgotten is how old an empty group must be to be taken for one whose grader was
// killed: it is empty, too, before its program is in it.
const forgotten = 10 * time.Minute

// sweep removes groups that nobody is in any more: rmdir(2) takes no other.
func (c *cgroups) sweep() {
	folders := []string{c.unified}
	for _, folder := range c.apart {
		folders = append(folders, folder)
	}
	for _, folder := range folders {
		groups, _ := filepath.Glob(filepath.Join(folder, groupPrefix+"*"))
		for _, group := range groups {
			if info, err := os.Stat(group); err == nil && time.Since(info.ModTime()) > forgotten {
				unix.Rmdir(group)
			}
		}
	}
}

// cgroupMounts returns where the hierarchies are mounted, by controller; version 2
// has "" (proc_pid_mountinfo(5)).
func cgroupMounts() (map[string]string, error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	roots := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields, about := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(about) < 3 {
			continue
		}
		switch about[0] {
		case "cgroup2":
			roots[""] = fields[4]
		case "cgroup":
			for controller := range strings.SplitSeq(about[2], ",") {
				roots[controller] = fields[4]
			}
		}
	}
	return roots, nil
}

// ownCgroups returns the groups that this process is in, by controller.
func ownCgroups() (map[string]string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	own := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.SplitN(strings.TrimSpace(line), ":", 3); len(fields) == 3 {
			for controller := range strings.SplitSeq(fields[1], ",") {
				own[controller] = fields[2]
			}
		}
	}
	return own, nil
}

// cgroup is one program's. A nil one does nothing.
type cgroup struct {
	// folders has one entry in version 2, and one for each controller in version 1.
	folders map[string]string
	// fd is that of the folder in version 2, else -1.
	fd int
}

// groupPrefix is in front of the names of all groups that add makes.
const groupPrefix = "dojo-"

var cgroupCount atomic.Int64

// add makes a group with these limits. That on memory leaves a part above what
// watch allows, which can tell of it.
func (c *cgroups) add(limits report.Limits) (*cgroup, error) {
	name := fmt.Sprintf(groupPrefix+"%d-%d", os.Getpid(), cgroupCount.Add(1))
	group := &cgroup{folders: map[string]string{}, fd: -1}
	parents := c.apart
	if c.unified != "" {
		parents = map[string]string{"": c.unified}
	}
	for controller, parent := range parents {
		folder := filepath.Join(parent, name)
		if err := os.Mkdir(folder, 0o755); err != nil {
			group.remove()
			return nil, err
		}
		group.folders[controller] = folder
	}
	rows := []struct {
		controller, file, older string
		value                   int64
		must                    bool
	}{
		{"memory", "memory.max", "memory.limit_in_bytes", limits.Memory + limits.Memory/4, limits.Memory > 0},
		{"memory", "memory.swap.max", "memory.memsw.limit_in_bytes", 0, false},
		{"pids", "pids.max", "pids.max", limits.Processes + limits.Processes/4 + spare, limits.Processes > 0},
	}
	for _, row := range rows {
		file := filepath.Join(group.folder(row.controller), row.file)
		if c.unified == "" {
			file = filepath.Join(group.folder(row.controller), row.older)
			if row.older == "memory.memsw.limit_in_bytes" {
				row.value = limits.Memory + limits.Memory/4 // with swap; there is none beyond it
			}
		}
		if row.value == 0 && row.must || !row.must && limits.Memory == 0 {
			continue
		}
		if err := os.WriteFile(file, []byte(strconv.FormatInt(row.value, 10)), 0); err != nil && row.must {
			group.remove()
			return nil, err
		}
	}
	if c.unified != "" {
		var err error
		if group.fd, err = unix.Open(group.folders[""], unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			group.remove()
			return nil, err
		}
	}
	return group, nil
}

func (g *cgroup) folder(controller string) string {
	if folder, there := g.folders[""]; there {
		return folder
	}
	return g.folders[controller]
}

// adopt has a process born into the group, where version 2 can.
func (g *cgroup) adopt(attributes *syscall.SysProcAttr) {
	if g.fd >= 0 {
		attributes.UseCgroupFD, attributes.CgroupFD = true, g.fd
	}
}

// enter moves init into the group in version 1. It has started nothing yet: it
// waits for its orders.
func (g *cgroup) enter(pid int) error {
	if g == nil || g.fd >= 0 {
		return nil
	}
	for _, folder := range g.folders {
		if err := os.WriteFile(filepath.Join(folder, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			return err
		}
	}
	return nil
}

// kill ends every process of the group, where version 2 can.
func (g *cgroup) kill() {
	if g != nil && g.fd >= 0 {
		os.WriteFile(filepath.Join(g.folders[""], "cgroup.kill"), []byte("1"), 0)
	}
}

// outOfMemory reports whether the kernel had to end a process of the group.
func (g *cgroup) outOfMemory() bool {
	return g.counted("memory", "memory.events", "oom_kill") || g.counted("memory", "memory.oom_control", "oom_kill")
}

// whenOutOfMemory calls f once the kernel has ended a process of the group for want
// of memory: the others may not notice, and watch, which comes later, sees what is
// left. It looks until it is told to stop.
func (g *cgroup) whenOutOfMemory(f func()) (stop func()) {
	if g == nil {
		return func() {}
	}
	const pause = 20 * time.Millisecond
	stopped := make(chan struct{})
	go func() {
		for ticker := time.NewTicker(pause); ; {
			select {
			case <-stopped:
				ticker.Stop()
				return
			case <-ticker.C:
				if g.outOfMemory() {
					ticker.Stop()
					f()
					return
				}
			}
		}
	}()
	return func() { close(stopped) }
}

// outOfProcesses reports whether the kernel had to refuse one.
func (g *cgroup) outOfProcesses() bool { return g.counted("pids", "pids.events", "max") }

// counted reports whether a file of the group's counts such an event.
func (g *cgroup) counted(controller, file, event string) bool {
	if g == nil {
		return false
	}
	text, _ := os.ReadFile(filepath.Join(g.folder(controller), file))
	for line := range strings.Lines(string(text)) {
		if count, found := strings.CutPrefix(strings.TrimSpace(line), event+" "); found && count != "0" {
			return true
		}
	}
	return false
}

// peak is the most memory that the group had, in bytes; 0 if nobody knows.
func (g *cgroup) peak() int64 {
	if g == nil {
		return 0
	}
	for _, file := range []string{"memory.peak", "memory.max_usage_in_bytes"} {
		if bytes, err := strconv.ParseInt(readLine(filepath.Join(g.folder("memory"), file)), 10, 64); err == nil {
			return bytes
		}
	}
	return 0
}

// remove removes the group, which the kernel allows once its last process is gone.
func (g *cgroup) remove() {
	if g.fd >= 0 {
		unix.Close(g.fd)
		g.fd = -1
	}
	for _, folder := range g.folders {
		for range 1000 {
			if err := os.Remove(folder); !errors.Is(err, unix.EBUSY) {
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func readLine(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
