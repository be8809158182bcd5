package session_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// ordinary is the id of a user who owns nothing and belongs to no group.
const ordinary = 60_999

// TestAbuseOfAnOrdinaryUser is TestAbuse once more, by somebody who is not root: with
// the rungs that such a user has.
func TestAbuseOfAnOrdinaryUser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	if os.Getuid() != 0 {
		t.Skip("TestAbuse is run by an ordinary user already")
	}
	home, err := os.MkdirTemp("", "ordinary")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	hand := func(name string) {
		t.Helper()
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(name, ordinary, ordinary); err != nil {
			t.Fatal(err)
		}
	}
	hand(home)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lend(t, self, filepath.Join(home, "session.test"), hand)
	for _, part := range []string{"go.mod", "go.sum", "harness"} {
		lend(t, filepath.Join("../..", part), filepath.Join(home, "dojo", part), hand)
	}
	environment := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + filepath.Join(home, "tmp"), "GOTOOLCHAIN=local", "GOPROXY=off", "GOTELEMETRY=off"}
	for _, cache := range []string{"GOCACHE", "GOMODCACHE"} {
		folder, err := exec.Command("go", "env", cache).Output()
		if err != nil {
			t.Fatal(err)
		}
		own := filepath.Join(home, strings.ToLower(cache))
		lend(t, strings.TrimSpace(string(folder)), own, hand)
		environment = append(environment, cache+"="+own)
	}
	for _, folder := range []string{"tmp", "dojo/grader/session"} {
		if err := os.MkdirAll(filepath.Join(home, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		hand(filepath.Join(home, folder))
	}
	command := exec.CommandContext(t.Context(), filepath.Join(home, "session.test"), "-test.run=^TestAbuse$", "-test.v")
	command.Dir = filepath.Join(home, "dojo", "grader", "session")
	command.Env = environment
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(output), "--- PASS: TestAbuse/") {
		t.Skip("an ordinary user has no rung here for code of strangers")
	}
}

// lend gives the user folders of their own with the same files in them: links, where
// the file system has them, which the user can read and not write.
func lend(t *testing.T, from, to string, hand func(string)) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir():
			if err := os.MkdirAll(target, 0o755); err != nil {
				return err
			}
			hand(target)
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if os.Link(name, target) == nil {
			return nil
		}
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			return nil // trimmed meanwhile
		} else if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
}
