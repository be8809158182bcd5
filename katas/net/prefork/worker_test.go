//go:build linux

package prefork_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/prefork"
)

// worker is a process that serves. With the path of a station as its argument, it comes
// by there first and is told whether to, and says there what Serve has returned.
var worker = spec.Child("prefork/worker", func(arguments []string) int {
	var door net.Conn
	if len(arguments) > 0 {
		if door = permitted(arguments[0]); door == nil {
			return 1
		}
		defer door.Close()
	}
	err := prefork.Serve(handle)
	if door != nil {
		fmt.Fprint(door, err)
	}
	if err != nil {
		return 2
	}
	return 0
})

// master is a process with three workers of this command. It says at which address, and
// does nothing more until it is killed.
var master = spec.Child("prefork/master", func(command []string) int {
	m, err := prefork.Start("127.0.0.1:0", prefork.Config{Workers: 3, Command: command})
	if err != nil {
		return 1
	}
	fmt.Println(m.Addr())
	io.Copy(io.Discard, os.Stdin)
	return 0
})

// What a client sends first: a line. The answer is a line that begins with the worker's
// pid.
const (
	// ask wants the answer only.
	ask = "ask"
	// hold stays until the client sends another line, which is answered by farewell.
	hold = "hold"
	// holdDeaf is hold, and the worker ignores the signals by which one asks a
	// process to end.
	holdDeaf = "hold-deaf"
	// holdFiles is hold, and the answer goes on with how many sockets and pipes the
	// worker has.
	holdFiles = "hold-files"
	// holdBreed is hold, and the worker starts a process that never ends. The answer
	// goes on with its pid and what sockets and pipes it has.
	holdBreed = "hold-breed"
	// shout is ask, and before it the worker writes a line to standard output and one
	// to standard error.
	shout = "shout"
)

const farewell = "done\n"

func handle(conn net.Conn) {
	lines := bufio.NewReader(conn)
	line, err := lines.ReadString('\n')
	if err != nil {
		return
	}
	verb := strings.TrimSuffix(line, "\n")
	about := ""
	switch verb {
	case holdDeaf:
		signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	case holdFiles:
		about = fmt.Sprint(" ", len(channels("self")))
	case holdBreed:
		child := exec.Command("sleep", "1000")
		if child.Start() != nil {
			return
		}
		about = fmt.Sprint(" ", child.Process.Pid, " ", strings.Join(channels(fmt.Sprint(child.Process.Pid)), " "))
	case shout:
		fmt.Fprintln(os.Stdout, "to standard output")
		fmt.Fprintln(os.Stderr, "to standard error")
	}
	fmt.Fprintf(conn, "%d%s\n", os.Getpid(), about)
	if verb == ask || verb == shout {
		return
	}
	if _, err := lines.ReadString('\n'); err == nil {
		io.WriteString(conn, farewell)
	}
}

// channels returns the sockets and pipes that a process has open, by its name in /proc.
func channels(process string) (found []string) {
	links, _ := filepath.Glob("/proc/" + process + "/fd/*")
	for _, link := range links {
		target, _ := os.Readlink(link)
		if strings.HasPrefix(target, "socket:") || strings.HasPrefix(target, "pipe:") {
			found = append(found, target)
		}
	}
	return found
}

// permitted asks at a station whether this process is to serve, and returns the
// connection to it if so.
func permitted(path string) net.Conn {
	door, err := net.Dial("unix", path)
	if err != nil {
		return nil
	}
	if said, _ := io.ReadAll(door); string(said) != "serve" {
		door.Close()
		return nil
	}
	return door
}
