package keepalive

import (
	"bufio"
	"io"
	"math"
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

// ReadRequest reads the next request from r.
func ReadRequest(r *bufio.Reader, limit int) (*Request, error) {
	p := parser{next: method}
	for n := 0; p.next != nil; n++ {
		if n >= limit {
			return nil, ErrTooLarge
		}
		c, err := r.ReadByte()
		if err == io.EOF && n > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if p.next = p.next(&p, c); p.bad {
			return nil, ErrMalformed
		}
	}
	request := &Request{Method: p.method, Target: p.target, Minor: p.minor, Header: map[string]string{}}
	for name, values := range p.fields {
		request.Header[name] = strings.Join(values, ", ")
	}
	b := &body{r: r, limit: limit, left: p.length}
	b.step = (*body).counted
	if p.chunked {
		b.step = (*body).size
	}
	request.Body = b
	return request, nil
}

// A state takes one byte of a header and tells which state takes the next; nil
// is the end.
type state func(p *parser, c byte) state

type parser struct {
	next           state
	bad            bool
	word           []byte
	method, target string
	minor          int
	fields         map[string][]string
	name           string
	blank          bool // there was a space behind the number of a Content-Length
	counted        bool
	length         int64
	chunked        bool
}

const version = "HTTP/1."

func (p *parser) malformed() state { p.bad = true; return nil }

func (p *parser) take() string {
	s := string(p.word)
	p.word = p.word[:0]
	return s
}

func method(p *parser, c byte) state {
	switch {
	case isToken(c):
		p.word = append(p.word, c)
		return method
	case c == ' ' && len(p.word) > 0:
		p.method = p.take()
		return target
	}
	return p.malformed()
}

func target(p *parser, c byte) state {
	switch {
	case '!' <= c && c <= '~':
		p.word = append(p.word, c)
		return target
	case c == ' ' && len(p.word) > 0:
		p.target = p.take()
		return protocol
	}
	return p.malformed()
}

func protocol(p *parser, c byte) state {
	if i := len(p.word); i < len(version) {
		if c != version[i] {
			return p.malformed()
		}
		p.word = append(p.word, c)
		return protocol
	}
	if c != '0' && c != '1' {
		return p.malformed()
	}
	p.take()
	p.minor = int(c - '0')
	p.fields = map[string][]string{}
	return endOfRequestLine
}

func endOfRequestLine(p *parser, c byte) state {
	if c != '\r' {
		return p.malformed()
	}
	return endOfLine
}

func endOfLine(p *parser, c byte) state {
	if c != '\n' {
		return p.malformed()
	}
	return startOfLine
}

func startOfLine(p *parser, c byte) state {
	if c == '\r' {
		return endOfHeader
	}
	return name(p, c)
}

func endOfHeader(p *parser, c byte) state {
	if c != '\n' {
		return p.malformed()
	}
	return nil
}

func name(p *parser, c byte) state {
	if isToken(c) {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		p.word = append(p.word, c)
		return name
	}
	if c != ':' || len(p.word) == 0 {
		return p.malformed()
	}
	p.name = p.take()
	switch p.name {
	case "content-length":
		if p.counted || p.chunked {
			return p.malformed()
		}
		p.counted = true
		return length
	case "transfer-encoding":
		if p.counted || p.chunked || p.minor == 0 {
			return p.malformed()
		}
		p.chunked = true
		return coding
	}
	return value
}

// field ends the value of a field, at its CR.
func (p *parser) field() state {
	p.fields[p.name] = append(p.fields[p.name], strings.Trim(p.take(), " \t"))
	return endOfLine
}

func value(p *parser, c byte) state {
	if c == '\r' {
		return p.field()
	}
	if isControl(c) {
		return p.malformed()
	}
	p.word = append(p.word, c)
	return value
}

func length(p *parser, c byte) state {
	switch {
	case c == ' ' || c == '\t':
		p.blank = len(p.word) > 0
		return length
	case c == '\r' && len(p.word) > 0:
		return p.field()
	case '0' <= c && c <= '9' && !p.blank:
		digit := int64(c - '0')
		if p.length > (math.MaxInt64-digit)/10 {
			return p.malformed()
		}
		p.length = p.length*10 + digit
		p.word = append(p.word, c)
		return length
	}
	return p.malformed()
}

func coding(p *parser, c byte) state {
	const want = "chunked"
	i := len(p.word)
	switch {
	case (c == ' ' || c == '\t') && (i == 0 || i >= len(want)):
		if i > 0 {
			p.word = append(p.word, c)
		}
		return coding
	case c == '\r' && i >= len(want):
		return p.field()
	case i < len(want) && c|0x20 == want[i] && isToken(c):
		p.word = append(p.word, c)
		return coding
	}
	return p.malformed()
}

func isToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

// body is what of a request's body is still to come. A step reads some of it, or
// goes over to another step and reads nothing.
type body struct {
	r     *bufio.Reader
	limit int
	left  int64
	step  func(b *body, p []byte) int
	err   error
}

func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for b.err == nil {
		if n := b.step(b, p); n > 0 {
			return n, nil
		}
	}
	return 0, b.err
}

func (b *body) failed() bool { return b.err != nil && b.err != io.EOF }

func (b *body) fail(err error) {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
}

func (b *body) data(p []byte) int {
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil {
		b.fail(err)
	}
	return n
}

func (b *body) counted(p []byte) int {
	if b.left == 0 {
		b.err = io.EOF
		return 0
	}
	n := b.data(p)
	if b.left == 0 {
		b.err = io.EOF
	}
	return n
}

func (b *body) chunk(p []byte) int {
	if b.left > 0 {
		return b.data(p)
	}
	room := 2
	if rest, ok := b.line(&room); ok {
		if len(rest) > 0 {
			b.err = ErrMalformed
		}
		b.step = (*body).size
	} else if b.err == ErrTooLarge {
		b.err = ErrMalformed
	}
	return 0
}

func (b *body) size([]byte) int {
	room := b.limit
	line, ok := b.line(&room)
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(line, ";")
	n, err := strconv.ParseUint(digits, 16, 63)
	if err != nil {
		b.err = ErrMalformed
		return 0
	}
	b.left = int64(n)
	b.step = (*body).chunk
	if n == 0 {
		b.step = (*body).trailer
	}
	return 0
}

func (b *body) trailer([]byte) int {
	room := b.limit
	for {
		line, ok := b.line(&room)
		if !ok {
			return 0
		}
		if line == "" {
			b.err = io.EOF
			return 0
		}
	}
}

// line reads a line, of which it takes room.
func (b *body) line(room *int) (string, bool) {
	var line []byte
	for cr := false; ; {
		if *room <= 0 {
			b.err = ErrTooLarge
			return "", false
		}
		*room--
		c, err := b.r.ReadByte()
		switch {
		case err != nil:
			b.fail(err)
			return "", false
		case cr && c == '\n':
			return string(line), true
		case cr || isControl(c) && c != '\r':
			b.err = ErrMalformed
			return "", false
		case c == '\r':
			cr = true
		default:
			line = append(line, c)
		}
	}
}
