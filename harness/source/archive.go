package source

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Caps on an archive: far above a whole copy of this project.
const (
	mostEntries  = 20_000
	mostUnpacked = 256 << 20 // bytes, of all files together
	mostDepth    = 30        // folders
	// mostRatio is how many times larger a file may become. Text packs a tenth of it.
	mostRatio = 100
	// smallFile may become as large as it likes.
	smallFile = 1 << 20
)

// Entry is a file of an archive, as its format tells of it.
type entry struct {
	name string
	mode fs.FileMode
	// size is what it says it becomes, packed what it takes in the archive; -1 if
	// that is not known.
	size, packed int64
	open         func() (io.ReadCloser, error)
}

// unpack writes the code that is in an archive below folder and nothing else of it.
// The error names the first thing that is wrong.
func unpack(archive, folder string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacking{root: root, seen: map[string]bool{}}
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is an empty file; give a folder, or a zip, tar or tar.gz archive")
	}
	head = head[:n]
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return u.zip(file)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		plain, err := gzip.NewReader(bufio.NewReader(file))
		if err != nil {
			return fmt.Errorf("it is no whole gzip file: %w", err)
		}
		return u.tar(plain)
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return u.tar(bufio.NewReader(file))
	}
	return errors.New("it is neither a folder nor a zip, tar or tar.gz archive")
}

// unpacking is an archive being unpacked.
type unpacking struct {
	root    *os.Root
	seen    map[string]bool
	written int64
}

func (u *unpacking) zip(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("it is no whole zip archive: %w", err)
	}
	for _, one := range archive.File {
		size := int64(min(one.UncompressedSize64, 1<<62))
		if err := u.take(entry{one.Name, one.Mode(), size, int64(min(one.CompressedSize64, 1<<62)), one.Open}); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacking) tar(stream io.Reader) error {
	// All of a tar is read, whatever is taken of it.
	limited := &io.LimitedReader{R: stream, N: mostUnpacked + 1}
	archive := tar.NewReader(limited)
	for {
		header, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case limited.N <= 0:
			return fmt.Errorf("it unpacks to more than %d MiB", mostUnpacked>>20)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return fmt.Errorf("it is no whole tar archive: %w", err)
		case header.Typeflag == tar.TypeXGlobalHeader:
			continue
		}
		open := func() (io.ReadCloser, error) { return io.NopCloser(archive), nil }
		mode := header.FileInfo().Mode()
		if header.Typeflag == tar.TypeLink {
			mode |= fs.ModeIrregular
		}
		if err := u.take(entry{header.Name, mode, header.Size, -1, open}); err != nil {
			return err
		}
	}
}

// take writes an entry if it is code.
func (u *unpacking) take(e entry) error {
	name, err := u.inside(e)
	if err != nil {
		return fmt.Errorf("%q: %w", e.name, err)
	}
	if e.mode.IsDir() || !isCode(path.Base(name)) {
		return nil
	}
	// Links and devices among the code stay what they are, for take to refuse.
	if !e.mode.IsRegular() {
		return fmt.Errorf("%q: this is not a regular file", e.name)
	}
	if e.size > smallFile && e.packed >= 0 && e.size/max(1, e.packed) > mostRatio {
		return fmt.Errorf("%q: this becomes more than %d times larger than it is packed", e.name, mostRatio)
	}
	if err := u.write(name, e); err != nil {
		return fmt.Errorf("%q: %w", e.name, err)
	}
	return nil
}

// inside returns where an entry belongs, which is never outside.
func (u *unpacking) inside(e entry) (string, error) {
	if len(u.seen) >= mostEntries {
		return "", fmt.Errorf("this is one of more than %d entries", mostEntries)
	}
	if strings.ContainsAny(e.name, "\\\x00") {
		return "", errors.New("this name holds a backslash or a null byte")
	}
	if path.IsAbs(e.name) || !fs.ValidPath(path.Clean(e.name)) {
		return "", errors.New("this leads out of the archive")
	}
	name := path.Clean(e.name)
	if strings.Count(name, "/") > mostDepth {
		return "", fmt.Errorf("this lies more than %d folders deep", mostDepth)
	}
	if u.seen[name] && !e.mode.IsDir() {
		return "", errors.New("there are two of this name")
	}
	u.seen[name] = true
	return name, nil
}

func (u *unpacking) write(name string, e entry) error {
	source, err := e.open()
	if err != nil {
		return err
	}
	defer source.Close()
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	target, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	// One byte more than a file may have, so that it is refused like any other.
	n, err := io.Copy(target, io.LimitReader(source, mostBytes+1))
	u.written += n
	if closed := target.Close(); err == nil {
		err = closed
	}
	switch {
	case err != nil:
		return err
	case u.written > mostUnpacked:
		return fmt.Errorf("with this, it unpacks to more than %d MiB", mostUnpacked>>20)
	}
	return nil
}
