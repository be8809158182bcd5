// Package keepalive is a kata about a protocol over a stream: a server for
// HTTP/1.1 that reads requests from a connection byte by byte, answers any number
// of them on it, and knows where each one ends.
//
// In Python: http.server with protocol_version = "HTTP/1.1", or a loop around
// sock.recv(4096) that hopes for one whole request in each piece. In Go you would
// import net/http; here you write the part of it that meets the network. The
// stream has no borders: one Read may bring half a header or three requests.
// Whoever is wrong by a byte about where a body ends takes the rest of it for
// the next request, and so does an attacker on purpose (request smuggling).
//
// # Rules
//
//   - A line ends in CR LF. A CR or LF anywhere else is malformed, and so is any
//     other control character but the tab.
//   - The request line is METHOD SP TARGET SP VERSION, with exactly one space
//     between them. The method is a token, the target at least one character from
//     "!" to "~", and the version HTTP/1.1 or HTTP/1.0.
//   - A header field is NAME ":" VALUE. The name is a token, and nothing stands
//     between it and the colon. Spaces and tabs around the value don't belong to it;
//     the value may be empty. Bytes from 0x80 on are part of a value like any other.
//   - A token is at least one of the letters, the digits and !#$%&'*+-.^_`|~
//   - An empty line ends the header. An empty line before the request line may be
//     skipped or be malformed. Whether there is a Host doesn't matter here.
//   - Content-Length is one or more decimal digits and nothing else, and fits an
//     int64. The body is as long. Two such fields, or a list in one, are malformed,
//     even if they agree.
//   - Transfer-Encoding is "chunked", in letters of either case, and nothing else;
//     it is malformed in HTTP/1.0, and beside a Content-Length.
//   - Without either there is no body.
//   - A chunk is its size in hexadecimal digits, which fits an int64, on a line; so
//     many bytes; and CR LF. Behind the size, ";" and anything may stand. A chunk of
//     size 0 is the last, without bytes: behind its line come any number of field
//     lines, which need not be looked at, and an empty line.
//   - The requests of a connection are handled one after the other, and their
//     responses are sent in that order. Connections don't wait for each other.
//   - What a peer can make the server keep is bounded: by Limits.Header, by buffers
//     of a few KiB, and by what the handler returns.
//   - Whoever waits is blocked, and is woken by what it waits for.
//   - No goroutine or connection outlives Shutdown.
//
// # Worth knowing
//
// The text of the law is RFC 9112. This kata is stricter where the RFC lets a
// server choose, and leaves out what it can: Expect, upgrades, chunked responses.
//
// A connection is persistent in HTTP/1.1 unless somebody says "Connection: close",
// and not persistent in HTTP/1.0 unless the client says "Connection: keep-alive".
// A client may send its next request before it has the response to the last one:
// that is pipelining, and it takes nothing but a reader that loses no byte.
//
// Go gives a goroutine that waits in Read no other end than an error. A read
// deadline in the future is a limit; one in the past, or Close, wakes it at once.
//
// A TCP connection that is closed while input is unread is reset, and the reset may
// overtake the response (RFC 9112, 9.6). Servers close their writing side first and
// read on for a while. It is not asked of you: the peers that are refused here read
// what they are told.
//
// The specs try random requests. For more of them, where the coverage of your code
// steers the search, there is
//
//	go test -run=^$ -fuzz=FuzzRequests -fuzztime=30s ./katas/net/keepalive
package keepalive
