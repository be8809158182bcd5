package spec

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"

	. "github.com/onsi/ginkgo/v2"
)

func worth(points int) Labels { return Label(fmt.Sprintf("worth %d", points)) }

// Rand returns a source of inputs for the current spec. It depends on the run's
// seed and on the spec's own sentence, not on which specs ran before. It is not
// safe for use by several goroutines.
func Rand() *rand.Rand {
	name := fnv.New64a()
	name.Write([]byte(CurrentSpecReport().LeafNodeText))
	return rand.New(rand.NewPCG(theSeed, name.Sum64()))
}

// Noise returns so many bytes that look like nothing else: whatever is lost, doubled
// or out of place in them shows. They depend on what Rand depends on.
func Noise(size int) []byte {
	var seed [32]byte
	for source, i := Rand(), 0; i < len(seed); i += 8 {
		binary.NativeEndian.PutUint64(seed[i:], source.Uint64())
	}
	noise := make([]byte, size)
	rand.NewChaCha8(seed).Read(noise)
	return noise
}

// Folder returns a folder of the spec's own, removed after it. Its path is short
// enough to hold a socket's (108 bytes, unix(7)).
func Folder() string {
	GinkgoHelper()
	folder, err := os.MkdirTemp("", "s")
	if err != nil {
		Fail("make a folder for the spec: " + err.Error())
	}
	DeferCleanup(os.RemoveAll, folder)
	return folder
}
