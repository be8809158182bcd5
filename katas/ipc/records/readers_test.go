package records_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/records"
)

var errBroken = errors.New("the line is broken")

// frame returns the bytes of a frame.
func frame(payload string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(payload))), payload...)
}

// read reads a frame, which must be this one. Where says of what input.
func read(r io.Reader, limit int, payload, where string) {
	GinkgoHelper()
	got, err := records.ReadFrame(r, limit)
	if err != nil {
		Fail(fmt.Sprintf("%s: ReadFrame returns the error %q, and must return %.40q", where, err, payload))
	}
	same(string(got), payload, where)
}

// same compares payloads, which may be too long to be shown.
func same(got, want, where string) {
	GinkgoHelper()
	if got != want {
		Fail(fmt.Sprintf("%s: ReadFrame returns %.40q, %d bytes, and must return %.40q, %d bytes", where, got, len(got), want, len(want)))
	}
}

// fail reads a frame, which must fail with this error and no other of these.
func fail(r io.Reader, limit int, want error, where string) {
	GinkgoHelper()
	payload, err := records.ReadFrame(r, limit)
	if !errors.Is(err, want) {
		Fail(fmt.Sprintf("%s: ReadFrame returns %.40q and the error %v, and must return the error %q", where, payload, err, want))
	}
	for _, other := range []error{io.EOF, io.ErrUnexpectedEOF, records.ErrTooLarge, errBroken} {
		if other != want && errors.Is(err, other) {
			Fail(fmt.Sprintf("%s: the error must be %q, and not %q as well", where, want, other))
		}
	}
	if len(payload) > 0 {
		Fail(fmt.Sprintf("%s: with the error comes the payload %.40q", where, payload))
	}
}

// stutter gives nothing at every other Read, as an io.Reader may, and one byte at
// the others.
type stutter struct {
	r     io.Reader
	reads int
}

func (s *stutter) Read(p []byte) (int, error) {
	if s.reads++; s.reads%2 == 1 {
		return 0, nil
	}
	return s.r.Read(p[:min(len(p), 1)])
}

// calls keeps what each Write was given.
type calls [][]byte

func (c *calls) Write(p []byte) (int, error) {
	*c = append(*c, slices.Clone(p))
	return len(p), nil
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// dataErr gives the last bytes together with io.EOF. It answers to a Read that has room
// for none, where iotest.DataErrReader goes on for ever.
func dataErr(r io.Reader) io.Reader { return roomy{iotest.DataErrReader(r)} }

type roomy struct{ io.Reader }

func (r roomy) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return r.Reader.Read(p)
}

// parting gives all that it has with one Read, and a failure together with it.
type parting struct{ data []byte }

func (p *parting) Read(into []byte) (int, error) {
	n := copy(into, p.data)
	if p.data = p.data[n:]; len(p.data) == 0 {
		return n, errBroken
	}
	return n, nil
}

// joint is a writer that comes back when others of its kind are written to, too.
type joint struct {
	bytes.Buffer
	ctx  context.Context
	gate *spec.Rendezvous
}

func (j *joint) Write(p []byte) (int, error) {
	if err := j.gate.Enter(j.ctx); err != nil {
		return 0, err
	}
	return j.Buffer.Write(p)
}

// together gives nothing before others of its kind are asked, too.
type together struct {
	io.Reader
	ctx  context.Context
	gate *spec.Rendezvous
	met  bool
}

func (t *together) Read(p []byte) (int, error) {
	if !t.met {
		t.met = true
		if err := t.gate.Enter(t.ctx); err != nil {
			return 0, err
		}
	}
	return t.Reader.Read(p)
}

// sips gives as many bytes as chance has it, and sometimes none.
type sips struct {
	io.Reader
	chance *rand.Rand
}

func (s *sips) Read(p []byte) (int, error) {
	if len(p) == 0 || s.chance.IntN(8) == 0 {
		return 0, nil
	}
	return s.Reader.Read(p[:1+s.chance.IntN(len(p))])
}

// allocated returns how many bytes f allocates. What others allocate meanwhile
// counts too, but not each time.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// noise returns frames with random payloads, of which some are spoilt.
func noise(chance *rand.Rand) []byte {
	random := func(size int) []byte {
		some := make([]byte, size)
		for i := range some {
			// Zeros and ones, all bits of them, are where most mistakes show.
			some[i] = [...]byte{0, 0xff, 0x80, byte(chance.Uint32()), byte(chance.Uint32())}[chance.IntN(5)]
		}
		return some
	}
	var all []byte
	for range chance.IntN(5) {
		all = append(all, frame(string(random(chance.IntN(40))))...)
	}
	switch chance.IntN(4) {
	case 0:
		all = all[:chance.IntN(len(all)+1)]
	case 1:
		all = append(all, random(chance.IntN(9))...)
	case 2:
		if len(all) > 0 {
			all[chance.IntN(len(all))] ^= 1 << chance.IntN(8)
		}
	}
	return all
}

// modest lowers each length that is over the limit to one of two bytes. Gigabytes are
// claimed by another spec, which looks first whether the answer believes such claims.
func modest(input []byte, limit int) []byte {
	for at := 0; at+4 <= len(input); {
		clear(input[at : at+2])
		length := number(input[at : at+4])
		if length > int64(limit) {
			break
		}
		at += 4 + int(length)
	}
	return input
}
