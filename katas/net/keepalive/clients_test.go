package keepalive_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing/iotest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/net/keepalive"
)

// house is a listener on a port, which counts who comes.
type house struct {
	net.Listener
	accepted atomic.Int64
}

func (h *house) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	if err == nil {
		h.accepted.Add(1)
	}
	return conn, err
}

// build returns a house with a server in it.
func build() (*house, *keepalive.Server, string) {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { listener.Close() })
	h := &house{Listener: listener}
	return h, keepalive.Serve(h, mirror, ordinary), "http://" + listener.Addr().String()
}

// leave shuts a server down, by force if it must be.
func leave(ctx context.Context, server *keepalive.Server) {
	GinkgoHelper()
	now, cancel := context.WithCancel(ctx)
	cancel()
	err := come(ctx, spec.Go(func() error { return server.Shutdown(now) }), "Shutdown doesn't return")
	if err != nil {
		Expect(err).To(MatchError(context.Canceled))
	}
}

// visit has a client send a request and returns what came back.
func visit(ctx context.Context, client *http.Client, method, url string, body io.Reader) answer {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	Expect(err).NotTo(HaveOccurred())
	return arrived(ctx, spec.Go(func() answer {
		response, err := client.Do(request)
		if err != nil {
			return answer{err: err}
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return answer{response.StatusCode, response.Header, string(text), err}
	}))
}

var _ = Describe("A real client", func() {
	It("is served, many requests on a connection: that of Go, and curl where it is installed", spec.Worth(1), func(ctx SpecContext) {
		house, server, url := build()
		transport := &http.Transport{}
		DeferCleanup(transport.CloseIdleConnections)
		client := &http.Client{Transport: transport}

		long := strings.Repeat("0123456789abcdef", 8192)
		Expect(visit(ctx, client, "GET", url+"/a?b=c", nil).body).To(Equal("/a?b=c "))
		Expect(visit(ctx, client, "HEAD", url+"/head", nil).header.Get("X-Method")).To(Equal("HEAD"))
		Expect(visit(ctx, client, "POST", url+"/sized", strings.NewReader("hello")).body).To(Equal("/sized hello"))
		// A reader of a type that it doesn't know it sends in chunks.
		Expect(visit(ctx, client, "PUT", url+"/chunks", iotest.HalfReader(strings.NewReader(long))).body == "/chunks "+long).To(BeTrue(), "a body in chunks comes back otherwise")
		Expect(visit(ctx, client, "DELETE", url+"/last", nil).body).To(Equal("/last "))
		// On a machine that is too slow for it, the client gives one up now and then.
		Expect(house.accepted.Load()).To(BeNumerically("<", 5), "connections that the client needed for 5 requests")
		transport.CloseIdleConnections()

		curl, err := exec.LookPath("curl")
		if err == nil {
			err = exec.CommandContext(ctx, curl, "--version").Run()
		}
		if err != nil {
			// Of this part of the spec nothing is left then.
			leave(ctx, server)
			return
		}
		run := func(arguments ...string) string {
			GinkgoHelper()
			command := exec.CommandContext(ctx, curl, append([]string{"-q", "--silent", "--show-error", "--http1.1", "--noproxy", "*"}, arguments...)...)
			command.Env = append(os.Environ(), "HOME="+spec.Folder())
			var complaints bytes.Buffer
			command.Stderr = &complaints
			text, err := command.Output()
			Expect(err).NotTo(HaveOccurred(), "curl complains: %s", &complaints)
			return string(text)
		}
		file := filepath.Join(spec.Folder(), "body")
		Expect(os.WriteFile(file, []byte("from a file"), 0o600)).To(Succeed())
		Expect(run(url+"/one", url+"/two", "--write-out", "%{num_connects}\n")).To(Equal("/one 1\n/two 0\n"), "bodies, and connections that curl made for each")
		Expect(run("--data", "hello", url+"/sized")).To(Equal("/sized hello"))
		Expect(run("--header", "Transfer-Encoding: chunked", "--data-binary", "@"+file, url+"/chunks")).To(Equal("/chunks from a file"))
		Expect(run("--http1.0", url+"/old")).To(Equal("/old "))
		Expect(strings.ToLower(run("--head", url+"/head"))).To(ContainSubstring("content-length: 6"))
		leave(ctx, server)
	})
})
