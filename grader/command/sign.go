package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/grader/sign"
)

// signer writes files, and their signatures beside them if there is a key.
type signer struct{ key *sign.Key }

// signer reads the key, if one is given.
func (c *gradeCommand) signer(outs []output) (signer, error) {
	if c.Sign == "" {
		return signer{}, nil
	}
	if !slices.ContainsFunc(outs, func(o output) bool { return o.file != "-" }) {
		return signer{}, usage("--sign signs files, and no --out names one: give --out json=FILE too")
	}
	key, err := sign.Load(c.Sign)
	if err != nil {
		return signer{}, usage("--sign: %w", err)
	}
	return signer{&key}, nil
}

// write writes a file. Without a key no signature stays that is of an older one.
func (s signer) write(name string, text []byte) error {
	whole := func(text []byte) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		}
	}
	if err := os.Remove(name + sign.Suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := writeFile(name, whole(text)); err != nil || s.key == nil {
		return err
	}
	return writeFile(name+sign.Suffix, whole(s.key.Text(text)))
}

type keysCommand struct {
	Name string `arg:"" type:"path" help:"The key is NAME.key, which stays secret, and NAME.pub is for those who check."`
}

func (c *keysCommand) Help() string {
	return `Examples:

  dojo keys dojo
  dojo grade --from ../alice --out json=alice.json --sign dojo.key
  dojo verify alice.json --key dojo.pub`
}

// Run makes a key.
func (c *keysCommand) Run(t terminal) error {
	private, public := c.Name+".key", c.Name+".pub"
	if err := sign.Make(private, public); err != nil {
		return usageError{err}
	}
	_, err := fmt.Fprintf(t.out, "%s signs, keep it secret\n%s checks, hand it out\n", private, public)
	return err
}

type verifyCommand struct {
	Files []string `arg:"" name:"file" type:"path" help:"Files that --out wrote while --sign was given; their signatures are beside them."`
	Key   string   `required:"" type:"path" placeholder:"PUBLIC" help:"The public half of the key."`
}

func (c *verifyCommand) Help() string {
	return `Examples:

  dojo verify alice.json --key dojo.pub
  dojo verify scores/*.json --key dojo.pub

Exit status: 0 each file is as it was signed, 1 one isn't, 2 usage or bad input.`
}

// Run checks each file and says of scorecards whose they are.
func (c *verifyCommand) Run(t terminal) error {
	public, err := sign.LoadPublic(c.Key)
	if err != nil {
		return usage("--key: %w", err)
	}
	changed := false
	for _, name := range c.Files {
		said, err := checked(name, public)
		if errors.Is(err, sign.ErrChanged) {
			changed, said = true, "✘ "+name+": "+err.Error()
		} else if err != nil {
			return usageError{err}
		}
		if _, err := fmt.Fprintln(t.out, said); err != nil {
			return err
		}
	}
	if changed {
		return errLost
	}
	return nil
}

// checked says what a file is, if it is as it was signed; the error is sign.ErrChanged
// if it isn't.
func checked(name string, public sign.Public) (said string, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	signature, err := os.ReadFile(name + sign.Suffix)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%w: there is none beside it, %s", sign.ErrChanged, name+sign.Suffix)
	} else if err != nil {
		return "", err
	}
	if err := public.Check(text, signature); err != nil {
		return "", err
	}
	return "✔ " + name + ": signed" + about(text), nil
}

// about is what a scorecard says, if the text is one.
func about(text []byte) string {
	var card score.Scorecard
	if json.Unmarshal(text, &card) != nil || card.Schema != score.Schema {
		return ""
	}
	whose := card.Source.Kind
	if card.Source.Name != "" {
		whose += fmt.Sprintf(" %q", card.Source.Name)
	}
	return fmt.Sprintf(", %d/%d points for the %s, whose files are %s", card.Score, card.Max, whose, card.Source.Digest)
}
