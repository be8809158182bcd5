package attest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/attest/secret"
	"github.com/concurrency-dojo/dojo/harness/report"
)

// roleVariable makes the test binary be a graded process instead of testing.
const roleVariable = "DOJO_TEST_ROLE"

func TestMain(m *testing.M) {
	if role, ok := map[string]func(){"confess": confess, "wait": waitForever}[os.Getenv(roleVariable)]; ok {
		role()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// confession is what a graded process finds out about itself.
type confession struct {
	Variable bool
	// Links and Closing tell of each descriptor where it leads, and whether
	// exec closes it.
	Links   map[int]string
	Closing map[int]bool
	// Inherited is where the descriptors of a child process lead.
	Inherited string
	Plan      Plan
	Again     bool
}

// confess looks around as a submission could, and says one event.
func confess() {
	c := confession{Links: map[int]string{}, Closing: map[int]bool{}}
	_, c.Variable = os.LookupEnv(secret.Variable)
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		fd, _ := strconv.Atoi(entry.Name())
		if link, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil {
			flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			c.Links[fd], c.Closing[fd] = link, flags&unix.FD_CLOEXEC != 0
		}
	}
	listing, err := exec.Command("ls", "-l", "/proc/self/fd").CombinedOutput()
	c.Inherited = string(listing)
	if err != nil {
		c.Inherited = err.Error()
	}
	w, ok, err := Open()
	if !ok || err != nil {
		fmt.Println(ok, err)
		os.Exit(1)
	}
	c.Plan = w.Plan
	_, c.Again, _ = Open()
	json.NewEncoder(os.Stdout).Encode(c)
	if err := w.Emit(Event{Kind: Ready}); err != nil {
		os.Exit(1)
	}
}

// waitForever says that it is there, and waits for what never comes.
func waitForever() {
	w, _, _ := Open()
	w.Emit(Event{Kind: Ready})
	select {}
}

// graded is a process with the descriptors that a parent gives it.
type graded struct {
	command           *exec.Cmd
	events, leash     *os.File
	secretID, eventID string
	leashID           string
}

// grade starts this binary in a role; limit is what sh's ulimit -n is told.
func grade(t *testing.T, role, limit string, plan Plan, output io.Writer) *graded {
	t.Helper()
	// Far beyond what any machine needs: it only ends a test that would hang.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	secretRead, secretWrite := pipe(t)
	events, eventsWrite := pipe(t)
	leashRead, leash := pipe(t)
	g := &graded{events: events, leash: leash, secretID: link(t, secretRead), eventID: link(t, events), leashID: link(t, leash)}
	g.command = exec.CommandContext(ctx, "sh", "-c", "ulimit -n "+limit+` && exec "$0"`, self)
	g.command.Env = append(os.Environ(), roleVariable+"="+role, secret.Variable+"=1", "GORACE=atexit_sleep_ms=0")
	g.command.ExtraFiles = []*os.File{secretRead, eventsWrite, leashRead}
	g.command.Stdout, g.command.Stderr = output, os.Stderr
	if err := g.command.Start(); err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(testKey, plan)
	if err != nil {
		t.Fatal(err)
	}
	secretWrite.Write(sealed)
	for _, end := range []*os.File{secretWrite, secretRead, eventsWrite, leashRead} {
		end.Close()
	}
	return g
}

func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

// link names a pipe as every process sees it: "pipe:[inode]".
func link(t *testing.T, file *os.File) string {
	t.Helper()
	var name string
	raw, err := file.SyscallConn()
	if err == nil {
		raw.Control(func(fd uintptr) { name, err = os.Readlink(filepath.Join("/proc/self/fd", strconv.Itoa(int(fd)))) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDescriptorsAreOutOfReach(t *testing.T) {
	for _, c := range []struct {
		why, limit string
		lowest     int
	}{
		{"what a machine gives by default", "1024", 900},
		{"macOS gives 256, and some CI machines do", "256", 200},
		{"a kata may be run with very few", "100", 50},
		{"where there is no room above, they at least do not reach children", "40", 0},
	} {
		t.Run("ulimit "+c.limit, func(t *testing.T) {
			plan := Plan{Kata: "sync/lock", Specs: []string{"sync/lock:waits"}, Seed: 7, Limits: report.DefaultLimits, RaceLog: "/tmp/log", PrivateIPC: true}
			var output strings.Builder
			g := grade(t, "confess", c.limit, plan, &output)
			events, err := heard(NewReader(testKey, g.events))
			if err != io.EOF || len(events) != 1 || events[0].Kind != Ready {
				t.Errorf("events: %+v, %v", events, err)
			}
			if err := g.command.Wait(); err != nil {
				t.Fatalf("%v: %s", err, output.String())
			}
			var seen confession
			if err := json.Unmarshal([]byte(output.String()), &seen); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(seen.Plan, plan) {
				t.Errorf("plan %+v, want %+v", seen.Plan, plan)
			}
			if seen.Variable {
				t.Errorf("%s is still in the environment", secret.Variable)
			}
			if seen.Again {
				t.Error("the secret can be taken twice")
			}
			g.check(t, seen, c.lowest, c.why)
		})
	}
}

// check tells what the process found of its three descriptors.
func (g *graded) check(t *testing.T, seen confession, lowest int, why string) {
	t.Helper()
	found := map[string][]int{}
	for _, fd := range slices.Sorted(maps.Keys(seen.Links)) {
		found[seen.Links[fd]] = append(found[seen.Links[fd]], fd)
	}
	if fds := found[g.secretID]; len(fds) != 0 {
		t.Errorf("the secret can still be read at %v", fds)
	}
	for name, id := range map[string]string{"event pipe": g.eventID, "leash": g.leashID} {
		fds := found[id]
		if len(fds) != 1 || fds[0] < lowest || !seen.Closing[fds[0]] {
			t.Errorf("the %s is at %v (close on exec: %v), want one from %d on that exec closes: %s", name, fds, seen.Closing, lowest, why)
		}
		if strings.Contains(seen.Inherited, id) {
			t.Errorf("a child process has the %s:\n%s", name, seen.Inherited)
		}
	}
	// Its own standard input shows that the child could look.
	if !strings.Contains(seen.Inherited, "0 ->") {
		t.Errorf("the child process saw nothing: %s", seen.Inherited)
	}
}

func TestProcessEndsWhenItsLeashIsClosed(t *testing.T) {
	g := grade(t, "wait", "1024", Plan{Kata: "sync/lock"}, os.Stderr)
	if event, err := NewReader(testKey, g.events).Next(); err != nil || event.Kind != Ready {
		t.Fatalf("%+v, %v", event, err)
	}
	g.leash.Close()
	err := g.command.Wait()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("ended with %v, want exit status 1", err)
	}
}

func TestPlainProcessIsNotGraded(t *testing.T) {
	if w, ok, err := Open(); w != nil || ok || err != nil {
		t.Errorf("Open = %v, %v, %v in a test that nobody grades", w, ok, err)
	}
}
