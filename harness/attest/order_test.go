package attest_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/attest"
	"github.com/concurrency-dojo/dojo/harness/attest/secret"
)

const module = "github.com/concurrency-dojo/dojo"

// thief reads the secret while its package is initialised. It imports as little
// as a submission can, since that is initialised first.
const thief = `package thief

import "syscall"

var Loot string

func init() {
	if _, announced := syscall.Getenv("` + secret.Variable + `"); announced {
		Loot = "variable "
	}
	buffer := make([]byte, 4096)
	if n, _ := syscall.Read(3, buffer); n > 0 {
		Loot += string(buffer[:n])
	}
}
`

const victim = `package main

import (
	"os"

	"` + module + `/harness/attest"
	"` + module + `/THIEF"
)

func main() {
	w, ok, err := attest.Open()
	if !ok || err != nil {
		os.Stdout.WriteString("robbed: " + thief.Loot)
		return
	}
	os.Stdout.WriteString("kept for " + w.Plan.Kata + ": " + thief.Loot)
}
`

// The compiler decides in which order packages are initialised, so nothing less
// than a build shows that the secret is gone before a submission can look.
func TestSecretIsTakenBeforeAnySubmissionIsInitialised(t *testing.T) {
	for _, c := range []struct{ why, folder, says string }{
		{"no folder of a kata sorts before the first track", "katas/aaa/thief", "kept for sync/lock: "},
		{"this one sorts before the harness: it shows that the thief is able", "aaa/thief", "robbed: variable "},
	} {
		t.Run(c.folder, func(t *testing.T) {
			says := robbery(t, c.folder)
			if !strings.HasPrefix(says, c.says) || strings.HasPrefix(c.says, "kept") && says != c.says {
				t.Errorf("the process says %q, want %q: %s", says, c.says, c.why)
			}
		})
	}
}

// robbery builds the victim with the thief in a folder of the module, runs it as
// a graded process and returns what it says.
func robbery(t *testing.T, folder string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	replace := map[string]string{}
	for shown, text := range map[string]string{
		folder + "/thief.go": thief,
		"graded/main.go":     strings.ReplaceAll(victim, "THIEF", folder),
	} {
		file := filepath.Join(temp, strings.ReplaceAll(shown, "/", "-"))
		write(t, file, []byte(text))
		replace[filepath.Join(root, shown)] = file
	}
	overlay, _ := json.Marshal(map[string]any{"Replace": replace})
	write(t, filepath.Join(temp, "overlay.json"), overlay)
	binary := filepath.Join(temp, "victim")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "-overlay", filepath.Join(temp, "overlay.json"), "-buildvcs=false", "./graded")
	build.Dir = root
	build.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}

	sealed, err := attest.Seal(make([]byte, attest.KeySize), attest.Plan{Kata: "sync/lock"})
	if err != nil {
		t.Fatal(err)
	}
	secretRead, secretWrite, err := os.Pipe()
	eventsRead, eventsWrite, err2 := os.Pipe()
	leashRead, leash, err3 := os.Pipe()
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	secretWrite.Write(sealed)
	secretWrite.Close()
	defer func() {
		for _, end := range []*os.File{secretRead, eventsRead, eventsWrite, leashRead, leash} {
			end.Close()
		}
	}()
	command := exec.CommandContext(ctx, binary)
	command.Env = append(os.Environ(), secret.Variable+"=1")
	command.ExtraFiles = []*os.File{secretRead, eventsWrite, leashRead}
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return string(output)
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
