// Package stack reads goroutine dumps: those of runtime.Stack, of the runtime's
// profiles, of a crash's trace and of the race detector. It knows which frames
// are the answer's, because those are all that a learner wants to see.
package stack

import (
	"bufio"
	"bytes"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/concurrency-dojo/dojo/harness/report"
)

// Goroutine is one goroutine of a dump.
type Goroutine struct {
	ID uint64
	// State is the runtime's wait reason without its remarks: "chan receive".
	State string
	// Leaked: the leak profile found that it can never run again.
	Leaked bool
	// Frames are innermost first. Functions have their full package path.
	Frames []Frame
	// Creator is the go statement that started it, zero for the main goroutine.
	Creator Frame
}

// Frame is one call of a stack. Function has its package path and File is as
// the dump shows it.
type Frame struct {
	Function string
	File     string
	Line     int
}

// All dumps every goroutine of this process. It stops the world for a moment.
func All() []Goroutine {
	buffer := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buffer, true)
		if n < len(buffer) {
			return Parse(buffer[:n])
		}
		buffer = make([]byte, 2*len(buffer))
	}
}

var header = regexp.MustCompile(`^goroutine (\d+) (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[([^\]]*)\]:$`)

// Parse reads a dump and passes over whatever else stands in it.
func Parse(dump []byte) []Goroutine {
	var all []Goroutine
	var current *Goroutine
	lines := bufio.NewScanner(bytes.NewReader(dump))
	lines.Buffer(nil, 1<<20)
	function, created := "", false
	for lines.Scan() {
		text := lines.Text()
		switch match := header.FindStringSubmatch(text); {
		case match != nil:
			id, _ := strconv.ParseUint(match[1], 10, 64)
			all = append(all, Goroutine{ID: id})
			current = &all[len(all)-1]
			current.State, current.Leaked = state(match[2])
			function, created = "", false
		case current == nil:
		case text == "":
			current = nil
		case strings.HasPrefix(text, "\t") && function == "":
			// Instead of frames: "goroutine running on other thread; stack unavailable".
		case strings.HasPrefix(text, "\t"):
			frame := Frame{Function: function}
			frame.File, frame.Line = position(text)
			if created {
				current.Creator = frame
			} else {
				current.Frames = append(current.Frames, frame)
			}
			created = false
		default:
			function, created = strings.CutPrefix(text, "created by ")
			if created {
				function, _, _ = strings.Cut(function, " in goroutine ")
			} else {
				function = called(function)
			}
		}
	}
	return all
}

// state splits "chan receive (leaked), 3 minutes" into its reason and remark.
func state(text string) (reason string, leaked bool) {
	reason, _, _ = strings.Cut(text, ",")
	leaked = strings.Contains(reason, "(leaked)")
	for _, remark := range []string{" (leaked)", " (scan)", " (durable)"} {
		reason = strings.ReplaceAll(reason, remark, "")
	}
	return reason, leaked
}

// called cuts the arguments from "pkg.(*T).M(0x1, {…})".
func called(text string) string {
	if !strings.HasSuffix(text, ")") {
		return text
	}
	if i := strings.LastIndex(text, "("); i > 0 && text[i-1] != '.' {
		return text[:i]
	}
	return text
}

// position reads "\tfile.go:31 +0x1d".
func position(text string) (file string, line int) {
	text, _, _ = strings.Cut(strings.TrimSpace(text), " ")
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, 0
	}
	line, _ = strconv.Atoi(text[i+1:])
	return text[:i], line
}

// SpecsFolder is the folder, below a kata's, in which the one binary for all
// katas shows the specs to the compiler as an ordinary package.
const SpecsFolder = "specs"

// besides are the folders beside katas. In a checkout that is called katas itself,
// the paths of their packages look like those of katas.
var besides = []string{"harness", "grader", "solutions"}

// kataFile returns the path below the project's root of a file of a kata, from
// the path that the binary knows it by: below the import path or below some
// checkout. A frame's file is what tells whose it is; its function is not, since
// a closure in a function that was inlined bears the name of the caller.
func kataFile(file string) (name string, spec, ok bool) {
	i := strings.LastIndex(file, "/katas/")
	if i < 0 {
		return file, false, false
	}
	name = file[i+1:]
	parts := strings.Split(name, "/")
	switch {
	case slices.Contains(besides, parts[1]):
		return file, false, false
	case len(parts) == 5 && parts[3] == SpecsFolder:
		return path.Join(parts[0], parts[1], parts[2], strings.TrimSuffix(parts[4], ".go")+"_test.go"), true, true
	case len(parts) == 4:
		return name, strings.HasSuffix(name, "_test.go"), true
	}
	return file, false, false
}

// Answer reports whether the frame is in the learner's own code.
func (f Frame) Answer() bool {
	_, spec, ok := kataFile(f.File)
	return ok && !spec
}

// Spec reports whether the frame is in the specs of a kata.
func (f Frame) Spec() bool {
	_, spec, ok := kataFile(f.File)
	return ok && spec
}

// SpecFile returns the path of a specs file relative to the project's root, from
// the path that the binary knows it by.
func SpecFile(file string) string {
	name, _, _ := kataFile(file)
	return name
}

// Location returns the frame as people read it: the file relative to the
// project's root, the function without its package path and type arguments.
func (f Frame) Location() report.Location {
	return report.Location{File: SpecFile(f.File), Line: f.Line, Function: f.name()}
}

var typeArguments = regexp.MustCompile(`\[[^\[\]]*\]`)

// name cuts the package path, type arguments, and the callers that an inlined
// closure's name begins with.
func (f Frame) name() string {
	name := f.Function
	for short := ""; short != name; {
		short, name = name, typeArguments.ReplaceAllString(name, "")
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	if _, after, found := strings.Cut(name, "."); found {
		name = after
	}
	if i := strings.LastIndex(name, ".(*"); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// Answers returns the answer's frames among those given, in their order.
func Answers(frames []Frame) []report.Location {
	var found []report.Location
	for _, frame := range frames {
		if frame.Answer() {
			found = append(found, frame.Location())
		}
	}
	return found
}

// Created reports whether the goroutine was started by a function whose full
// name begins with prefix.
func (g Goroutine) Created(prefix string) bool {
	return strings.HasPrefix(g.Creator.Function, prefix)
}

// Calls reports whether a function whose full name begins with prefix is on the
// goroutine's stack.
func (g Goroutine) Calls(prefix string) bool {
	for _, frame := range g.Frames {
		if strings.HasPrefix(frame.Function, prefix) {
			return true
		}
	}
	return false
}

// Report returns the goroutine with the answer's frames only.
func (g Goroutine) Report() report.Goroutine {
	seen := report.Goroutine{ID: g.ID, State: g.State, Where: Answers(g.Frames), InSpec: g.inSpec()}
	seen.Own = g.Created("sync.(*WaitGroup).Go") && len(seen.Where) > 0 && !slices.ContainsFunc(g.Frames, Frame.Spec)
	if g.Creator.Answer() || g.Creator.Spec() {
		seen.Born = g.Creator.Location()
	}
	return seen
}

// inSpec reports whether the innermost frame of a kata is the spec's and the
// answer called it.
func (g Goroutine) inSpec() bool {
	inner := slices.IndexFunc(g.Frames, func(f Frame) bool { return f.Answer() || f.Spec() })
	return inner >= 0 && g.Frames[inner].Spec() && slices.ContainsFunc(g.Frames[inner:], Frame.Answer)
}

// Trace reads a bare stack trace: frames without a goroutine's header.
func Trace(text string) []Frame {
	all := Parse([]byte("goroutine 1 [running]:\n" + text))
	if len(all) == 0 {
		return nil
	}
	return all[0].Frames
}
