//go:build linux

package descriptors_test

import (
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/katas/process/descriptors"
)

// scenes are what a caller may play. Each opens and closes by itself, returns what
// is wrong, and leaves nothing open.
var scenes = map[string]func() error{
	"begin":       beginning,
	"scarce":      scarce,
	"strangers":   strangers,
	"lowest":      lowest,
	"exhausted":   exhausted,
	"count":       count,
	"closeonexec": closeOnExec,
	"raise":       raise,
}

// null opens /dev/null n times.
func null(n int) (open []int) {
	for range n {
		fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return open
		}
		open = append(open, fd)
	}
	return open
}

// at opens /dev/null under a number, not close-on-exec.
func at(number int) int {
	for _, fd := range null(1) {
		unix.Dup3(fd, number, 0)
		unix.Close(fd)
	}
	return number
}

func closeAll(open ...int) {
	for _, fd := range open {
		unix.Close(fd)
	}
}

// unchanged compares what is open with what was open before.
func unchanged(before map[int]string, by string) error {
	if after := table(); !maps.Equal(before, after) {
		return fmt.Errorf("before %s the process had the descriptors %v, after it %v", by, before, after)
	}
	return nil
}

// expectLowest compares Lowest with what the kernel gives out next. It asks twice,
// as an answer that keeps a descriptor gets another the second time.
func expectLowest(when string) error {
	before := table()
	for range 2 {
		next := null(1)
		closeAll(next...)
		if len(next) == 0 {
			return errors.New("the spec itself can open nothing: " + when)
		}
		got, err := descriptors.Lowest()
		if err != nil || got != next[0] {
			return fmt.Errorf("%s: Lowest returned %d and the error %v, and the next descriptor was %d", when, got, err, next[0])
		}
		if err := unchanged(before, "Lowest"); err != nil {
			return err
		}
	}
	return nil
}

func lowest() error {
	open := null(12)
	defer closeAll(open...)
	err := expectLowest("nothing was closed")
	for _, i := range []int{8, 3, 5} {
		unix.Close(open[i])
		err = errors.Join(err, expectLowest(fmt.Sprintf("%d was closed", open[i])))
	}
	open[8] = null(1)[0]
	err = errors.Join(err, expectLowest("the lowest was taken again"))
	input, failed := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 100)
	if failed != nil {
		return failed
	}
	unix.Close(0)
	err = errors.Join(err, expectLowest("standard input was closed"))
	unix.Dup3(input, 0, 0)
	unix.Close(input)
	return err
}

func exhausted() error {
	above := at(150)
	const soft = 100
	limit(soft)
	open := append(null(most), above)
	defer func() { closeAll(open...) }()
	before := table()
	for range 2 {
		if got, err := descriptors.Lowest(); !errors.Is(err, unix.EMFILE) {
			return fmt.Errorf("no number below the limit was free, and Lowest returned %d and the error %v", got, err)
		}
		if err := unchanged(before, "Lowest, with no number free,"); err != nil {
			return err
		}
	}
	last := open[len(open)-2]
	unix.Close(last)
	err := expectLowest("only the highest number below the limit was free")
	unix.Close(open[4])
	err = errors.Join(err, expectLowest("two were free"))
	limit(most)
	open = append(open, null(2)...)
	return errors.Join(err, expectLowest("the limit was raised again"))
}

// expectCount compares Count with the number of descriptors that answer fstat(2).
func expectCount(when string) error {
	before := table()
	for range 2 {
		if got, err := descriptors.Count(); err != nil || got != len(before) {
			return fmt.Errorf("%s: Count returned %d and the error %v, and %d are open: %v",
				when, got, err, len(before), slices.Sorted(maps.Keys(before)))
		}
		if err := unchanged(before, "Count"); err != nil {
			return err
		}
	}
	return nil
}

func count() error {
	err := expectCount("at the beginning")
	open := null(9)
	defer func() { closeAll(open...) }()
	err = errors.Join(err, expectCount("nine more were opened"))
	closeAll(open[2], open[5])
	err = errors.Join(err, expectCount("two in between were closed"))
	open = append(open, at(150))
	err = errors.Join(err, expectCount("a high number was opened"))
	limit(100)
	err = errors.Join(err, expectCount("the limit was lowered below a number that is open"))
	limitForGood(100)
	err = errors.Join(err, expectCount("the hard limit was lowered, too"))

	open = append(open, null(most)...)
	before := table()
	if got, failed := descriptors.Count(); failed == nil && got != len(before) {
		err = errors.Join(err, fmt.Errorf("no number was free, and Count returned %d without an error, and %d are open", got, len(before)))
	}
	return errors.Join(err, unchanged(before, "Count, with no number free,"))
}

func closeOnExec() error {
	low := null(6)
	open := []int{at(40), at(41), at(43), at(60), at(150)}
	defer func() { closeAll(append(open, low...)...) }()
	unix.FcntlInt(60, unix.F_SETFL, unix.O_NONBLOCK|unix.O_APPEND)
	closeAll(low[2])
	unix.FcntlInt(uintptr(low[4]), unix.F_SETFD, 0)
	limitForGood(100)

	before, marks, flags := table(), map[int]int{}, map[int]int{}
	for fd := range before {
		marks[fd], _ = unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		flags[fd], _ = unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	}
	for _, from := range []int{200, 41, 3, 0} {
		if err := descriptors.CloseOnExec(from); err != nil {
			return fmt.Errorf("CloseOnExec(%d) returned the error %v", from, err)
		}
		if err := unchanged(before, "CloseOnExec"); err != nil {
			return err
		}
		for fd := range before {
			mark, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			if fd >= from && mark != unix.FD_CLOEXEC {
				return fmt.Errorf("CloseOnExec(%d) did not mark %d", from, fd)
			}
			if fd < from && mark != marks[fd] {
				return fmt.Errorf("CloseOnExec(%d) changed the mark of %d to %d", from, fd, mark)
			}
			if now, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); now != flags[fd] {
				return fmt.Errorf("CloseOnExec(%d) changed the flags of %d from %#o to %#o", from, fd, flags[fd], now)
			}
		}
	}
	return nil
}

func raise() error {
	for _, soft := range []uint64{0, 32} {
		// The first time, nobody but the runtime has touched the limit.
		if soft > 0 {
			limit(soft)
		}
		for range 2 {
			got, err := descriptors.Raise()
			var now unix.Rlimit
			if failed := unix.Prlimit(0, unix.RLIMIT_NOFILE, nil, &now); failed != nil {
				return failed
			}
			if err != nil || got != most || now.Cur != most || now.Max != most {
				return fmt.Errorf("the hard limit was %d: Raise returned %d and the error %v, and the limits are %d (soft) and %d (hard)",
					most, got, err, now.Cur, now.Max)
			}
			child, err := exec.Command("sh", "-c", "ulimit -S -n; ulimit -H -n").Output()
			if want := fmt.Sprintf("%d %d", most, most); err != nil || strings.Join(strings.Fields(string(child)), " ") != want {
				return fmt.Errorf("a child has the limits %q (soft and hard) and the error %v, want %q", child, err, want)
			}
		}
	}
	return nil
}
