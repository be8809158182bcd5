// Package records is a kata about bytes that leave the process: records of a fixed
// layout, and frames that say how long they are, since a pipe or a socket doesn't.
//
// In Python: struct.pack(">HqhB3s8s", …) and struct.unpack for the records, and
// struct.unpack(">I", sock.recv(4)) for the length of a frame, which works until
// recv returns three bytes. Go has encoding/binary, which moves whole numbers of 1,
// 2, 4 and 8 bytes in either byte order; there is no format string, and a
// conversion like int16(x), where struct.pack raises struct.error, keeps the low
// bits of x and says nothing.
//
// # Rules
//
//   - A packed record is Size bytes: the fields in the order of the type, one right
//     behind the other, with no space between them. Numbers are in the byte order
//     of the call, negative ones in two's complement. The table is below.
//   - A frame is the length of its payload, an unsigned number of four bytes, the
//     most significant first, and the payload itself.
//   - A reader gives what it has: a piece of a frame, or several frames and the
//     beginning of the next. It may give fewer bytes than it was asked for, none at
//     all for once, or the last ones together with io.EOF. See io.Reader.
//   - io.EOF says that the input has ended between two frames, io.ErrUnexpectedEOF
//     that it has ended inside one. No other failure is reported as either.
//   - Input may come from anybody. None of it makes a call panic.
//   - Calls may run at once, on different readers and writers, and none waits for
//     another. What a call returns is the caller's own: no later call changes it.
//
// These are the bytes of a packed record:
//
//	 0– 1  Station
//	 2– 9  Time
//	10–11  Temperature
//	12     Humidity
//	13–15  Altitude
//	16–23  Name, padded with zeros behind
//
// # Worth knowing
//
// read(2): it is no error if fewer bytes come than were asked for. Bytes sent by two
// writes may come in one read, and those of one write in several.
//
// pipe(7): a write of up to PIPE_BUF bytes (4,096 on Linux, at least 512
// everywhere) is atomic. Two writes are not, so another process may write between
// them.
//
// A C compiler puts space between these fields, so that each number stands at a
// multiple of its size; so does Python's struct without one of "<>=!" in front.
//
// The specs try random input. For more of it, where the coverage of your code steers
// the search, there is
//
//	go test -run=^$ -fuzz=FuzzFrames -fuzztime=30s ./katas/ipc/records
//
// An input that fails is kept in testdata/fuzz, and go test tries it again each time.
package records
