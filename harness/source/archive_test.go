package source_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/harness/sandbox"
	"github.com/concurrency-dojo/dojo/harness/source"
)

// member is a file of an archive.
type member struct {
	name, text string
	kind       byte // of a tar; 0 is a regular file
}

const answer = "package lock\n"

func zipped(t *testing.T, members []member) []byte {
	var text bytes.Buffer
	archive := zip.NewWriter(&text)
	for _, m := range members {
		w, err := archive.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(m.text))
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func tarred(t *testing.T, members []member) []byte {
	var text bytes.Buffer
	archive := tar.NewWriter(&text)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Mode: 0o644, Size: int64(len(m.text)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if m.kind != 0 {
			header.Typeflag, header.Linkname, header.Size = m.kind, m.text, 0
		}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			archive.Write([]byte(m.text))
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func gzipped(t *testing.T, members []member) []byte {
	var text bytes.Buffer
	w := gzip.NewWriter(&text)
	w.Write(tarred(t, members))
	w.Close()
	return text.Bytes()
}

var formats = map[string]func(*testing.T, []member) []byte{"zip": zipped, "tar": tarred, "tar.gz": gzipped}

func TestArchivesAreTaken(t *testing.T) {
	for format, pack := range formats {
		for why, members := range map[string][]member{
			"a copy of the project":            {{name: "katas/sync/lock/lock.go", text: answer}, {name: "README.md", text: "read"}},
			"all of it in one folder":          {{name: "dojo-main/katas/sync/lock/lock.go", text: answer}},
			"only the katas":                   {{name: "./sync/lock/lock.go", text: answer}},
			"the files of one kata":            {{name: "lock.go", text: answer}},
			"links and so on that are no code": {{name: "lock.go", text: answer}, {name: "image", text: "/etc/passwd", kind: tar.TypeSymlink}},
		} {
			if format == "zip" && strings.HasPrefix(why, "links") {
				continue
			}
			t.Run(format+" of "+why, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "alice."+format)
				if err := os.WriteFile(file, pack(t, members), 0o644); err != nil {
					t.Fatal(err)
				}
				s, err := source.Submission(file, t.TempDir(), []string{lock}, sandbox.Trusted)
				if err != nil || string(s.Answers[lock].Files["lock.go"]) != answer || len(s.Answers[lock].Files) != 1 {
					t.Errorf("%+v, %v", s, err)
				}
			})
		}
	}
}

func TestHostileArchivesAreRefusedByName(t *testing.T) {
	many := []member{{name: "lock.go", text: answer}}
	for n := range 20_001 {
		many = append(many, member{name: fmt.Sprintf("f%d", n)})
	}
	for _, c := range []struct {
		why, format string
		members     []member
		says        string
	}{
		{"a path upwards", "zip", []member{{name: "../lock.go", text: answer}}, `"../lock.go": this leads out`},
		{"a path upwards in the middle", "tar", []member{{name: "a/../../lock.go", text: answer}}, "this leads out"},
		{"a path from the root", "tar.gz", []member{{name: "/tmp/lock.go", text: answer}}, "this leads out"},
		{"a path of another system", "zip", []member{{name: `a\..\lock.go`, text: answer}}, "backslash"},
		{"two of a name", "zip", []member{{name: "lock.go", text: answer}, {name: "lock.go", text: "package other\n"}}, `"lock.go": there are two`},
		{"two of a name, differently spelt", "tar", []member{{name: "lock.go", text: answer}, {name: "./lock.go", text: "package other\n"}}, "there are two"},
		{"a link", "tar", []member{{name: "lock.go", text: "/etc/passwd", kind: tar.TypeSymlink}}, `"lock.go": this is not a regular file`},
		{"a second name of a file", "tar", []member{{name: "lock.go", text: "/etc/passwd", kind: tar.TypeLink}}, "not a regular file"},
		{"a device", "tar.gz", []member{{name: "lock.go", kind: tar.TypeChar}}, "not a regular file"},
		{"a FIFO", "tar", []member{{name: "lock.go", kind: tar.TypeFifo}}, "not a regular file"},
		{"a bomb", "zip", []member{{name: "lock.go", text: strings.Repeat("\x00", 50<<20)}}, "times larger"},
		{"too many", "zip", many, "more than 20000 entries"},
		{"too deep", "tar", []member{{name: strings.Repeat("d/", 40) + "lock.go", text: answer}}, "folders deep"},
		{"an archive in an archive", "zip", []member{{name: "lock.zip", text: string(zipped(t, []member{{name: "lock.go", text: answer}}))}}, "holds no answer"},
	} {
		t.Run(c.why, func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, "mallory")
			if err := os.WriteFile(file, formats[c.format](t, c.members), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := source.Submission(file, filepath.Join(folder, "in"), []string{lock}, sandbox.Trusted)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v, %v; want %q", s, err, c.says)
			}
			if _, err := os.Stat(filepath.Join(folder, "lock.go")); err == nil {
				t.Error("it got out")
			}
		})
	}
	t.Run("too large when unpacked", func(t *testing.T) {
		// Only the file's beginning is ever there.
		file := filepath.Join(t.TempDir(), "bomb.tar.gz")
		var text bytes.Buffer
		w, _ := gzip.NewWriterLevel(&text, gzip.BestSpeed)
		archive := tar.NewWriter(w)
		archive.WriteHeader(&tar.Header{Name: "zero", Mode: 0o644, Size: 1 << 30})
		zero := make([]byte, 1<<20)
		for range 300 {
			archive.Write(zero)
		}
		w.Close()
		os.WriteFile(file, text.Bytes(), 0o644)
		if _, err := source.Submission(file, t.TempDir(), []string{lock}, sandbox.Trusted); err == nil || !strings.Contains(err.Error(), "256 MiB") {
			t.Error(err)
		}
	})
	for why, text := range map[string]string{"empty": "", "cut off": string(zipped(t, []member{{name: "lock.go", text: answer}})[:60]), "something else": "%PDF-1.4 and so on"} {
		t.Run(why, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "mallory")
			os.WriteFile(file, []byte(text), 0o644)
			if _, err := source.Submission(file, t.TempDir(), []string{lock}, sandbox.Trusted); err == nil || !strings.Contains(err.Error(), "mallory: it is") {
				t.Error(err)
			}
		})
	}
}

func TestRepositoriesAreTakenAtARevision(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	base := t.TempDir()
	work, bare, mark := filepath.Join(base, "work"), filepath.Join(base, "bare.git"), filepath.Join(base, "mark")
	run := func(arguments ...string) string {
		t.Helper()
		command := exec.Command("git", arguments...)
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", arguments, err, output)
		}
		return strings.TrimSpace(string(output))
	}
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run("init", "-q", work)
	write("katas/sync/lock/lock.go", answer+"// first\n")
	// Filters run what they like in whoever checks out.
	write(".gitattributes", "*.go filter=evil ident export-subst\n")
	run("-C", work, "add", ".")
	run("-C", work, "commit", "-qm", "first")
	first := run("-C", work, "rev-parse", "HEAD")
	write("katas/sync/lock/lock.go", answer+"// second\n")
	run("-C", work, "commit", "-qam", "second")
	run("clone", "-q", "--bare", work, bare)
	for _, repository := range []string{bare, filepath.Join(work, ".git")} {
		run("--git-dir="+repository, "config", "filter.evil.smudge", "touch "+mark)
		run("--git-dir="+repository, "config", "core.fsmonitor", "touch "+mark)
		hook := filepath.Join(repository, "hooks", "post-checkout")
		os.MkdirAll(filepath.Dir(hook), 0o755)
		os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+mark+"\n"), 0o755)
	}
	write("katas/sync/lock/lock.go", answer+"// not committed\n")

	for _, step := range sandbox.Ladder() {
		if step.Lacks != "" {
			continue
		}
		box, err := sandbox.On(step.Rung)
		if err != nil {
			t.Fatal(err)
		}
		for from, comment := range map[string]string{
			bare: "// second\n", bare + "@" + first: "// first\n", work + "@HEAD~1": "// first\n", work: "// not committed\n",
		} {
			s, err := source.Submission(from, t.TempDir(), []string{lock}, box)
			if got := string(s.Answers[lock].Files["lock.go"]); err != nil || got != answer+comment {
				t.Errorf("%s, %s: %q, %v", step.Rung, from, got, err)
			}
		}
		for _, from := range []string{bare + "@nothing", bare + "@--output=" + mark} {
			if s, err := source.Submission(from, t.TempDir(), []string{lock}, box); err == nil {
				t.Errorf("%s: %+v", from, s)
			}
		}
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the repository ran a program of its own")
	}
}
