// Package sign signs what the grader writes, so that whoever is handed a scorecard can
// tell whether it is one and whether anybody has changed it since.
//
// Keys are Ed25519 (RFC 8032) in PEM, as openssl genpkey -algorithm ed25519 makes them
// (PKCS #8; its public half is an RFC 5280 SubjectPublicKeyInfo). The signature of a
// file is of all its bytes and stands beside it, in base64, so that other programs can
// check it too:
//
//	base64 -d score.json.sig > score.sig
//	openssl pkeyutl -verify -pubin -inkey dojo.pub -rawin -in score.json -sigfile score.sig
package sign

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Suffix is what the name of a file's signature ends in.
const Suffix = ".sig"

// ErrChanged means that the file was changed after it was signed, or that nobody has
// signed it, or somebody else.
var ErrChanged = errors.New("no signature of this file with this key")

// Key signs.
type Key struct{ private ed25519.PrivateKey }

// PEM types of the two halves.
const (
	privateType = "PRIVATE KEY"
	publicType  = "PUBLIC KEY"
)

// Make writes a new key to the file private, for its owner only, and its public half to
// the file public. It replaces neither.
func Make(private, public string) error {
	open, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	inside, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return err
	}
	outside, err := x509.MarshalPKIXPublicKey(open)
	if err != nil {
		return err
	}
	if err := writeNew(private, 0o600, &pem.Block{Type: privateType, Bytes: inside}); err != nil {
		return err
	}
	if err := writeNew(public, 0o644, &pem.Block{Type: publicType, Bytes: outside}); err != nil {
		return errors.Join(err, os.Remove(private))
	}
	return nil
}

func writeNew(name string, mode os.FileMode, block *pem.Block) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(file, block), file.Close())
}

// Load reads a key. The file may be a pipe; if it is a file, nobody but its owner may be
// able to read it.
func Load(name string) (Key, error) {
	file, err := os.Open(name)
	if err != nil {
		return Key{}, err
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil {
		return Key{}, err
	}
	if about.Mode().IsRegular() && about.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("%s can be read by others, and so can be signed with by them: chmod 600 %s, or better make a new one", name, name)
	}
	block, err := read(file, name, privateType)
	if err != nil {
		return Key{}, err
	}
	key, err := x509.ParsePKCS8PrivateKey(block)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", name, err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return Key{}, fmt.Errorf("%s is a %T, and an Ed25519 key is wanted", name, key)
	}
	return Key{private}, nil
}

// largest is more than any key takes.
const largest = 64 << 10

// read returns what is in the one block of a PEM file.
func read(from io.Reader, name, kind string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, largest))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s holds no %s in PEM", name, strings.ToLower(kind))
	}
	return block.Bytes, nil
}

// Text is the signature of a text, as it stands in a file.
func (k Key) Text(signed []byte) []byte {
	return []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, signed)) + "\n")
}

// Public checks signatures.
type Public struct{ key ed25519.PublicKey }

// LoadPublic reads the public half of a key.
func LoadPublic(name string) (Public, error) {
	file, err := os.Open(name)
	if err != nil {
		return Public{}, err
	}
	defer file.Close()
	block, err := read(file, name, publicType)
	if err != nil {
		return Public{}, err
	}
	key, err := x509.ParsePKIXPublicKey(block)
	if err != nil {
		return Public{}, fmt.Errorf("%s: %w", name, err)
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok {
		return Public{}, fmt.Errorf("%s is a %T, and an Ed25519 key is wanted", name, key)
	}
	return Public{public}, nil
}

// Check returns nil if signature is what Text made of this text, and ErrChanged if not.
func (p Public) Check(signed, signature []byte) error {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(signature)))
	if err != nil || !ed25519.Verify(p.key, signed, raw) {
		return ErrChanged
	}
	return nil
}
