package guard

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// systemFolders are where a process maps its libraries and locales from.
var systemFolders = []string{"/usr/", "/lib", "/etc/", "/opt/", "/nix/", "/gnu/"}

// mappings sees mapped files and shared memory. Private memory without a file is
// how Go itself gets its heap, so it is passed over.
func mappings(o Options) found {
	all := found{}
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return all
	}
	executable, _ := os.Readlink("/proc/self/exe")
	temp, _ := filepath.EvalSymlinks(o.Temp)
	for line := range strings.Lines(string(text)) {
		// address perms offset dev inode path (proc_pid_maps(5))
		fields := strings.Fields(line)
		if len(fields) < 6 {
			continue
		}
		path := strings.Join(fields[5:], " ")
		if path[0] == '[' || path == executable || ofSystem(path, fields[1], temp) {
			continue
		}
		all[fields[0]+" "+path] = report.Leak{What: fmt.Sprintf("%s is mapped at %s (%s)", path, fields[0], fields[1])}
	}
	return all
}

// ofSystem reports whether a mapping is how a process gets its libraries. The
// specs' own folder may lie below a system's too, and nobody shares a library.
func ofSystem(path, permissions, temp string) bool {
	return strings.HasSuffix(permissions, "p") &&
		!(temp != "" && strings.HasPrefix(path, temp+"/")) &&
		slices.ContainsFunc(systemFolders, func(folder string) bool { return strings.HasPrefix(path, folder) })
}
