//go:build linux

package fdpassing_test

import (
	"context"
	"net"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fdpassing"
)

// sending calls Send in a goroutine of its own.
func sending(conn *net.UnixConn, label string, files ...*os.File) <-chan error {
	return spec.Go(func() error { return fdpassing.Send(conn, label, files...) })
}

// send calls Send where there is room for the message.
func send(ctx context.Context, conn *net.UnixConn, label string, files ...*os.File) {
	GinkgoHelper()
	Expect(sentBy(ctx, sending(conn, label, files...))).To(Succeed())
}

// sentBy waits until Send has returned.
func sentBy(ctx context.Context, call <-chan error) error {
	GinkgoHelper()
	return spec.Await(ctx, call, "Send doesn't come back")
}

// message is what Receive returned.
type message struct {
	label string
	files []*os.File
	err   error
}

// receiving calls Receive in a goroutine of its own.
func receiving(conn *net.UnixConn, limit int) <-chan message {
	return spec.Go(func() message {
		label, files, err := fdpassing.Receive(conn, limit)
		return message{label, files, err}
	})
}

// receive returns the next message, which must have so many files.
func receive(ctx context.Context, conn *net.UnixConn, count int) message {
	GinkgoHelper()
	return messageOf(ctx, receiving(conn, count), count)
}

func messageOf(ctx context.Context, call <-chan message, count int) message {
	GinkgoHelper()
	seen := resultOf(ctx, call)
	Expect(seen.err).NotTo(HaveOccurred())
	Expect(seen.files).To(HaveLen(count), "files of the message %.40q", seen.label)
	return seen
}

// refusal returns the error of Receive, with which no files come.
func refusal(ctx context.Context, conn *net.UnixConn, limit int) error {
	GinkgoHelper()
	return refusalOf(ctx, receiving(conn, limit))
}

func refusalOf(ctx context.Context, call <-chan message) error {
	GinkgoHelper()
	seen := resultOf(ctx, call)
	Expect(seen.err).To(HaveOccurred(), "Receive returned %d files and no error", len(seen.files))
	Expect(seen.files).To(BeEmpty(), "with an error came files")
	return seen.err
}

// resultOf waits for Receive. The files are closed after the spec.
func resultOf(ctx context.Context, call <-chan message) (seen message) {
	GinkgoHelper()
	seen = spec.Await(ctx, call, "Receive doesn't come back")
	DeferCleanup(func() {
		for _, file := range seen.files {
			file.Close()
		}
	})
	return seen
}
