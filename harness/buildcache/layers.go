package buildcache

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// layers is what is there already, and what is new.
type layers struct{ read, write folder }

func (l layers) get(action []byte) (entry, bool) {
	if found, there := l.write.get(action); there {
		return found, true
	}
	return l.read.get(action)
}

// folder is laid out as the go command lays out its own cache
// (cmd/go/internal/cache): XX/ID-a tells, for an action's ID, which output came of
// it, and XX/ID-d is an output. XX is the first byte of the ID.
type folder string

// entry is an output.
type entry struct {
	output []byte
	path   string
	size   int64
}

func (f folder) file(id []byte, kind string) string {
	name := hex.EncodeToString(id)
	return filepath.Join(string(f), name[:min(2, len(name))], name+"-"+kind)
}

// get returns the output of an action. Whatever is not as it should be is not
// there.
func (f folder) get(action []byte) (found entry, there bool) {
	text, err := os.ReadFile(f.file(action, "a"))
	if err != nil {
		return entry{}, false
	}
	// v1 ACTION OUTPUT SIZE TIME
	fields := strings.Fields(string(text))
	if len(fields) != 5 || fields[0] != "v1" || fields[1] != hex.EncodeToString(action) {
		return entry{}, false
	}
	if found.output, err = hex.DecodeString(fields[2]); err != nil {
		return entry{}, false
	}
	if found.size, err = strconv.ParseInt(fields[3], 10, 64); err != nil {
		return entry{}, false
	}
	found.path = f.file(found.output, "d")
	info, err := os.Stat(found.path)
	return found, err == nil && info.Size() == found.size
}

// put keeps the output of an action and returns where.
func (f folder) put(action, output, body []byte) (path string, err error) {
	path = f.file(output, "d")
	if err := replace(path, body); err != nil {
		return "", err
	}
	told := fmt.Sprintf("v1 %x %x %20d %20d\n", action, output, len(body), time.Now().UnixNano())
	return path, replace(f.file(action, "a"), []byte(told))
}

// replace writes a whole file or none.
func replace(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), "part")
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		os.Remove(part.Name())
	}
	return err
}
