package guard

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// state sees what the whole process shares and a spec must hand back as it was:
// the working directory, the environment, GOMAXPROCS, and what attributes adds
// for this system (umask, limits, signal dispositions).
func state(Options) found {
	all := found{}
	note := func(name, value string) {
		all[name+"="+value] = report.Leak{What: fmt.Sprintf("%s is now %s", name, value)}
	}
	folder, err := os.Getwd()
	if err != nil {
		folder = err.Error()
	}
	note("the working directory", folder)
	note("GOMAXPROCS", fmt.Sprint(runtime.GOMAXPROCS(0)))
	environment := os.Environ()
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		note("the environment variable "+name, value)
	}
	note("the number of environment variables", fmt.Sprint(len(environment)))
	attributes(note)
	return all
}

// original is the state that the process started with.
var original struct {
	folder      string
	environment []string
	threads     int
}

// remember keeps the state that restore goes back to. Setting GOMAXPROCS, even to
// what it is, ends that the runtime adapts it to the cgroup's limit, which would
// look as if the spec had changed it.
func remember() {
	original.threads = runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(original.threads)
	original.folder, _ = os.Getwd()
	original.environment = os.Environ()
}

// restore brings back what can be brought back in place.
func restore(found) {
	os.Chdir(original.folder)
	runtime.GOMAXPROCS(original.threads)
	os.Clearenv()
	for _, variable := range original.environment {
		name, value, _ := strings.Cut(variable, "=")
		os.Setenv(name, value)
	}
	restoreAttributes()
}
