package session_test

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/session"
	"github.com/concurrency-dojo/dojo/harness/pulse"
	"github.com/concurrency-dojo/dojo/harness/run"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

var (
	update = flag.Bool("update", false, "write docs/abuse.md")
	only   = flag.String("only", "", "grade the attacks only whose names match")
)

// TestTheTableOfAbuseIsTheCorpus holds docs/abuse.md to what TestAbuse tries.
func TestTheTableOfAbuseIsTheCorpus(t *testing.T) {
	var text bytes.Buffer
	text.WriteString(`# What hostile answers do, and what each yields

Generated from harness/testdata/abuse: go test ./grader/session -run Table -update

Each row is an answer that is graded, as one submission of all of them, on every rung of
the sandbox that holds code of strangers and that the machine offers, by root and by an
ordinary user: go test ./grader/session -run Abuse. It must get one of the verdicts
named, its other spec must pass, and nothing of it may be left on the machine. Where a
rung lacks the wall, other verdicts may be asked for, or none, and the scorecard says
what is missing ("no wall"). Rungs landlock and none are refused for submissions,
unless one says --trust.

| group | answer |`)
	rungs := strangers()
	for _, rung := range rungs {
		fmt.Fprintf(&text, " %s |", rung)
	}
	text.WriteString("\n|---|---|" + strings.Repeat("---|", len(rungs)) + "\n")
	for _, one := range abuses(t, "", "") {
		fmt.Fprintf(&text, "| %s | %s |", strings.ReplaceAll(one.group, "_", " "), one.name)
		for _, rung := range rungs {
			fmt.Fprintf(&text, " %s |", one.yields(rung))
		}
		text.WriteString("\n")
	}
	const file = "../../docs/abuse.md"
	if *update {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := os.ReadFile(file); err != nil || !bytes.Equal(there, text.Bytes()) {
		t.Errorf("docs/abuse.md is not the corpus': go test ./grader/session -run Table -update (%v)", err)
	}
}

// TestAbuse grades the whole corpus as one submission, on every rung that this
// machine offers for code of strangers.
func TestAbuse(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("the answers"), 0o600); err != nil {
		t.Fatal(err)
	}
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	t.Setenv("SECRET_TOKEN", "x")
	all := slices.DeleteFunc(abuses(t, secret, host.Addr().String()), func(a abused) bool {
		return !regexp.MustCompile(*only).MatchString(a.name)
	})
	tree, submission, katas := layAbuses(t, all)
	toolchain, err := run.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, kata := range katas {
		ids = append(ids, kata.ID)
	}
	compiled := false
	for _, step := range sandbox.Ladder() {
		t.Run(step.Rung.String(), func(t *testing.T) {
			if step.Lacks != "" || !step.Rung.ForStrangers() {
				t.Skip(step.Lacks)
			}
			box, err := sandbox.On(step.Rung)
			if err != nil {
				t.Fatal(err)
			}
			src, err := source.Submission(submission, t.TempDir(), ids, box)
			if err != nil {
				t.Fatal(err)
			}
			before := leftovers(t)
			if compiled {
				// What it is run in is what differs: the compiler need not do all again.
				src.Kind = source.KindWrong
			}
			compiled = true
			cards, err := session.Grade(t.Context(), src, katas, run.Options{
				Root: tree, Toolchain: toolchain, Sandbox: box, Repeat: 1, Seed: 1000, Parallel: 10,
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, card := range cards {
				if complaint := all[i].check(step.Rung, card); complaint != "" {
					t.Errorf("%s %s: %s", all[i].group, all[i].name, complaint)
				}
			}
			if after := leftovers(t); after != before {
				t.Errorf("left behind, before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
	// This process is the grader.
	if peak := pulse.Peak(); peak > 200<<20 {
		t.Errorf("the grader needed %d MiB", peak>>20)
	}
}

// leftovers lists what a program of a submission could leave on this machine:
// processes, mounts, cgroups, temporary files of the grader's and IPC objects.
func leftovers(t *testing.T) string {
	t.Helper()
	var all []string
	add := func(kind, pattern string, is func(string) bool) {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			if is == nil || is(name) {
				all = append(all, kind+" "+name)
			}
		}
	}
	add("process", "/proc/[0-9]*", func(name string) bool {
		line, _ := os.ReadFile(name + "/cmdline")
		return bytes.Contains(line, []byte("dojo-init")) && ours(name) || bytes.HasPrefix(line, []byte("sleep\x00300"))
	})
	add("cgroup", fmt.Sprintf("/sys/fs/cgroup/dojo-%d-*", os.Getpid()), nil)
	add("cgroup", fmt.Sprintf("/sys/fs/cgroup/*/dojo-%d-*", os.Getpid()), nil)
	add("file", "/dev/shm/left", nil)
	add("file", "/tmp/left", nil)
	mounts, _ := os.ReadFile("/proc/self/mounts")
	all = append(all, fmt.Sprint(bytes.Count(mounts, []byte("\n")), " mounts"))
	for _, kind := range []string{"shm", "sem", "msg"} {
		table, _ := os.ReadFile("/proc/sysvipc/" + kind)
		all = append(all, fmt.Sprint(bytes.Count(table, []byte("\n")), " of ", kind))
	}
	return strings.Join(all, "\n")
}

// ours reports whether a process is a child of this one; other gradings may go on
// beside the test.
func ours(process string) bool {
	status, _ := os.ReadFile(process + "/status")
	return bytes.Contains(status, fmt.Appendf(nil, "\nPPid:\t%d\n", os.Getpid()))
}
