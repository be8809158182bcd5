package keepalive

import (
	"bufio"
	"errors"
	"io"
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

// lines reads lines that may have so many bytes together.
type lines struct {
	r    *bufio.Reader
	left int
}

// next returns a line without its CR LF. It keeps no more than is allowed, and
// waits for no more than the line.
func (l *lines) next() (string, error) {
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if l.left -= len(part); l.left < 0 {
			return "", ErrTooLarge
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return clean(line)
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF && len(line) > 0:
			return "", io.ErrUnexpectedEOF
		default:
			return "", err
		}
	}
}

func clean(line []byte) (string, error) {
	text, ended := strings.CutSuffix(string(line), "\r\n")
	for i := range len(text) {
		if text[i] < ' ' && text[i] != '\t' || text[i] == 0x7f {
			ended = false
		}
	}
	if !ended {
		return "", ErrMalformed
	}
	return text, nil
}

// token reports whether text is fit for a method or a name.
func token(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}

// ReadRequest reads the next request from r.
func ReadRequest(r *bufio.Reader, limit int) (*Request, error) {
	header := &lines{r, limit}
	line, err := header.next()
	if err != nil {
		return nil, err
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || !token(words[0]) || words[1] == "" || words[2] != "HTTP/1.0" && words[2] != "HTTP/1.1" {
		return nil, ErrMalformed
	}
	if strings.ContainsFunc(words[1], func(c rune) bool { return c < '!' || c > '~' }) {
		return nil, ErrMalformed
	}
	request := &Request{Method: words[0], Target: words[1], Minor: int(words[2][7] - '0'), Header: map[string]string{}}
	for {
		line, err := header.next()
		switch {
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case line == "":
			request.Body, err = bodyOf(request, r, limit)
			return request, err
		}
		// With the colon cut off, a line that begins with a space has no token for a
		// name, and neither has one with a space before its colon.
		name, value, found := strings.Cut(line, ":")
		if name = strings.ToLower(name); !found || !token(name) {
			return nil, ErrMalformed
		}
		value = strings.Trim(value, " \t")
		if before, again := request.Header[name]; again {
			value = before + ", " + value
		}
		request.Header[name] = value
	}
}

// bodyOf decides where the request ends. Two that decide differently, one behind the
// other, can be made to see different requests: so whatever is not clear is refused.
func bodyOf(request *Request, r *bufio.Reader, limit int) (io.Reader, error) {
	length, sized := request.Header["content-length"]
	coding, coded := request.Header["transfer-encoding"]
	switch {
	case coded && (sized || request.Minor == 0 || !strings.EqualFold(coding, "chunked")):
		return nil, ErrMalformed
	case coded:
		return &body{r: r, limit: limit, chunked: true}, nil
	case sized:
		size, err := number(length, 10)
		return &body{r: r, left: size}, err
	}
	return &body{r: r}, nil
}

// number is strconv.ParseInt without the signs and underscores that it would take.
// A value that was joined of two has a comma in it, which is no digit either.
func number(digits string, base int) (int64, error) {
	n, err := strconv.ParseUint(digits, base, 63)
	if err != nil {
		return 0, ErrMalformed
	}
	return int64(n), nil
}

// body is what is left of a request on r.
type body struct {
	r    *bufio.Reader
	left int64 // of the body or, if it is chunked, of the chunk
	err  error // what each Read returns from now on

	chunked bool
	limit   int
	begun   bool // a chunk has been read, of which the CR LF has not
}

func (b *body) Read(p []byte) (n int, err error) {
	if b.err == nil && b.left == 0 {
		b.err = io.EOF
		if b.chunked {
			b.err = b.chunk()
		}
	}
	if b.err != nil {
		return 0, b.err
	}
	n, b.err = b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.err = inside(b.err)
	return n, b.err
}

// inside makes of the end of the input what it is where a body goes on.
func inside(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// chunk reads what stands before the bytes of a chunk. Behind the last one that is
// the end of the body.
func (b *body) chunk() error {
	if b.begun {
		var end [2]byte
		if _, err := io.ReadFull(b.r, end[:]); err != nil {
			return inside(err)
		}
		if string(end[:]) != "\r\n" {
			return ErrMalformed
		}
	}
	b.begun = true
	head := &lines{b.r, b.limit}
	line, err := head.next()
	if err != nil {
		return inside(err)
	}
	digits, _, _ := strings.Cut(line, ";")
	if b.left, err = number(digits, 16); err != nil || b.left > 0 {
		return err
	}
	trailer := &lines{b.r, b.limit}
	for {
		line, err := trailer.next()
		switch {
		case err != nil:
			return inside(err)
		case line == "":
			return io.EOF
		}
	}
}

// keeps reports whether the client wants its connection to be kept.
func (q *Request) keeps() bool {
	kept := q.Minor == 1
	for word := range strings.SplitSeq(q.Header["connection"], ",") {
		switch strings.ToLower(strings.Trim(word, " \t")) {
		case "close":
			return false
		case "keep-alive":
			kept = true
		}
	}
	return kept
}
