//go:build linux

package fdpassing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sys/unix"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/fdpassing"
)

// server receives a listener, accepts one client there and tells it the label and its
// own pid. Then it sends a file of its own, open at the end of a word, and ends.
var server = spec.Child("fdpassing/server", func(arguments []string) int {
	return play(func(conn *net.UnixConn) error {
		label, files, err := fdpassing.Receive(conn, 1)
		if err != nil {
			return err
		}
		listener, err := net.FileListener(files[0])
		if err != nil {
			return err
		}
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		fmt.Fprint(client, label, " ", os.Getpid())
		client.Close()
		file, err := os.Open(arguments[0])
		if err != nil {
			return err
		}
		if _, err := file.Seek(6, io.SeekStart); err != nil {
			return err
		}
		return fdpassing.Send(conn, "a last gift", file)
	})
})

// pauper receives five files twice, and has room for two descriptors each time.
var pauper = spec.Child("fdpassing/pauper", func([]string) int {
	return play(func(conn *net.UnixConn) error {
		var before unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			return err
		}
		highest, err := highestDescriptor()
		if err != nil {
			return err
		}
		low := before
		low.Cur = uint64(highest + 8)
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
			return err
		}
		taken := fill()
		for range 2 {
			for _, fd := range taken[:min(2, len(taken))] {
				unix.Close(fd)
			}
			_, files, err := fdpassing.Receive(conn, 5)
			taken = fill()
			fmt.Println("mismatch", errors.Is(err, fdpassing.ErrMismatch), "files", len(files), "room", len(taken))
		}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
			return err
		}
		label, files, err := fdpassing.Receive(conn, 5)
		fmt.Println("then", label, len(files))
		return err
	})
})

// highestDescriptor returns the highest number that is taken. Below it there may be
// free ones, between descriptors that the runtime opened.
func highestDescriptor() (highest int, err error) {
	entries, err := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		number, _ := strconv.Atoi(entry.Name())
		highest = max(highest, number)
	}
	return highest, err
}

// fill takes all descriptors that there are.
func fill() (taken []int) {
	for {
		fd, err := unix.Dup(0)
		if err != nil {
			return taken
		}
		taken = append(taken, fd)
	}
}

// play is what a child does with the connection that it was started with.
func play(part func(*net.UnixConn) error) int {
	conn, err := connection(3)
	if err == nil {
		err = part(conn)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// actor is a child that plays a part at the other end of a connection.
type actor struct {
	conn  *net.UnixConn
	pid   int
	said  *bytes.Buffer
	ended <-chan error
}

func start(ctx context.Context, command []string) actor {
	GinkgoHelper()
	near, far := pair()
	end, err := far.File()
	Expect(err).NotTo(HaveOccurred())
	defer end.Close()
	defer far.Close()
	over, kill := context.WithCancel(ctx)
	said := &bytes.Buffer{}
	child := exec.CommandContext(over, command[0], command[1:]...)
	child.ExtraFiles, child.Stdout, child.Stderr = []*os.File{end}, said, GinkgoWriter
	Expect(child.Start()).To(Succeed())
	ended, returned := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(returned)
		ended <- child.Wait()
	}()
	DeferCleanup(func(ctx SpecContext) {
		kill()
		select {
		case <-returned:
		case <-ctx.Done():
		}
	})
	return actor{conn: near, pid: child.Process.Pid, said: said, ended: ended}
}

// end waits until the child has ended, and wants it to have succeeded.
func (a actor) end(ctx context.Context) {
	GinkgoHelper()
	failed := spec.Await(ctx, a.ended)
	Expect(failed).NotTo(HaveOccurred(), "a child that calls the answer failed")
}

var _ = Describe("Another process", func() {
	It("accepts at a listener that it was handed, and leaves a file behind", spec.Worth(1), func(ctx SpecContext) {
		path := filepath.Join(spec.Folder(), "socket")
		listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { listener.Close() })
		listener.SetUnlinkOnClose(false)
		handle, err := listener.File()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { handle.Close() })

		file := fileOf("first second")
		child := start(ctx, server.Command(file.Name()))
		send(ctx, child.conn, "listener", handle)
		handle.Close()
		listener.Close()
		client, err := net.Dial("unix", path)
		Expect(err).NotTo(HaveOccurred(), "nobody listens any more")
		DeferCleanup(func() { client.Close() })
		reply := spec.Await(ctx, spec.Go(func() string {
			text, _ := io.ReadAll(client)
			return string(text)
		}))
		Expect(reply).To(Equal(fmt.Sprint("listener ", child.pid)))
		child.end(ctx)
		Expect(os.Remove(file.Name())).To(Succeed())
		seen := receive(ctx, child.conn, 1)
		Expect(seen.label).To(Equal("a last gift"))
		Expect(take(seen.files[0], 6)).To(Equal("second"), "the rest of the file from where the sender stood")
		Expect(refusal(ctx, child.conn, 1)).To(MatchError(io.EOF))
	})

	It("has no room for all descriptors, and keeps none of them", spec.Worth(1), func(ctx SpecContext) {
		child := start(ctx, pauper.Command())
		file := fileOf("")
		put(child.conn, frame(5, "five"), times(5, file)...)
		put(child.conn, frame(2, "two, of which as many find room"), times(5, file)...)
		put(child.conn, frame(4, "four"), times(4, file)...)
		child.end(ctx)
		Expect(child.said.String()).To(Equal(strings.Repeat("mismatch true files 0 room 2\n", 2) + "then four 4\n"))
	})
})
