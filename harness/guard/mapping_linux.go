package guard

import (
	"fmt"
	"os"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// systemFiles are where a process maps its libraries and locales from.
var systemFiles = []string{"/usr/", "/lib", "/etc/", "/opt/", "/nix/", "/gnu/"}

// mappings sees mapped files and shared memory. Private memory without a file is
// how Go itself gets its heap, so it is passed over.
func mappings(Options) found {
	all := found{}
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return all
	}
	executable, _ := os.Readlink("/proc/self/exe")
	for line := range strings.Lines(string(text)) {
		// address perms offset dev inode path (proc_pid_maps(5))
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[5][0] == '[' || fields[5] == executable || ofSystem(fields[5]) {
			continue
		}
		path := strings.Join(fields[5:], " ")
		all[fields[0]+" "+path] = report.Leak{What: fmt.Sprintf("%s is mapped at %s (%s)", path, fields[0], fields[1])}
	}
	return all
}

func ofSystem(path string) bool {
	for _, prefix := range systemFiles {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
