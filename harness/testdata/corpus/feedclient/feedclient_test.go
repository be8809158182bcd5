package feedclient_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/feedclient"
)

// line is a connection that is lost after a few messages.
type line struct {
	server *server
	left   int
}

// server refuses two calls out of three.
type server struct {
	mu       sync.Mutex
	calls    int
	messages map[string]int
}

func (s *server) dial() (feedclient.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.calls%3 > 0 {
		return nil, errors.New("connection refused")
	}
	return &line{server: s, left: 3}, nil
}

func (l *line) Send(message string) error {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	if l.left == 0 {
		return errors.New("connection reset")
	}
	l.left--
	l.server.messages[message]++
	return nil
}

var _ = Describe("A client of a feed", func() {
	It("sends each message once, over whichever connection", func(ctx SpecContext) {
		const callers, each = 4, 15
		backend := &server{messages: map[string]int{}}
		client := feedclient.New(backend.dial)
		var sent []<-chan error
		for i := range callers {
			sent = append(sent, spec.Go(func() error {
				for j := range each {
					if err := client.Send(ctx, fmt.Sprint(i, "/", j)); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for _, caller := range sent {
			Eventually(ctx, caller).Should(Receive(BeNil()))
		}
		client.Close()
		Expect(backend.messages).To(HaveLen(callers * each))
		Expect(backend.messages).To(HaveEach(1))
		Expect(client.Send(ctx, "late")).To(MatchError(feedclient.ErrClosed))
	})
})

func TestFeedClient(t *testing.T) { spec.Run(t) }
