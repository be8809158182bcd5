package guard

import (
	"os"
	"path/filepath"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// files sees what lies in the process's own temporary folder: there, nobody
// else leaves anything.
func files(o Options) found {
	all := found{}
	list(all, o.Temp)
	return all
}

// list adds the entries of a folder.
func list(all found, folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		leak := report.Leak{Kind: report.LeakFile, What: name}
		if entry.Type()&(os.ModeSocket|os.ModeNamedPipe) != 0 {
			leak.Kind = report.LeakSocket
		}
		all[name] = leak
	}
}
