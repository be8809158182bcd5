package buildcache

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asked has a cache answer requests and returns what it says, its greeting first.
func asked(t *testing.T, l layers, requests ...any) (said []response) {
	t.Helper()
	var in, out bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, one := range requests {
		encoder.Encode(one)
	}
	if err := serve(&in, &out, l); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(&out)
	for {
		var one response
		if err := decoder.Decode(&one); err == io.EOF {
			return said
		} else if err != nil {
			t.Fatal(err)
		}
		said = append(said, one)
	}
}

var (
	action = bytes.Repeat([]byte{0xab}, 32)
	output = bytes.Repeat([]byte{0xcd}, 32)
)

func put(body string) []any {
	return []any{request{ID: 1, Command: "put", ActionID: action, OutputID: output, BodySize: int64(len(body))}, []byte(body)}
}

var get = request{ID: 2, Command: "get", ActionID: action}

func TestWhatIsPutIsThereForTheNextProgram(t *testing.T) {
	l := layers{read: folder(t.TempDir()), write: folder(t.TempDir())}
	said := asked(t, l, append(put("compiled"), request{ID: 9, Command: "close"})...)
	if len(said) != 3 || len(said[0].KnownCommands) != 3 || said[1].Err != "" || said[2].ID != 9 {
		t.Fatalf("%+v", said)
	}
	said = asked(t, l, get)
	if found := said[1]; found.Miss || !bytes.Equal(found.OutputID, output) || found.Size != 8 {
		t.Fatalf("%+v", found)
	}
	if text, err := os.ReadFile(said[1].DiskPath); string(text) != "compiled" {
		t.Errorf("%q, %v", text, err)
	}
	// Nothing of it goes to where others read.
	if left, _ := filepath.Glob(string(l.read) + "/*"); len(left) > 0 {
		t.Errorf("the folder that is only read holds %v", left)
	}
	if left, _ := filepath.Glob(string(l.write) + "/*/part*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheLayerBelowIsRead(t *testing.T) {
	below := folder(t.TempDir())
	if _, err := below.put(action, output, []byte("compiled before")); err != nil {
		t.Fatal(err)
	}
	l := layers{read: below, write: folder(t.TempDir())}
	if found := asked(t, l, get)[1]; found.Miss || !strings.HasPrefix(found.DiskPath, string(below)) {
		t.Errorf("%+v", found)
	}
	// What is put above covers it, and changes nothing below.
	asked(t, l, put("compiled anew")...)
	if found := asked(t, l, get)[1]; found.Miss || !strings.HasPrefix(found.DiskPath, string(l.write)) {
		t.Errorf("%+v", found)
	}
	if text, _ := os.ReadFile(below.file(output, "d")); string(text) != "compiled before" {
		t.Errorf("below there is now %q", text)
	}
}

func TestWhatIsNotWholeIsNotThere(t *testing.T) {
	for name, spoil := range map[string]func(f folder){
		"nothing":            func(f folder) { os.Remove(f.file(action, "a")) },
		"an empty entry":     func(f folder) { os.WriteFile(f.file(action, "a"), nil, 0o644) },
		"a foreign entry":    func(f folder) { os.WriteFile(f.file(action, "a"), []byte("v2 a b 1 1\n"), 0o644) },
		"no output":          func(f folder) { os.Remove(f.file(output, "d")) },
		"a truncated output": func(f folder) { os.Truncate(f.file(output, "d"), 3) },
	} {
		l := layers{read: folder(t.TempDir()), write: folder(t.TempDir())}
		asked(t, l, put("compiled")...)
		spoil(l.write)
		if found := asked(t, l, get)[1]; !found.Miss {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestTheGoCommandTakesPathsWithSpaces(t *testing.T) {
	if got, want := Variable("/a b/dojo", "/c'd", "/e"), `GOCACHEPROG='/a b/dojo' dojo-build-cache "/c'd" '/e'`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
