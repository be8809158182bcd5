// Package records appends field by field, and makes room for a payload only as it
// arrives.
package records

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	// ErrRange is returned by Pack for a value that its field can't hold.
	ErrRange = errors.New("records: value does not fit its field")
	// ErrSize is returned by Unpack for data that is shorter or longer than a record.
	ErrSize = errors.New("records: data is not the size of a record")
	// ErrTooLarge is returned by ReadFrame for a payload over the limit.
	ErrTooLarge = errors.New("records: frame is over the limit")
)

// Size is the length of a packed record in bytes.
const Size = 24

// Record is what a weather station reports. Where its fields stand in the packed
// record is said in the rules.
type Record struct {
	Station     uint16
	Time        int64
	Temperature int
	Humidity    uint8
	Altitude    int
	Name        string
}

// number packs the low bytes of v, as many as size says.
func number(data []byte, order binary.ByteOrder, v int64, size int) []byte {
	var whole [8]byte
	order.PutUint64(whole[:], uint64(v))
	if order.Uint16([]byte{0, 1}) == 1 {
		return append(data, whole[8-size:]...)
	}
	return append(data, whole[:size]...)
}

// signed unpacks a number that takes all of data.
func signed(order binary.ByteOrder, data []byte) int64 {
	var whole [8]byte
	// The number goes to the significant end, and comes down with its sign.
	if order.Uint16([]byte{0, 1}) == 1 {
		copy(whole[:], data)
	} else {
		copy(whole[8-len(data):], data)
	}
	return int64(order.Uint64(whole[:])) >> (64 - 8*len(data))
}

func fits(v int, size int) bool { return int64(v)>>(8*size-1) == 0 || int64(v)>>(8*size-1) == -1 }

// Pack returns the record in Size bytes. The order is binary.BigEndian or
// binary.LittleEndian. If Temperature, Altitude or Name is none that its field can
// hold, the error is ErrRange, and no bytes are returned.
func Pack(order binary.ByteOrder, record Record) ([]byte, error) {
	if !fits(record.Temperature, 2) || !fits(record.Altitude, 3) ||
		len(record.Name) > 8 || strings.Contains(record.Name, "\x00") {
		return nil, ErrRange
	}
	data := make([]byte, 0, Size)
	data = number(data, order, int64(record.Station), 2)
	data = number(data, order, record.Time, 8)
	data = number(data, order, int64(record.Temperature), 2)
	data = number(data, order, int64(record.Humidity), 1)
	data = number(data, order, int64(record.Altitude), 3)
	data = append(data, record.Name...)
	return append(data, make([]byte, Size-len(data))...), nil
}

// Unpack returns the record that was packed. The order is binary.BigEndian or
// binary.LittleEndian. If data is not exactly Size bytes long, the error is ErrSize.
// The name ends before the first zero in its field, whatever stands behind it; if
// there is none, it has all eight bytes. Unpack doesn't change data.
func Unpack(order binary.ByteOrder, data []byte) (Record, error) {
	if len(data) != Size {
		return Record{}, fmt.Errorf("%w: %d bytes", ErrSize, len(data))
	}
	name, _, _ := bytes.Cut(data[16:], []byte{0})
	return Record{
		Station:     uint16(signed(order, data[0:2])),
		Time:        signed(order, data[2:10]),
		Temperature: int(signed(order, data[10:12])),
		Humidity:    data[12],
		Altitude:    int(signed(order, data[13:16])),
		Name:        string(name),
	}, nil
}

// ReadFrame reads one frame and returns its payload, which may be empty. It takes
// not one byte from r that is behind the frame.
// If the payload is longer than limit bytes, the error is ErrTooLarge: then only
// the length was read, and no room was made for the payload. One of exactly limit
// bytes is read. The limit is 0 or more.
// If r ends before the first byte, the error is io.EOF; if it ends anywhere inside
// the frame, it is io.ErrUnexpectedEOF. If r fails otherwise before the frame is
// whole, ReadFrame returns its error, or one that wraps it; a failure that comes
// together with the last bytes of the frame comes too late. With an error comes no
// payload.
func ReadFrame(r io.Reader, limit int) ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	length := int64(binary.BigEndian.Uint32(header))
	if length > int64(limit) {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, length)
	}
	// Whoever announces much makes us hold no more than a little over what has come.
	payload := bytes.NewBuffer([]byte{})
	if _, err := io.CopyN(payload, r, length); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return payload.Bytes(), nil
}

// WriteFrame writes one frame, with one call of w.Write for all of it. It doesn't
// change payload, nor what stands behind it in its array. If w fails, WriteFrame
// returns its error, or one that wraps it. What happens to a payload whose length
// has no room in four bytes is left open.
func WriteFrame(w io.Writer, payload []byte) error {
	frame := make([]byte, 4+len(payload))
	binary.BigEndian.PutUint32(frame, uint32(len(payload)))
	copy(frame[4:], payload)
	n, err := w.Write(frame)
	if err == nil && n < len(frame) {
		err = io.ErrShortWrite
	}
	return err
}
