// Package buildcache is a build cache for the go command in two layers: it reads
// one folder, that of this machine's user, and writes another. So code of strangers
// is compiled on top of what is compiled already, and adds nothing to it, on every
// rung of the sandbox alike.
//
// It is a program that the go command starts and talks to in JSON, as package
// cmd/go/internal/cacheprog has it (go help environment, GOCACHEPROG). The program
// is whichever holds this package.
package buildcache

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
)

// mark is the first argument of a program that is to be a cache.
const mark = "dojo-build-cache"

// Variable returns the environment's entry that has the go command read one
// folder, which is a GOCACHE, and write the other. Program is this program's
// path as the go command sees it.
func Variable(program, read, write string) string {
	return "GOCACHEPROG=" + quoted(program) + " " + mark + " " + quoted(read) + " " + quoted(write)
}

// quoted is how the go command takes a word with spaces.
func quoted(word string) string {
	if strings.ContainsAny(word, "'") {
		return `"` + word + `"`
	}
	return "'" + word + "'"
}

// init makes this process a cache if that is what it was started for, and never
// returns then.
func init() {
	if len(os.Args) != 4 || os.Args[1] != mark {
		return
	}
	if serve(os.Stdin, os.Stdout, layers{read: folder(os.Args[2]), write: folder(os.Args[3])}) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// request and response are the go command's.
type request struct {
	ID                 int64
	Command            string
	ActionID, OutputID []byte
	BodySize           int64
}

type response struct {
	ID            int64
	Err           string   `json:",omitempty"`
	KnownCommands []string `json:",omitempty"`
	Miss          bool     `json:",omitempty"`
	OutputID      []byte   `json:",omitempty"`
	Size          int64    `json:",omitempty"`
	DiskPath      string   `json:",omitempty"`
}

// serve answers requests, each in a goroutine of its own, until it is told to
// close or nobody asks any more.
func serve(in io.Reader, out io.Writer, l layers) error {
	requests := json.NewDecoder(bufio.NewReader(in))
	var mu sync.Mutex
	responses := json.NewEncoder(out)
	say := func(r response) error {
		mu.Lock()
		defer mu.Unlock()
		return responses.Encode(r)
	}
	if err := say(response{KnownCommands: []string{"get", "put", "close"}}); err != nil {
		return err
	}
	var working sync.WaitGroup
	defer working.Wait()
	for {
		var asked request
		if err := requests.Decode(&asked); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var body []byte
		if asked.BodySize > 0 {
			if err := requests.Decode(&body); err != nil {
				return err
			}
		}
		if asked.Command == "close" {
			working.Wait()
			return say(response{ID: asked.ID})
		}
		working.Go(func() { say(l.answer(asked, body)) })
	}
}

func (l layers) answer(asked request, body []byte) response {
	switch asked.Command {
	case "get":
		found, there := l.get(asked.ActionID)
		if !there {
			return response{ID: asked.ID, Miss: true}
		}
		return response{ID: asked.ID, OutputID: found.output, Size: found.size, DiskPath: found.path}
	case "put":
		path, err := l.write.put(asked.ActionID, asked.OutputID, body)
		if err != nil {
			return response{ID: asked.ID, Err: err.Error()}
		}
		return response{ID: asked.ID, DiskPath: path}
	}
	return response{ID: asked.ID, Err: "unknown command"}
}
