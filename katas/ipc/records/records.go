package records

import (
	"encoding/binary"
	"errors"
	"io"
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
	// Station is an unsigned number of two bytes.
	Station uint16
	// Time is a signed number of eight bytes.
	Time int64
	// Temperature is a signed number of two bytes: from -32,768 to 32,767.
	Temperature int
	// Humidity is an unsigned number of one byte.
	Humidity uint8
	// Altitude is a signed number of three bytes: from -8,388,608 to 8,388,607.
	Altitude int
	// Name is at most eight bytes long, of any values but zero.
	Name string
}

// Pack returns the record in Size bytes. The order is binary.BigEndian or
// binary.LittleEndian. If Temperature, Altitude or Name is none that its field can
// hold, the error is ErrRange, and no bytes are returned.
func Pack(order binary.ByteOrder, record Record) ([]byte, error) {
	panic("TODO: implement Pack")
}

// Unpack returns the record that was packed. The order is binary.BigEndian or
// binary.LittleEndian. If data is not exactly Size bytes long, the error is ErrSize.
// The name ends before the first zero in its field, whatever stands behind it; if
// there is none, it has all eight bytes. Unpack doesn't change data.
func Unpack(order binary.ByteOrder, data []byte) (Record, error) {
	panic("TODO: implement Unpack")
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
	panic("TODO: implement ReadFrame")
}

// WriteFrame writes one frame, with one call of w.Write for all of it. It doesn't
// change payload, nor what stands behind it in its array. If w fails, WriteFrame
// returns its error, or one that wraps it. What happens to a payload whose length
// has no room in four bytes is left open.
func WriteFrame(w io.Writer, payload []byte) error {
	panic("TODO: implement WriteFrame")
}
