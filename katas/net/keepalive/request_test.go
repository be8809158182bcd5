package keepalive_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/keepalive"
)

// roomy is a limit that no header of the specs reaches.
const roomy = 4 << 10

var errLine = errors.New("the line is dead")

// parse reads one request. What follows is what r has left.
func parse(text string, limit int) (*keepalive.Request, *bufio.Reader, error) {
	r := bufio.NewReader(strings.NewReader(text))
	request, err := keepalive.ReadRequest(r, limit)
	return request, r, err
}

// content reads a body to its end.
func content(request *keepalive.Request) string {
	GinkgoHelper()
	Expect(request.Body).NotTo(BeNil())
	body, err := io.ReadAll(request.Body)
	Expect(err).NotTo(HaveOccurred(), "read %q of the body", body)
	return string(body)
}

// refuses expects each text to be refused with this error and no other.
func refuses(want error, texts ...string) {
	GinkgoHelper()
	for _, text := range texts {
		_, _, err := parse(text, roomy)
		judge(err, want, text)
	}
}

func judge(err, want error, text string) {
	GinkgoHelper()
	if !errors.Is(err, want) {
		Fail(fmt.Sprintf("%.200q must be refused with the error %q, and ends in %v", text, want, err))
	}
	for _, other := range []error{io.EOF, io.ErrUnexpectedEOF, keepalive.ErrMalformed, keepalive.ErrTooLarge} {
		if other != want && errors.Is(err, other) {
			Fail(fmt.Sprintf("%.200q must be refused with the error %q, and not with %q as well", text, want, other))
		}
	}
}

// chunked is the header of a request with such a body.
const chunked = "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"

// sized is that of one with such a length.
func sized(length string) string {
	return "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: " + length + "\r\n\r\n"
}

var _ = Describe("A request", func() {
	It("has a line, a header and a body, and ends where the next one begins", spec.Worth(1), func() {
		request, r, err := parse("POST /a%20b?c=d HTTP/1.1\r\nHost: here\r\nX-Empty:\r\nX-LIST:\t one \r\ncontent-length:5\r\nx-list: two: 2\r\nX-Far: caf\xe9\r\n\r\n"+
			"helloGET / HTTP/1.0\r\n\r\nrest", roomy)
		Expect(err).NotTo(HaveOccurred())
		Expect(request.Method).To(Equal("POST"))
		Expect(request.Target).To(Equal("/a%20b?c=d"))
		Expect(request.Minor).To(Equal(1))
		Expect(request.Header).To(Equal(map[string]string{
			"host": "here", "x-empty": "", "x-list": "one, two: 2", "content-length": "5", "x-far": "caf\xe9",
		}))
		Expect(content(request)).To(Equal("hello"))

		next, err := keepalive.ReadRequest(r, roomy)
		Expect(err).NotTo(HaveOccurred(), "the second request")
		Expect(next.Method).To(Equal("GET"))
		Expect(next.Minor).To(BeZero())
		Expect(next.Header).To(BeEmpty())
		Expect(content(next)).To(BeEmpty())
		Expect(io.ReadAll(r)).To(BeEquivalentTo("rest"))
	})

	It("is refused if it breaks a rule, and only then, however it is cut", spec.Worth(2), func() {
		refuses(keepalive.ErrMalformed,
			"GET /\r\nHost: here\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", " GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n",
			"GET / HTTP/1.2\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / http/1.1\r\n\r\n", "GET / HTTP/1.10\r\n\r\n", "GET / HTTP/11\r\n\r\n",
			"G(T / HTTP/1.1\r\n\r\n", "GET /\x7f HTTP/1.1\r\n\r\n", "GET /caf\xe9 HTTP/1.1\r\n\r\n", "GET /\ta HTTP/1.1\r\n\r\n",
			"GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: no name\r\n\r\n", "GET / HTTP/1.1\r\nX Y: z\r\n\r\n",
			"GET / HTTP/1.1\r\nX-Fold: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\n X: leads\r\n\r\n", "GET / HTTP/1.1\r\nCaf\xe9: y\r\n\r\n",
			"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n", "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\nHost: here\n\n",
			"GET / HTTP/1.1\r\nX: y\n\r\n", "GET / HTTP/1.1\r\nX: y\r\r\n\r\n",
		)
		refuses(io.EOF, "")
		refuses(io.ErrUnexpectedEOF, "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h", "GET / HTTP/1.1\r\nHost: here\r\n", "GET / HTTP/1.1\r\nHost: here\r\n\r")
		r := bufio.NewReader(io.MultiReader(strings.NewReader("GET / HTTP/1.1\r\nHo"), iotest.ErrReader(errLine)))
		_, err := keepalive.ReadRequest(r, roomy)
		Expect(err).To(MatchError(errLine))

		chance := spec.Rand()
		for range 400 {
			input := scribble(chance)
			for _, through := range []func(io.Reader) io.Reader{
				iotest.OneByteReader,
				func(r io.Reader) io.Reader { return iotest.DataErrReader(&sips{r, chance}) },
			} {
				if err := misread(input, 60+chance.IntN(100), through); err != nil {
					Fail(err.Error())
				}
			}
		}
	})

	It("is refused if its end is not clear, or somebody else might see another", spec.Worth(2), func() {
		with := func(fields string) string { return "POST / HTTP/1.1\r\nHost: here\r\n" + fields + "\r\n\r\n" }
		refuses(keepalive.ErrMalformed,
			with("Content-Length: 5\r\nTransfer-Encoding: chunked")+"0\r\n\r\n", with("Transfer-Encoding: chunked\r\nContent-Length: 5")+"0\r\n\r\n",
			with("Content-Length: 5\r\nContent-Length: 6")+"hello!", with("Content-Length: 5\r\ncontent-length: 5")+"hello", with("Content-Length: 5, 5")+"hello",
			with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")+"0\r\n\r\n",
		)
		for _, length := range []string{"", "+5", "-1", "-0", "5 5", "0x5", "5.0", "1_0", "five", "9223372036854775808", "18446744073709551621"} {
			refuses(keepalive.ErrMalformed, sized(length)+"hello")
		}
		for _, coding := range []string{"gzip", "gzip, chunked", "chunked, gzip", "identity", "", "xchunked", "\"chunked\"", "chunked;q=1"} {
			refuses(keepalive.ErrMalformed, with("Transfer-Encoding: "+coding)+"0\r\n\r\n")
		}
		refuses(keepalive.ErrMalformed, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			with("Content-Length : 5")+"hello", with("Transfer-Encoding : chunked\r\nContent-Length: 5")+"0\r\n\r\n")

		for _, length := range []string{"5", "005"} {
			request, r, err := parse(sized(length)+"hello?", roomy)
			Expect(err).NotTo(HaveOccurred(), "the length %q", length)
			Expect(content(request)).To(Equal("hello"))
			Expect(io.ReadAll(r)).To(BeEquivalentTo("?"))
		}
		_, _, err := parse(sized("9223372036854775807"), roomy)
		Expect(err).NotTo(HaveOccurred(), "the length is the largest")
	})

	It("has a header as large as the limit, and not a byte larger", spec.Worth(1), func() {
		text := "GET / HTTP/1.1\r\nHost: here\r\nX-Pad: " + strings.Repeat("x", 6000) + "\r\nX-Last: one\r\n\r\n"
		request, _, err := parse(text, len(text))
		Expect(err).NotTo(HaveOccurred(), "the header has as many bytes as the limit allows")
		Expect(request.Header).To(HaveKeyWithValue("x-last", "one"))
		for _, less := range []int{1, 2, 10, 5000} {
			_, _, err = parse(text, len(text)-less)
			judge(err, keepalive.ErrTooLarge, text)
		}

		const limit, end = 10_000, 4 << 20
		for _, endless := range []string{"x", "X-Many: fields\r\n"} {
			source := &counted{Reader: io.LimitReader(io.MultiReader(strings.NewReader("GET / HTTP/1.1\r\nX: "), &again{text: endless}), end)}
			_, err := keepalive.ReadRequest(bufio.NewReader(source), limit)
			judge(err, keepalive.ErrTooLarge, "GET / HTTP/1.1\r\nX: "+endless+endless+"…")
			Expect(source.bytes).To(BeNumerically("<=", limit+4096), "bytes that were read of a header without an end, with the limit %d and a buffer of 4096", limit)
		}
	})

	It("has a body in chunks, which end where they say or are malformed", spec.Worth(2), func() {
		for _, body := range []string{
			"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n",
			"00005;note=\"x\";y\r\nhello\r\n7;\r\n, world\r\n000\r\nX-Sum: 12\r\nContent-Length: 3\r\n\r\n",
			"C\r\nhello, world\r\n0;last\r\n\r\n", "c\r\nhello, world\r\n0\r\n\r\n",
		} {
			request, r, err := parse(chunked+body+"GET /next", roomy)
			Expect(err).NotTo(HaveOccurred(), "a body of the chunks %q", body)
			Expect(content(request)).To(Equal("hello, world"), "a body of the chunks %q", body)
			Expect(io.ReadAll(r)).To(BeEquivalentTo("GET /next"), "what is behind the chunks %q", body)
			Expect(request.Header).NotTo(HaveKey("x-sum"))
		}
		long := strings.Repeat("0123456789abcdef", 4096)
		request, _, err := parse(fmt.Sprintf("%s%x\r\n%s\r\n%X\r\n%s\r\n0\r\n\r\n", chunked, len(long), long, len(long), long), roomy)
		Expect(err).NotTo(HaveOccurred())
		Expect(content(request) == long+long).To(BeTrue(), "two chunks of %d bytes come out otherwise", len(long))

		fails := func(text string, want error) {
			GinkgoHelper()
			request, _, err := parse(text, 100)
			Expect(err).NotTo(HaveOccurred(), "the header of %.150q", text)
			_, err = io.ReadAll(request.Body)
			judge(err, want, text)
			_, err = io.ReadAll(request.Body)
			Expect(err).To(HaveOccurred(), "the body of %.150q has failed, and is read on", text)
		}
		for _, text := range []string{sized("5"), sized("5") + "hell", chunked, chunked + "5", chunked + "5\r\n", chunked + "5\r\nhell", chunked + "5\r\nhello",
			chunked + "5\r\nhello\r\n", chunked + "5\r\nhello\r\n0\r\n", chunked + "0\r\nX: y\r\n"} {
			fails(text, io.ErrUnexpectedEOF)
		}
		for _, chunk := range []string{"\r\n", "x\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "+5\r\nhello\r\n", "-5\r\nhello\r\n", "0x5\r\nhello\r\n", ";x\r\n", "1_0\r\n", "5\nhello\r\n",
			"8000000000000000\r\n", "10000000000000005\r\nhello\r\n", "5\r\nhello0\r\n", "5\r\nhello!\r\n", "5\r\nhello\n\r\n", "5;\x00\r\nhello\r\n"} {
			fails(chunked+chunk+"0\r\n\r\n", keepalive.ErrMalformed)
		}
		pad := strings.Repeat("x", 90)
		fails(chunked+"5;"+pad+pad+"\r\nhello\r\n0\r\n\r\n", keepalive.ErrTooLarge)
		fails(chunked+"0\r\nX-A: "+pad+"\r\nX-B: "+pad+"\r\n\r\n", keepalive.ErrTooLarge)

		// The limit is for each line of a size, and not for all of them.
		request, _, err = parse(chunked+strings.Repeat("1;"+pad+"\r\nx\r\n", 100)+"0;"+pad+"\r\nX-A: "+pad+"\r\n\r\n", 100)
		Expect(err).NotTo(HaveOccurred())
		Expect(content(request)).To(Equal(strings.Repeat("x", 100)), "a body of many chunks")
		// Whoever waits for the end of a line or a chunk without one has to keep it.
		const limit, end = 10_000, 4 << 20
		for _, endless := range []string{"5;", "5;\r\nhello\r\n0;", "0\r\nX: ", "7fffffffffffffff\r\n"} {
			text := chunked + endless
			source := &counted{Reader: io.LimitReader(io.MultiReader(strings.NewReader(text), &again{text: "x"}), end)}
			request, err := keepalive.ReadRequest(bufio.NewReader(source), limit)
			Expect(err).NotTo(HaveOccurred())
			body, err := io.ReadAll(io.LimitReader(request.Body, 10))
			if len(body) < 10 {
				judge(err, keepalive.ErrTooLarge, text+"xx…")
			}
			Expect(source.bytes).To(BeNumerically("<=", len(text)+limit+4096), "bytes that were read for at most 10 of the body %qxx…, with the limit %d and a buffer of 4096", endless, limit)
		}
	})
})

// counted counts what is read of it.
type counted struct {
	io.Reader
	bytes int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes += n
	return n, err
}

// again is a text again and again.
type again struct {
	text string
	at   int
}

func (a *again) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = a.text[a.at%len(a.text)]
		a.at++
	}
	return len(p), nil
}
