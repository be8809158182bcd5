package guard

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/pulse"
)

// explainDescriptors adds who is at the other end of what was left open.
func explainDescriptors(left found) {
	for id, leak := range left {
		name, target, _ := strings.Cut(id, " ")
		fd, err := strconv.Atoi(name)
		switch {
		case err != nil:
		case strings.HasPrefix(target, "pipe:"):
			leak.What += otherEnd(fd, target)
		case strings.HasPrefix(target, "socket:"):
			leak.What += addresses(fd)
		case strings.Contains(target, "pidfd"):
			leak.What += strings.Join(append([]string{""}, information("self", fd, "Pid")...), ", process ")
		}
		left[id] = leak
	}
}

// otherEnd tells which end of a pipe a descriptor is and who holds the other one,
// here or below.
func otherEnd(fd int, pipe string) string {
	writes := func(process string, fd int) bool { return flags(process, fd)&unix.O_ACCMODE == unix.O_WRONLY }
	this, other := "reading", "writing"
	if writes("self", fd) {
		this, other = other, this
	}
	var holders []string
	seek := func(process, holder string) {
		open := links(process)
		for _, number := range slices.Sorted(maps.Keys(open)) {
			if open[number] == pipe && writes(process, number) != (this == "writing") {
				holders = append(holders, fmt.Sprintf(holder, number))
			}
		}
	}
	seek("self", "descriptor %d")
	for _, pid := range pulse.Descendants() {
		seek(strconv.Itoa(pid), fmt.Sprintf("descriptor %%d of process %d", pid))
	}
	if len(holders) == 0 {
		holders = []string{"nobody's here"}
	}
	return fmt.Sprintf(", the %s one; the %s one is %s", this, other, strings.Join(holders, " and "))
}

// addresses tells what a socket is connected to, or where it waits.
func addresses(fd int) string {
	near, _ := unix.Getsockname(fd)
	far, err := unix.Getpeername(fd)
	listens, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	switch {
	case listens == 1:
		return ", listening at " + address(near)
	case err == nil:
		return fmt.Sprintf(", %s connected to %s", address(near), address(far))
	case bound(near):
		return ", bound to " + address(near)
	}
	return ""
}

// unnamed is what package unix shows for a Unix socket without a name, which is
// taken for an abstract one with an empty name.
const unnamed = "@"

// bound reports whether a socket has a name at all.
func bound(name unix.Sockaddr) bool {
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return name.Port != 0
	case *unix.SockaddrInet6:
		return name.Port != 0
	case *unix.SockaddrUnix:
		return name.Name != unnamed
	}
	return false
}

func address(name unix.Sockaddr) string {
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(name.Addr), uint16(name.Port)).String()
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), uint16(name.Port)).String()
	case *unix.SockaddrUnix:
		if name.Name == unnamed {
			return "an unnamed one"
		}
		return name.Name
	}
	return "an unknown address"
}
