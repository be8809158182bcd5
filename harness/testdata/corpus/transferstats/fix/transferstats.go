// Package transferstats is the transfer meter of an upload server: copies count what they move, and the status page prints the totals. Fixed: String loads the totals atomically, as the copies add to them.
package transferstats

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// chunk is how much a copy moves between two updates of the totals.
const chunk = 256

// Meter counts the transfers of a server. The zero value is ready.
type Meter struct {
	open   int64
	bytes  int64
	failed int64
}

// Copy moves all of src to dst and counts it.
func (m *Meter) Copy(dst io.Writer, src io.Reader) (err error) {
	atomic.AddInt64(&m.open, 1)
	defer func() {
		if err != nil {
			atomic.AddInt64(&m.failed, 1)
		}
		atomic.AddInt64(&m.open, -1)
	}()
	buffer := make([]byte, chunk)
	for {
		n, readErr := src.Read(buffer)
		if n > 0 {
			written, err := dst.Write(buffer[:n])
			atomic.AddInt64(&m.bytes, int64(written))
			if err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		switch {
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return fmt.Errorf("read: %w", readErr)
		}
	}
}

// Bytes returns how much was moved.
func (m *Meter) Bytes() int64 { return atomic.LoadInt64(&m.bytes) }

// String is the line of the status page.
func (m *Meter) String() string {
	return fmt.Sprintf("%d open, %d bytes, %d failed",
		atomic.LoadInt64(&m.open), atomic.LoadInt64(&m.bytes), atomic.LoadInt64(&m.failed))
}
