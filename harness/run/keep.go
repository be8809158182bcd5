package run

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/concurrency-dojo/dojo/harness/source"
)

// kept is where the binary of a tree's own answers stays between gradings, ""
// for code of others: nothing that a submission's neighbour may have touched is
// run for it. Go links a program anew only if the file that it would write is not
// already that program, so a grading in which nothing changed need not link.
func kept(root string, kind source.Kind) string {
	switch kind {
	case source.KindSubmission, source.KindRight, source.KindWrong:
		return ""
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	name := sha256.Sum256([]byte(root + "\x00" + string(kind)))
	return filepath.Join(folder, "dojo", hex.EncodeToString(name[:8])+".bin")
}

// recall puts the kept binary where the next one is to be, if there is one.
func recall(file, binary string) {
	if file != "" {
		duplicate(file, binary)
	}
}

// keep keeps a binary. Whoever grades at the same time sees either the one before
// or this one, whole. Where that can't be done the next grading takes longer.
func keep(file, binary string) {
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	scratch, err := os.MkdirTemp(filepath.Dir(file), "new")
	if err != nil {
		return
	}
	defer os.RemoveAll(scratch)
	if fresh := filepath.Join(scratch, "bin"); duplicate(binary, fresh) == nil {
		os.Rename(fresh, file)
	}
}

// duplicate gives a file a second name, or copies it to another file system. The
// go command never writes into a binary that is there: it puts a new one in its
// place.
func duplicate(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		target.Close()
		return err
	}
	return target.Close()
}
