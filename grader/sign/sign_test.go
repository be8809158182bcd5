package sign_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/sign"
)

// pair makes a key and reads both halves again.
func pair(t *testing.T) (key sign.Key, public sign.Public, private, open string) {
	t.Helper()
	private, open = filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "key.pub")
	if err := sign.Make(private, open); err != nil {
		t.Fatal(err)
	}
	key, err := sign.Load(private)
	if err != nil {
		t.Fatal(err)
	}
	public, err = sign.LoadPublic(open)
	if err != nil {
		t.Fatal(err)
	}
	return key, public, private, open
}

func TestASignatureIsOfOneTextAndOneKey(t *testing.T) {
	key, public, _, _ := pair(t)
	other, _, _, _ := pair(t)
	text := []byte(`{"score": 12}`)
	signature := key.Text(text)
	if err := public.Check(text, signature); err != nil {
		t.Error(err)
	}
	for name, changed := range map[string]struct{ text, signature []byte }{
		"another score":      {[]byte(`{"score": 13}`), signature},
		"one more byte":      {append(text[:len(text):len(text)], '\n'), signature},
		"another's key":      {text, other.Text(text)},
		"another text's":     {text, key.Text(nil)},
		"no signature":       {text, nil},
		"half a signature":   {text, signature[:44]},
		"no base64":          {text, []byte("signed, the grader")},
		"one character more": {text, append([]byte("A"), signature...)},
	} {
		if err := public.Check(changed.text, changed.signature); !errors.Is(err, sign.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyIsItsOwnersAndIsNeverReplaced(t *testing.T) {
	_, _, private, open := pair(t)
	if err := sign.Make(private, open+"2"); !errors.Is(err, fs.ErrExist) {
		t.Error("a second key of the same name:", err)
	}
	if err := sign.Make(private+"2", open); !errors.Is(err, fs.ErrExist) {
		t.Error("a second public half of the same name:", err)
	}
	if _, err := os.Stat(private + "2"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key without a public half is left:", err)
	}
	if err := os.Chmod(private, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := sign.Load(private); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Error("a key that others can read:", err)
	}
}

func TestWhatIsNoKeyIsToldSo(t *testing.T) {
	_, _, private, open := pair(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{text, open, filepath.Join(t.TempDir(), "nothing")} {
		if _, err := sign.Load(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s as a key: %v", name, err)
		}
	}
	if _, err := sign.LoadPublic(private); err == nil || !strings.Contains(err.Error(), "no public key") {
		t.Errorf("a private key as a public one: %v", err)
	}
}

// TestOpenSSLAgrees has another program make a key and check a signature.
func TestOpenSSLAgrees(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	openssl := func(arguments ...string) ([]byte, error) {
		return exec.Command("openssl", arguments...).CombinedOutput()
	}
	if output, err := openssl("genpkey", "-algorithm", "ed25519", "-out", at("key")); err != nil {
		t.Skipf("no openssl that knows Ed25519: %v %s", err, output)
	}
	if output, err := openssl("pkey", "-in", at("key"), "-pubout", "-out", at("key.pub")); err != nil {
		t.Fatalf("%v %s", err, output)
	}
	if err := os.Chmod(at("key"), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := sign.Load(at("key"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := sign.LoadPublic(at("key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("18/18 points\n")
	signature := key.Text(text)
	if err := public.Check(text, signature); err != nil {
		t.Error(err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(signature)))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"text": text, "sig": raw, "forged": []byte("19/18 points\n")} {
		if err := os.WriteFile(at(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verify := func(file string) ([]byte, error) {
		return openssl("pkeyutl", "-verify", "-pubin", "-inkey", at("key.pub"), "-rawin", "-in", at(file), "-sigfile", at("sig"))
	}
	if output, err := verify("text"); err != nil {
		t.Errorf("openssl doesn't take it: %v %s", err, output)
	}
	if output, err := verify("forged"); err == nil {
		t.Errorf("openssl takes it for another text: %s", output)
	}
}
