package records_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/concurrency-dojo/dojo/katas/ipc/records"
)

// dissect returns the payloads of the frames that the input holds, and how it ends,
// by the rules and nothing else.
func dissect(input []byte, limit int) (payloads [][]byte, end error) {
	for {
		if len(input) == 0 {
			return payloads, io.EOF
		}
		if len(input) < 4 {
			return payloads, io.ErrUnexpectedEOF
		}
		length := number(input[:4])
		if length > int64(limit) {
			return payloads, records.ErrTooLarge
		}
		if input = input[4:]; length > int64(len(input)) {
			return payloads, io.ErrUnexpectedEOF
		}
		payloads = append(payloads, input[:length])
		input = input[length:]
	}
}

// number returns an unsigned number of less than eight bytes, or a signed one of
// eight, whose most significant byte comes first.
func number(digits []byte) (n int64) {
	for _, digit := range digits {
		n = n<<8 | int64(digit)
	}
	return n
}

// signed returns a signed number whose most significant byte comes first.
func signed(digits []byte) int64 {
	unused := 64 - 8*len(digits)
	return number(digits) << unused >> unused
}

// interpret returns the record that the bytes are by the rules.
func interpret(order binary.ByteOrder, packed []byte) records.Record {
	field := func(begin, end int) []byte {
		digits := slices.Clone(packed[begin:end])
		if order == binary.LittleEndian {
			slices.Reverse(digits)
		}
		return digits
	}
	name, _, _ := strings.Cut(string(packed[16:24]), "\x00")
	return records.Record{
		Station:     uint16(number(field(0, 2))),
		Time:        signed(field(2, 10)),
		Temperature: int(signed(field(10, 12))),
		Humidity:    packed[12],
		Altitude:    int(signed(field(13, 16))),
		Name:        name,
	}
}

// misread reads frames to the end of the input and returns what isn't as it must be,
// nil if nothing. Through is what stands between the input and the answer.
func misread(input []byte, limit int, through func(io.Reader) io.Reader) error {
	payloads, end := dissect(input, limit)
	in := through(bytes.NewReader(input))
	for i, want := range payloads {
		got, err := records.ReadFrame(in, limit)
		if err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("frame %d of the input [% x], with the limit %d: ReadFrame returns [% x] and the error %v, and must return [% x]", i+1, input, limit, got, err, want)
		}
	}
	if got, err := records.ReadFrame(in, limit); !errors.Is(err, end) || len(got) > 0 {
		return fmt.Errorf("behind %d frames of the input [% x], with the limit %d: ReadFrame returns [% x] and the error %v, and must return the error %q", len(payloads), input, limit, got, err, end)
	}
	return nil
}

// difference names the first field that is not as it must be, "" if there is none.
func difference(got, want records.Record) string {
	for _, field := range []struct {
		name      string
		got, want any
	}{
		{"Station", got.Station, want.Station},
		{"Time", got.Time, want.Time},
		{"Temperature", got.Temperature, want.Temperature},
		{"Humidity", got.Humidity, want.Humidity},
		{"Altitude", got.Altitude, want.Altitude},
		{"Name", strconv.Quote(got.Name), strconv.Quote(want.Name)},
	} {
		if field.got != field.want {
			return fmt.Sprintf("%s %v, and must return %v", field.name, field.got, field.want)
		}
	}
	return ""
}

// mistaken unpacks bytes, packs what comes of it, and returns what isn't as it must
// be, nil if nothing.
func mistaken(packed []byte) error {
	for _, order := range orders {
		got, err := records.Unpack(order, packed)
		if len(packed) != records.Size {
			if !errors.Is(err, records.ErrSize) {
				return fmt.Errorf("%v, %d bytes: Unpack returns the error %v, and must return the error %q", order, len(packed), err, records.ErrSize)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%v, [% x]: Unpack returns the error %v", order, packed, err)
		}
		want := interpret(order, packed)
		if what := difference(got, want); what != "" {
			return fmt.Errorf("%v, [% x]: Unpack returns %s", order, packed, what)
		}
		clean := append(slices.Clone(packed[:16]), make([]byte, 8)...)
		copy(clean[16:], want.Name)
		again, err := records.Pack(order, want)
		if err != nil {
			return fmt.Errorf("Pack, given what Unpack has returned for [% x], %v, returns the error %v", packed, order, err)
		}
		if !bytes.Equal(again, clean) {
			return fmt.Errorf("%v: Pack returns [% x] and must return [% x]", order, again, clean)
		}
	}
	return nil
}

// unwritten reports whether a call comes to a TODO.
func unwritten(call func()) (todo bool) {
	defer func() { todo = strings.HasPrefix(fmt.Sprint(recover()), "TODO: ") }()
	call()
	return false
}

// FuzzFrames looks for input that the specs don't think of. It is not graded.
func FuzzFrames(f *testing.F) {
	if unwritten(func() { records.ReadFrame(strings.NewReader(""), 0) }) || unwritten(func() {
		records.Unpack(binary.BigEndian, make([]byte, records.Size))
		records.Pack(binary.BigEndian, records.Record{})
	}) {
		f.Skip("ReadFrame, Unpack and Pack are not all written yet")
	}
	f.Fuzz(func(t *testing.T, input []byte, limit uint16) {
		for _, through := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r },
			iotest.OneByteReader,
			dataErr,
		} {
			if err := misread(input, int(limit), through); err != nil {
				t.Error(err)
			}
		}
		payloads, _ := dissect(input, int(limit))
		for _, packed := range append(payloads, input) {
			if err := mistaken(packed); err != nil {
				t.Error(err)
			}
		}
	})
}
