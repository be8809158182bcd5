package attest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/concurrency-dojo/dojo/harness/report"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// story is what an honest process says: a spec that fails, and one that passes.
var story = []Event{
	{Kind: Ready},
	{Kind: Start, Spec: "sync/lock:waits"},
	{Kind: Stop, Spec: "sync/lock:waits", Outcome: &report.Outcome{
		Finished: true, Wall: time.Second,
		Failure: &report.Failure{Kind: report.Assertion, Message: "expected <nil> & got \"x\"\n\u2028 naïve"},
	}},
	{Kind: Start, Spec: "sync/lock:wakes"},
	{Kind: Stop, Spec: "sync/lock:wakes", Outcome: &report.Outcome{Finished: true}},
	{Kind: Done},
}

// told returns the lines that a Writer with this key sends for events.
func told(t *testing.T, key []byte, events ...Event) []string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	sent := make(chan error, 1)
	go func() {
		defer write.Close()
		w := &Writer{key: key, pipe: write}
		for _, event := range events {
			if err := w.Emit(event); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	text, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

// heard returns the events up to the first error, and the error.
func heard(r *Reader) (events []Event, err error) {
	for {
		event, err := r.Next()
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
}

func TestStreamArrivesAsItWasSent(t *testing.T) {
	lines := told(t, testKey, story...)
	events, err := heard(NewReader(testKey, strings.NewReader(strings.Join(lines, ""))))
	if err != io.EOF || !reflect.DeepEqual(events, story) {
		t.Errorf("heard %+v, then %v", events, err)
	}
}

// signed is a line that the holder of key made: only its number may be wrong.
func signed(key []byte, number int, event string) string {
	text, _ := json.Marshal(line{Number: number, Event: json.RawMessage(event), MAC: sign(key, number, []byte(event))})
	return string(text) + "\n"
}

func TestTamperedStreamIsVoidFromThere(t *testing.T) {
	otherKey := bytes.Repeat([]byte{7}, KeySize)
	honest := told(t, testKey, story...)
	elsewhere := told(t, otherKey, story...)
	for _, c := range []struct {
		why string
		// tamper returns the line that takes the place of the third, before
		// the honest rest.
		tamper func() string
	}{
		{"one bit of the code is wrong", func() string { return flip(honest[2], `"mac":"`) }},
		{"the code is cut short", func() string { return reseal(honest[2], func(l *line) { l.MAC = l.MAC[:8] }) }},
		{"there is no code: an empty one must not match", func() string { return reseal(honest[2], func(l *line) { l.MAC = nil }) }},
		{"the failure was edited away under the old code", func() string {
			return reseal(honest[2], func(l *line) {
				l.Event = json.RawMessage(`{"kind":"stop","spec":"sync/lock:waits","outcome":{"finished":true}}`)
			})
		}},
		{"the number was changed under the old code", func() string { return reseal(honest[2], func(l *line) { l.Number = 4 }) }},
		{"an earlier line was given the number that is due", func() string { return reseal(honest[1], func(l *line) { l.Number = 3 }) + honest[2] }},
		{"so was a later one", func() string { return reseal(honest[4], func(l *line) { l.Number = 3 }) + honest[2] }},
		{"the line before stands twice", func() string { return honest[1] + honest[2] }},
		{"an earlier line is replayed", func() string { return honest[0] + honest[2] }},
		{"two lines changed places", func() string { return honest[3] + honest[2] }},
		{"a line is missing", func() string { return "" }},
		{"the code is right and the number comes too late", func() string { return signed(testKey, 4, `{"kind":"done"}`) }},
		{"the code is right and the number is the last one's", func() string { return signed(testKey, 2, `{"kind":"done"}`) }},
		{"the code is right and there is no event under it", func() string { return signed(testKey, 3, `"done"`) }},
		{"the line is another process's at the same place", func() string { return elsewhere[2] }},
		{"a submission printed text into the pipe", func() string { return "hello\n" + honest[2] }},
		{"an empty line is nobody's event", func() string { return "\n" + honest[2] }},
		{"a JSON object without the fields", func() string { return "{}\n" + honest[2] }},
		{"JSON that is no object", func() string { return "null\n" + honest[2] }},
		{"binary", func() string { return "\x00\xff\xfe\n" + honest[2] }},
		{"a line that would fill the parent's memory", func() string { return strings.Repeat("x", longest+1) + "\n" + honest[2] }},
		{"so would one of honest form", func() string {
			return signed(testKey, 3, `{"kind":"stop","spec":"`+strings.Repeat("x", longest)+`"}`)
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			stream := honest[0] + honest[1] + c.tamper() + strings.Join(honest[3:], "")
			r := NewReader(testKey, strings.NewReader(stream))
			events, err := heard(r)
			if !errors.Is(err, ErrForged) || !reflect.DeepEqual(events, story[:2]) {
				t.Fatalf("heard %d events, then %v; want the 2 before the forgery, then ErrForged", len(events), err)
			}
			for range 10 {
				if event, err := r.Next(); !errors.Is(err, ErrForged) {
					t.Fatalf("after a forgery: %+v, %v", event, err)
				}
			}
		})
	}
}

// flip changes one bit of the letter after mark, in the base64 alphabet.
func flip(text, mark string) string {
	i := strings.Index(text, mark) + len(mark)
	letter := byte('A')
	if text[i] == 'A' {
		letter = 'B'
	}
	return text[:i] + string(letter) + text[i+1:]
}

// reseal edits the fields of a line and leaves its code as it was.
func reseal(text string, edit func(*line)) string {
	var l line
	json.Unmarshal([]byte(text), &l)
	edit(&l)
	edited, _ := json.Marshal(l)
	return string(edited) + "\n"
}

// A process may be killed at any byte of a line.
func TestTruncatedLineIsNoEvent(t *testing.T) {
	lines := told(t, testKey, story[:2]...)
	for cut := range len(lines[1]) - len("}\n") {
		r := NewReader(testKey, strings.NewReader(lines[0]+lines[1][:cut]))
		events, err := heard(r)
		if len(events) != 1 || err != io.EOF && !errors.Is(err, ErrForged) {
			t.Errorf("cut at byte %d: %d events, then %v", cut, len(events), err)
		}
	}
}

func TestEmitFromManyGoroutinesStaysInTurn(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	w := &Writer{key: testKey, pipe: write}
	var senders sync.WaitGroup
	for i := range 8 {
		senders.Go(func() {
			for n := range 50 {
				if err := w.Emit(Event{Kind: Start, Spec: fmt.Sprint(i, "/", n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { senders.Wait(); write.Close() }()
	events, err := heard(NewReader(testKey, read))
	if len(events) != 400 || err != io.EOF {
		t.Errorf("heard %d of 400 events, then %v", len(events), err)
	}
}

func TestEmitTellsThatThePipeIsGone(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	read.Close()
	if err := (&Writer{key: testKey, pipe: write}).Emit(Event{Kind: Ready}); err == nil {
		t.Error("an event went into a pipe that nobody reads")
	}
}

// What a spec says may be long: a panic with a whole table in its text, or ten
// thousand goroutines left behind. That is no forgery.
func TestLongEventIsNotTakenForForged(t *testing.T) {
	outcome := &report.Outcome{Finished: true, Failure: &report.Failure{Kind: report.Panic, Message: strings.Repeat("x", longest)}}
	lines := told(t, testKey, Event{Kind: Stop, Outcome: outcome})
	if _, err := NewReader(testKey, bufio.NewReader(strings.NewReader(strings.Join(lines, "")))).Next(); err != nil {
		t.Error(err)
	}
}
