package records_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/records"
)

var _ = Describe("A frame", func() {
	It("is the length in four bytes, the most significant first, and the payload, if any", spec.Worth(1), func() {
		for _, payload := range []string{"", "x", "\x00\x00\x00\x00", strings.Repeat("x", 0x010203)} {
			var out bytes.Buffer
			Expect(records.WriteFrame(&out, []byte(payload))).To(Succeed())
			Expect(bytes.Equal(out.Bytes(), frame(payload))).To(BeTrue(),
				"the frame of a payload of %d bytes must begin with % x and have %d bytes; it begins with % x and has %d",
				len(payload), frame(payload)[:4], len(frame(payload)), out.Bytes()[:min(4, out.Len())], out.Len())
			read(&out, len(payload), payload, "a frame that WriteFrame wrote")
		}
		var out bytes.Buffer
		Expect(records.WriteFrame(&out, nil)).To(Succeed())
		Expect(out.Bytes()).To(Equal(frame("")), "the frame of a nil payload")
		read(&out, 0, "", "the frame of a nil payload")
	})

	It("is written at once, and nothing of the caller's is changed", spec.Worth(1), func() {
		text := []byte("payload, and what stands behind it in the same array")
		for _, size := range []int{0, 7, len(text)} {
			var seen calls
			before := slices.Clone(text)
			Expect(records.WriteFrame(&seen, text[:size])).To(Succeed())
			Expect(seen).To(HaveLen(1), "WriteFrame calls Write %d times for one frame", len(seen))
			Expect(seen[0]).To(Equal(frame(string(before[:size]))))
			Expect(text).To(Equal(before), "WriteFrame changes the caller's array")
		}
		Expect(records.WriteFrame(broken{}, text)).To(MatchError(errBroken))
		Expect(records.WriteFrame(broken{}, nil)).To(MatchError(errBroken))
	})

	It("is read to its end, however few bytes come at a time", spec.Worth(1), func() {
		payloads := []string{"first", "", "a second one, which is longer", "x"}
		var all []byte
		for _, payload := range payloads {
			all = append(all, frame(payload)...)
		}
		for _, way := range []struct {
			name string
			of   func(io.Reader) io.Reader
		}{
			{"one byte", iotest.OneByteReader},
			{"half of what is asked for", iotest.HalfReader},
			{"the last bytes together with io.EOF", dataErr},
			{"one byte, the last one together with io.EOF", func(r io.Reader) io.Reader { return dataErr(iotest.OneByteReader(r)) }},
			{"nothing, and then one byte", func(r io.Reader) io.Reader { return &stutter{r: r} }},
		} {
			in := way.of(bytes.NewReader(all))
			for _, payload := range payloads {
				read(in, 64, payload, "a Read gives "+way.name)
			}
			fail(in, 64, io.EOF, "behind all frames, a Read gives "+way.name)
		}
		for _, payload := range payloads {
			in := &parting{frame(payload)}
			read(in, 64, payload, "a Read gives the last bytes of the frame together with a failure")
			fail(in, 64, errBroken, "behind a frame, the reader fails")
		}
	})

	It("is read without a byte of what comes behind it", spec.Worth(1), func() {
		in := bytes.NewBuffer(slices.Concat(frame("first"), frame("second"), []byte("something else")))
		read(in, 64, "first", "the first of two frames")
		Expect(in.String()).To(Equal(string(frame("second"))+"something else"), "ReadFrame doesn't leave what is behind the frame")
		read(in, 64, "second", "the second of two frames")
		Expect(in.String()).To(Equal("something else"), "ReadFrame doesn't leave what is behind the frame")
	})

	It("is refused over the limit before room is made for it", spec.Worth(1), func() {
		read(bytes.NewReader(frame("sixteen bytes ok")), 16, "sixteen bytes ok", "a frame of exactly the limit")
		in := bytes.NewBuffer(frame("seventeen bytes !"))
		fail(in, 16, records.ErrTooLarge, "a frame of one byte over the limit")
		Expect(in.String()).To(Equal("seventeen bytes !"), "ReadFrame reads on behind the length of a frame over the limit")
		fail(bytes.NewReader(frame("x")), 0, records.ErrTooLarge, "a frame of one byte, where the limit is 0")

		claim := func(length uint32) io.Reader {
			return bytes.NewReader(append(binary.BigEndian.AppendUint32(nil, length), "little"...))
		}
		room := allocated(func() { records.ReadFrame(claim(16<<20), 64) })
		Expect(room).To(BeNumerically("<", 1<<20), "ReadFrame allocates %d bytes for a frame that claims to have 16 MiB, where the limit is 64 bytes", room)
		for _, length := range []uint32{65, 16 << 20, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32 - 3, math.MaxUint32} {
			fail(claim(length), 64, records.ErrTooLarge, fmt.Sprintf("a frame that claims to have %d bytes", length))
		}
	})

	It("tells by its error where the input ended, or how it failed", spec.Worth(1), func() {
		first, second := "first", "second"
		all := slices.Concat(frame(first), frame(second))
		border := len(frame(first))
		for size := range len(all) + 1 {
			for _, in := range []io.Reader{bytes.NewReader(all[:size]), dataErr(bytes.NewReader(all[:size]))} {
				want := io.ErrUnexpectedEOF
				if size == 0 || size == border || size == len(all) {
					want = io.EOF
				}
				where := fmt.Sprintf("the input ends behind %d bytes, where the frames have %d and %d", size, border, len(all)-border)
				if size >= border {
					read(in, 64, first, where)
				}
				if size == len(all) {
					read(in, 64, second, where)
				}
				fail(in, 64, want, where)
			}
		}

		whole := frame("whole")
		for size := range len(whole) {
			fail(io.MultiReader(bytes.NewReader(whole[:size]), iotest.ErrReader(errBroken)), 64, errBroken,
				fmt.Sprintf("the reader fails behind %d of a frame's %d bytes", size, len(whole)))
		}
	})

	It("is no other call's, even if several are read at once", spec.Worth(1), func(ctx SpecContext) {
		const readers = 4
		gate := spec.Gate(readers)
		texts := []string{"the north", "the south", "the east!", "the west!"}
		type result struct {
			payload []byte
			err     error
		}
		for range 5 {
			var reading []<-chan result
			for _, text := range texts {
				in := &together{Reader: bytes.NewReader(frame(text)), ctx: ctx, gate: gate}
				reading = append(reading, spec.Go(func() result {
					payload, err := records.ReadFrame(in, 64)
					return result{payload, err}
				}))
			}
			var got []result
			for _, call := range reading {
				one := spec.Await(ctx, call)
				Expect(one.err).NotTo(HaveOccurred(), "one of several calls at once")
				got = append(got, one)
			}
			read(bytes.NewReader(frame("later one")), 64, "later one", "another frame")
			for i, text := range texts {
				same(string(got[i].payload), text, "one of several calls at once")
			}
		}
		var writers []*joint
		var writing []<-chan error
		for _, text := range texts {
			out := &joint{ctx: ctx, gate: gate}
			writers = append(writers, out)
			writing = append(writing, spec.Go(func() error { return records.WriteFrame(out, []byte(text)) }))
		}
		for i, call := range writing {
			failed := spec.Await(ctx, call)
			Expect(failed).NotTo(HaveOccurred(), "one of several calls of WriteFrame at once")
			Expect(writers[i].Bytes()).To(Equal(frame(texts[i])), "one of several frames that are written at once")
		}

		var packing []<-chan error
		for station := range readers {
			packing = append(packing, spec.Go(func() error {
				err := gate.Enter(ctx)
				for i := 0; i < 100 && err == nil; i++ {
					record := records.Record{Station: uint16(station), Altitude: -station * 1111, Name: texts[station][4:]}
					var packed []byte
					var again records.Record
					if packed, err = records.Pack(binary.LittleEndian, record); err == nil {
						again, err = records.Unpack(binary.LittleEndian, packed)
					}
					if what := difference(again, record); err == nil && what != "" {
						err = errors.New("several calls at once: Unpack of what Pack returned gives " + what)
					}
				}
				return err
			}))
		}
		for _, call := range packing {
			failed := spec.Await(ctx, call)
			Expect(failed).NotTo(HaveOccurred())
		}
		packed, err := records.Pack(binary.BigEndian, records.Record{Station: 1, Name: "first"})
		Expect(err).NotTo(HaveOccurred())
		before := slices.Clone(packed)
		records.Pack(binary.BigEndian, records.Record{Station: 2, Name: "second"})
		Expect(packed).To(Equal(before), "a later call of Pack changes what an earlier one returned")
	})

	It("comes whole through a pipe that falls dry, fills up and breaks off", spec.Worth(1), func(ctx SpecContext) {
		in, out, err := os.Pipe()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() {
			in.Close()
			out.Close()
		})
		await := func(reading <-chan string, want string) {
			GinkgoHelper()
			got := spec.Await(ctx, reading)
			same(got, want, "from a pipe")
		}
		next := func() <-chan string {
			return spec.Go(func() string {
				payload, err := records.ReadFrame(in, 4<<20)
				for _, end := range []error{io.EOF, io.ErrUnexpectedEOF} {
					if errors.Is(err, end) {
						return "the error " + end.Error()
					}
				}
				if err != nil {
					return "the error " + err.Error()
				}
				return string(payload)
			})
		}
		put := func(bytes []byte) {
			GinkgoHelper()
			_, err := out.Write(bytes)
			Expect(err).NotTo(HaveOccurred())
		}

		// The pipe falls dry inside the length, and inside the payload.
		first := next()
		put(frame("in pieces")[:2])
		spec.Settled(ctx, first)
		put(frame("in pieces")[2:7])
		spec.Settled(ctx, first)
		put(slices.Concat(frame("in pieces")[7:], frame("in one write with it")))
		await(first, "in pieces")
		await(next(), "in one write with it")

		// A pipe holds 16 pages, which is 64 KiB almost everywhere.
		long := strings.Repeat("0123456789abcdef", 16<<10)
		written := spec.Go(func() error { return records.WriteFrame(out, []byte(long)) })
		await(next(), long)
		Eventually(ctx, written).Should(Receive(BeNil()))

		last := next()
		put(frame("breaks off")[:9])
		spec.Settled(ctx, last)
		Expect(out.Close()).To(Succeed())
		await(last, "the error "+io.ErrUnexpectedEOF.Error())
		await(next(), "the error "+io.EOF.Error())
	})
})

var _ = Describe("Random input", func() {
	It("is taken for what it is or refused, and never makes a call panic", spec.Worth(1), func() {
		judge := func(err error) {
			GinkgoHelper()
			if err != nil {
				Fail(err.Error())
			}
		}
		chance := spec.Rand()
		through := func(r io.Reader) io.Reader { return &sips{r, chance} }
		for range 500 {
			limit := 16 + chance.IntN(32)
			input := modest(noise(chance), limit)
			judge(misread(input, limit, through))
			judge(mistaken(input))
			packed := make([]byte, records.Size)
			for i := range packed {
				packed[i] = byte(chance.Uint32()) & byte(-chance.IntN(2))
			}
			judge(mistaken(packed))
		}
	})
})
