package spec

import (
	"os"

	. "github.com/onsi/ginkgo/v2"
)

// Tether is a pipe for children to have as standard input. Each child reads it to
// its end, and so lives until the tether is cut, which ends all of them at once;
// they end too when the spec's process does.
type Tether struct {
	// Read is for the children. Nothing is ever written to it.
	Read  *os.File
	write *os.File
}

// Tie returns a tether that is cut after the spec at the latest.
func Tie() Tether {
	GinkgoHelper()
	read, write, err := os.Pipe()
	if err != nil {
		Fail("make a pipe for the spec: " + err.Error())
	}
	t := Tether{Read: read, write: write}
	DeferCleanup(func() { t.Read.Close(); t.write.Close() })
	return t
}

// Cut ends the children that the tether holds: they read the end of the file.
func (t Tether) Cut() { t.write.Close() }
