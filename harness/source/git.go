package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/sandbox"
)

// revision splits "repository@revision". Without a revision, a bare repository is
// taken at its HEAD, and a working copy as it lies there.
func revision(from string) (repository, revision string, is bool) {
	if _, err := os.Stat(from); err == nil {
		return from, "HEAD", isBare(from)
	}
	at := strings.LastIndexByte(from, '@')
	if at < 1 || at == len(from)-1 {
		return from, "", false
	}
	repository, revision = from[:at], from[at+1:]
	if isBare(repository) {
		return repository, revision, true
	}
	// In a linked working copy .git is a file.
	if _, err := os.Stat(filepath.Join(repository, ".git")); err == nil {
		return filepath.Join(repository, ".git"), revision, true
	}
	return from, "", false
}

func isBare(folder string) bool {
	for _, part := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(folder, part)); err != nil {
			return false
		}
	}
	return true
}

// longestGit is for a machine that is busy.
const longestGit = time.Minute

// git runs a git command that reads a repository which may be hostile: without the
// user's settings, hooks, filters or network, and in a sandbox.
func git(box *sandbox.Sandbox, repository string, input []byte, output io.Writer, arguments ...string) error {
	program, err := sandbox.Program("git")
	if err != nil {
		return errors.New("to take a submission out of a repository, the git program is needed")
	}
	folder, remove, err := sandbox.Temp()
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithTimeout(context.Background(), longestGit)
	defer cancel()
	given := filepath.Join(folder, "given")
	if err := os.WriteFile(given, input, 0o644); err != nil {
		return err
	}
	in, err := os.Open(given)
	if err != nil {
		return err
	}
	defer in.Close()
	var complaint bytes.Buffer
	places := box.Places(filepath.Join(folder, "places"))
	// Its input is descriptor 3: sh hands it on.
	script := `exec "$@" <&3`
	always := []string{program, "--git-dir=" + repository, "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"}
	shell, err := sandbox.Program("sh")
	if err != nil {
		return err
	}
	ended, err := box.Run(ctx, sandbox.Command{
		Path: shell, Arguments: append([]string{"-c", script, "sh"}, append(always, arguments...)...),
		Environment: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + places.Temp, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "LANG=C.UTF-8"},
		Places: places, Files: []*os.File{in}, Stdout: output, Stderr: &complaint, AsCaller: true,
		Shown:  []sandbox.Shown{{Path: repository, How: sandbox.ReadOnly}},
		Limits: report.Limits{CPU: longestGit, Memory: 2 << 30, Processes: 200, Files: 1024, FileSize: 1 << 20, Disk: 1 << 20},
	})
	if err != nil {
		return err
	}
	if ended.Code != 0 {
		return fmt.Errorf("git %s: %s", arguments[0], strings.TrimSpace(complaint.String()))
	}
	return nil
}

// printed returns what a git command prints.
func printed(box *sandbox.Sandbox, repository string, arguments ...string) ([]byte, error) {
	var text bytes.Buffer
	err := git(box, repository, nil, &limitedBuffer{&text, mostUnpacked}, arguments...)
	return text.Bytes(), err
}

// checkOut writes the code of a revision below folder, blob by blob: what is in
// the repository, and not what filters or attributes make of it.
func checkOut(box *sandbox.Sandbox, repository, revision, folder string) error {
	repository, err := filepath.Abs(repository)
	if err != nil {
		return err
	}
	if strings.HasPrefix(revision, "-") {
		return fmt.Errorf("%q is no revision", revision)
	}
	listing, err := printed(box, repository, "ls-tree", "-r", "-z", "-l", "--full-tree", revision)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacking{root: root, seen: map[string]bool{}}
	var wanted []entry
	var ids bytes.Buffer
	for line := range strings.SplitSeq(string(listing), "\x00") {
		about, name, found := strings.Cut(line, "\t")
		fields := strings.Fields(about)
		if !found || len(fields) != 4 || !isCode(filepath.Base(name)) {
			continue
		}
		one := entry{name: name, packed: -1}
		switch {
		case fields[1] != "blob": // a submodule
			continue
		case fields[0] == "120000":
			one.mode = fs.ModeSymlink
		}
		if one.size, err = strconv.ParseInt(fields[3], 10, 64); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if one.size > mostBytes {
			// It is refused for its size; to know that, a part of it is enough.
			one.size = mostBytes + 1
		}
		wanted = append(wanted, one)
		fmt.Fprintln(&ids, fields[2])
	}
	var blobs bytes.Buffer
	if err := git(box, repository, ids.Bytes(), &limitedBuffer{&blobs, mostUnpacked}, "cat-file", "--batch"); err != nil {
		return err
	}
	return u.blobs(bufio.NewReader(&blobs), wanted)
}

// blobs reads what git cat-file --batch prints: a line that ends in the size, the
// blob, and a line feed, for each.
func (u *unpacking) blobs(from *bufio.Reader, wanted []entry) error {
	for _, one := range wanted {
		line, err := from.ReadString('\n')
		if err != nil {
			return fmt.Errorf("%q: %w", one.name, err)
		}
		fields := strings.Fields(line)
		size, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
		if err != nil {
			return fmt.Errorf("%q: git says %q", one.name, strings.TrimSpace(line))
		}
		blob := io.LimitReader(from, size)
		one.open = func() (io.ReadCloser, error) { return io.NopCloser(blob), nil }
		if err := u.take(one); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, blob); err != nil {
			return err
		}
		if _, err := from.Discard(1); err != nil {
			return fmt.Errorf("%q: %w", one.name, err)
		}
	}
	return nil
}

// limitedBuffer takes no more than it may.
type limitedBuffer struct {
	*bytes.Buffer
	most int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errors.New("git prints more than a submission may have")
	}
	return b.Buffer.Write(p)
}
