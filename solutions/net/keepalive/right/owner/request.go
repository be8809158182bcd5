package keepalive

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Request is what a client asks for.
type Request struct {
	Method, Target string
	Minor          int
	Header         map[string]string
	Body           io.Reader
}

// line reads up to CR LF, and takes what it reads off left.
func line(r *bufio.Reader, left *int) (text []byte, err error) {
	for ended := false; ; {
		c, err := r.ReadByte()
		switch {
		case err == io.EOF && (ended || len(text) > 0):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case *left == 0:
			return nil, ErrTooLarge
		case ended != (c == '\n'):
			return nil, ErrMalformed
		case ended:
			*left--
			return text, nil
		case c == '\r':
			ended = true
		case c < ' ' && c != '\t', c == 0x7f:
			return nil, ErrMalformed
		default:
			text = append(text, c)
		}
		*left--
	}
}

// within is line where the end of the input is never in order.
func within(r *bufio.Reader, left *int) ([]byte, error) {
	text, err := line(r, left)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return text, err
}

// only reports whether text is not empty, and made of the bytes of set.
func only(text []byte, set string) bool {
	return len(text) > 0 && !slices.ContainsFunc(text, func(c byte) bool { return strings.IndexByte(set, c) < 0 })
}

// ReadRequest reads the next request from r.
func ReadRequest(r *bufio.Reader, limit int) (*Request, error) {
	left := limit
	first, err := line(r, &left)
	if err != nil {
		return nil, err
	}
	method, rest, _ := bytes.Cut(first, []byte(" "))
	target, version, _ := bytes.Cut(rest, []byte(" "))
	minor := slices.Index([]string{"HTTP/1.0", "HTTP/1.1"}, string(version))
	visible := !slices.ContainsFunc(target, func(c byte) bool { return c <= ' ' || c >= 0x7f })
	if minor < 0 || !only(method, digits+letters+marks) || len(target) == 0 || !visible {
		return nil, ErrMalformed
	}
	all := map[string][]string{}
	for {
		field, err := within(r, &left)
		if err != nil {
			return nil, err
		}
		if len(field) == 0 {
			break
		}
		name, value, colon := bytes.Cut(field, []byte(":"))
		if !colon || !only(name, digits+letters+marks) {
			return nil, ErrMalformed
		}
		key := strings.ToLower(string(name))
		all[key] = append(all[key], string(bytes.Trim(value, " \t")))
	}
	request := &Request{Method: string(method), Target: string(target), Minor: minor, Header: map[string]string{}}
	for name, values := range all {
		request.Header[name] = strings.Join(values, ", ")
	}
	return request, request.frame(r, limit, all["content-length"], all["transfer-encoding"])
}

// frame gives the request its body.
func (q *Request) frame(r *bufio.Reader, limit int, lengths, codings []string) error {
	switch {
	case len(lengths)+len(codings) > 1:
		return ErrMalformed
	case len(codings) == 1:
		if q.Minor == 0 || strings.ToLower(codings[0]) != "chunked" {
			return ErrMalformed
		}
		q.Body = sticky(chunks(r, limit))
	case len(lengths) == 1:
		if !only([]byte(lengths[0]), digits) {
			return ErrMalformed
		}
		size, err := strconv.ParseInt(lengths[0], 10, 64)
		if err != nil {
			return ErrMalformed
		}
		q.Body = sticky(exactly(r, size))
	default:
		q.Body = sticky(exactly(r, 0))
	}
	return nil
}

// reading is a function that reads, as a Reader.
type reading func(p []byte) (int, error)

func (f reading) Read(p []byte) (int, error) { return f(p) }

// sticky goes on failing.
func sticky(read reading) reading {
	var failed error
	return func(p []byte) (n int, err error) {
		if failed == nil {
			n, failed = read(p)
		}
		return n, failed
	}
}

func exactly(r *bufio.Reader, left int64) reading {
	return func(p []byte) (int, error) {
		if left == 0 {
			return 0, io.EOF
		}
		n, err := r.Read(p[:min(int64(len(p)), left)])
		if left -= int64(n); err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return n, err
	}
}

func chunks(r *bufio.Reader, limit int) reading {
	begun, chunk := false, exactly(r, 0)
	return func(p []byte) (int, error) {
		for {
			n, err := chunk(p)
			if err != io.EOF {
				return n, err
			}
			if begun {
				two := 2
				if rest, err := within(r, &two); err == ErrTooLarge || len(rest) > 0 {
					return 0, ErrMalformed
				} else if err != nil {
					return 0, err
				}
			}
			size, err := sizeLine(r, limit)
			if err != nil {
				return 0, err
			}
			if size == 0 {
				return 0, trailer(r, limit)
			}
			begun, chunk = true, exactly(r, size)
		}
	}
}

func sizeLine(r *bufio.Reader, limit int) (size int64, err error) {
	text, err := within(r, &limit)
	if err != nil {
		return 0, err
	}
	text, _, _ = bytes.Cut(text, []byte(";"))
	if !only(text, digits+"abcdefABCDEF") {
		return 0, ErrMalformed
	}
	for _, c := range text {
		if size > math.MaxInt64>>4 {
			return 0, ErrMalformed
		}
		digit, _ := strconv.ParseUint(string(c), 16, 8)
		size = size<<4 | int64(digit)
	}
	return size, nil
}

func trailer(r *bufio.Reader, limit int) error {
	for {
		if text, err := within(r, &limit); err != nil {
			return err
		} else if len(text) == 0 {
			return io.EOF
		}
	}
}

// persistence is what the Connection field of the response says.
func (q *Request) persistence() string {
	var words []string
	for _, word := range strings.Split(q.Header["connection"], ",") {
		words = append(words, strings.ToLower(strings.Trim(word, " \t")))
	}
	switch {
	case slices.Contains(words, "close"):
		return "close"
	case q.Minor == 1:
		return ""
	case slices.Contains(words, "keep-alive"):
		return "keep-alive"
	}
	return "close"
}
