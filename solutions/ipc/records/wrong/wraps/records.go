// Package records trusts a conversion to complain, as struct.pack does, but what is too
// large for the field just loses its high bits.
package records

import (
	"encoding/binary"
	"errors"
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

// Record is what a weather station reports.
type Record struct {
	Station     uint16
	Time        int64
	Temperature int
	Humidity    uint8
	Altitude    int
	Name        string
}

// Where the fields begin in the packed record. The last one is all that is left.
const (
	atStation     = 0
	atTime        = 2
	atTemperature = 10
	atHumidity    = 12
	atAltitude    = 13
	atName        = 16
)

// Pack returns the record in Size bytes.
func Pack(order binary.ByteOrder, record Record) ([]byte, error) {
	if !fits(record) {
		return nil, ErrRange
	}
	packed := make([]byte, Size)
	order.PutUint16(packed[atStation:], record.Station)
	order.PutUint64(packed[atTime:], uint64(record.Time))
	order.PutUint16(packed[atTemperature:], uint16(record.Temperature))
	packed[atHumidity] = record.Humidity
	putInt24(order, packed[atAltitude:], record.Altitude)
	copy(packed[atName:], record.Name)
	return packed, nil
}

// fits reports whether each value has room in its field.
func fits(record Record) bool {
	return len(record.Name) <= Size-atName && !strings.Contains(record.Name, "\x00") // want "is refused if a value does not fit its field" wrong
}

// Unpack returns the record that was packed.
func Unpack(order binary.ByteOrder, data []byte) (Record, error) {
	if len(data) != Size {
		return Record{}, ErrSize
	}
	name, _, _ := strings.Cut(string(data[atName:]), "\x00")
	return Record{
		Station: order.Uint16(data[atStation:]),
		Time:    int64(order.Uint64(data[atTime:])),
		// A number gets its sign from the type that is as wide as its field.
		Temperature: int(int16(order.Uint16(data[atTemperature:]))),
		Humidity:    data[atHumidity],
		Altitude:    int24(order, data[atAltitude:]),
		Name:        name,
	}, nil
}

// bigEndian reports whether the most significant byte comes first.
func bigEndian(order binary.ByteOrder) bool { return order.Uint16([]byte{0, 1}) == 1 }

// putInt24 stores the three low bytes of n.
func putInt24(order binary.ByteOrder, b []byte, n int) {
	high, low := 2, 0
	if bigEndian(order) {
		high, low = low, high
	}
	b[high], b[1], b[low] = byte(n>>16), byte(n>>8), byte(n)
}

// int24 returns the signed number in three bytes.
func int24(order binary.ByteOrder, b []byte) int {
	high, low := b[2], b[0]
	if bigEndian(order) {
		high, low = low, high
	}
	// At the top of an int32, its first bit is the sign, which the way back copies.
	n := int32(uint32(high)<<24 | uint32(b[1])<<16 | uint32(low)<<8)
	return int(n >> 8)
}

// ReadFrame reads one frame and returns its payload.
func ReadFrame(r io.Reader, limit int) ([]byte, error) {
	var header [4]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(header[:])
	if uint64(length) > uint64(limit) {
		return nil, ErrTooLarge
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		// For io.ReadFull, nothing has begun yet; but the frame has.
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return payload, nil
}

// WriteFrame writes one frame with one call of w.Write.
func WriteFrame(w io.Writer, payload []byte) error {
	frame := make([]byte, 4, 4+len(payload))
	binary.BigEndian.PutUint32(frame, uint32(len(payload)))
	_, err := w.Write(append(frame, payload...))
	return err
}
