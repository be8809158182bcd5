package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/concurrency-dojo/dojo/harness/entry"
	"github.com/concurrency-dojo/dojo/harness/instrument"
	"github.com/concurrency-dojo/dojo/harness/report"
	"github.com/concurrency-dojo/dojo/harness/source"
	"github.com/concurrency-dojo/dojo/harness/stack"
)

// built is the binary of all answers that compile.
type built struct {
	binary string
	// holds are the katas in the binary.
	holds []string
	// broken has the compiler's complaints by kata.
	broken map[string][]report.Complaint

	// answers are those that it holds.
	answers []source.Answer

	// alone are smaller binaries, made when a package initialisation ends the
	// process and so keeps all the others from running.
	mu    sync.Mutex
	alone map[string]string
}

func binaryIn(work string) string { return filepath.Join(work, "katas.bin") }

// module is what go.mod calls the project, and virtual the folder of the generated
// main package, which exists in the overlay only.
const (
	module  = "github.com/concurrency-dojo/dojo"
	virtual = "graded"
)

// build compiles all answers into one binary: linking costs more than anything
// else, and is paid once. Answers that do not compile are left out and the rest
// is built without them.
func build(ctx context.Context, work string, answers []source.Answer, o Options) (*built, error) {
	b := &built{binary: binaryIn(work), broken: map[string][]report.Complaint{}, alone: map[string]string{}}
	left := slices.Clone(answers)
	for len(left) > 0 {
		broken, err := compile(ctx, b.binary, work, "all", left, o)
		if over := (*overrun)(nil); errors.As(err, &over) {
			broken, err = gluttons(ctx, work, left, over, o)
		}
		if err != nil {
			return nil, err
		}
		if len(broken) == 0 {
			broken = unreadable(left)
		}
		if len(broken) == 0 {
			break
		}
		for kata, complaints := range broken {
			b.broken[kata] = complaints
		}
		left = slices.DeleteFunc(left, func(a source.Answer) bool { return len(broken[a.Kata]) > 0 })
	}
	for _, answer := range left {
		b.holds = append(b.holds, answer.Kata)
	}
	b.answers = left
	return b, nil
}

// gluttons finds those of several answers that take more to compile than they may,
// each by itself.
func gluttons(ctx context.Context, work string, answers []source.Answer, over *overrun, o Options) (map[string][]report.Complaint, error) {
	broken := map[string][]report.Complaint{}
	for _, answer := range answers {
		if len(answers) > 1 {
			_, err := compile(ctx, filepath.Join(work, "alone.bin"), work, "alone", []source.Answer{answer}, o)
			if !errors.As(err, &over) {
				continue
			}
		}
		for name := range answer.Files {
			broken[answer.Kata] = []report.Complaint{{
				Where: report.Location{File: path.Join("katas", answer.Kata, name), Line: 1}, Message: "to compile this, " + over.Error(),
			}}
		}
	}
	if len(broken) == 0 {
		return nil, over
	}
	return broken, nil
}

// unreadable returns complaints of files that the compiler takes and package
// go/parser doesn't: what nobody could read was neither checked nor instrumented.
func unreadable(answers []source.Answer) map[string][]report.Complaint {
	broken := map[string][]report.Complaint{}
	for _, answer := range answers {
		for name, text := range answer.Files {
			if _, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
				broken[answer.Kata] = append(broken[answer.Kata], report.Complaint{
					Where:   report.Location{File: path.Join("katas", answer.Kata, name), Line: 1},
					Message: "this file cannot be read: " + err.Error(),
				})
			}
		}
	}
	return broken
}

// only returns a binary in which no package initialisation but this answer's own can
// end the process: it holds this answer and no other, or, if this one's does nothing,
// all of which that is so.
func (b *built) only(ctx context.Context, work string, answer source.Answer, o Options) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.holds) == 1 {
		return b.binary, nil
	}
	name, together := strings.ReplaceAll(answer.Kata, "/", "-"), []source.Answer{answer}
	if inert(answer) {
		name, together = "inert", slices.DeleteFunc(slices.Clone(b.answers), func(a source.Answer) bool { return !inert(a) })
	}
	if binary, ok := b.alone[name]; ok {
		return binary, nil
	}
	binary := filepath.Join(work, name+".bin")
	if _, err := compile(ctx, binary, work, name, together, o); err != nil {
		return "", err
	}
	b.alone[name] = binary
	return binary, nil
}

// compile builds a binary of these answers, instrumented as deeply as compiles.
// What the compiler says of text that nobody wrote would help nobody: so what it
// says of the plain text counts.
func compile(ctx context.Context, binary, work, name string, answers []source.Answer, o Options) (broken map[string][]report.Complaint, err error) {
	depths := map[string]instrument.Depth{}
	for {
		c, err := compilation(work, name, answers, depths, o)
		if err != nil {
			return nil, err
		}
		broken, err = c.compile(ctx, binary)
		if over := (*overrun)(nil); errors.As(err, &over) {
			return nil, over
		}
		lesser := false
		for _, answer := range answers {
			// The linker's complaints name nobody: then all are to blame.
			blamed := len(broken[answer.Kata]) > 0 || err != nil && ctx.Err() == nil
			if blamed && depths[answer.Kata] < instrument.Plain {
				depths[answer.Kata]++
				lesser = true
			}
		}
		if !lesser {
			return broken, err
		}
	}
}

// compiler is one call of go build.
type compiler struct {
	options Options
	work    string
	overlay string
	// terms translates a file that stands in for another to the name that
	// people know the other by.
	terms   map[string]string
	answers []source.Answer
}

// compilation writes the overlay: the answers in place of the tree's, each
// kata's specs as an ordinary package below it, and a main that imports those.
func compilation(work, name string, answers []source.Answer, depths map[string]instrument.Depth, o Options) (*compiler, error) {
	replace := map[string]string{}
	var main bytes.Buffer
	fmt.Fprintf(&main, "package main\n\nimport (\n\t%q\n\t_ %q\n", module+"/harness/spec", entry.Path)
	for _, answer := range answers {
		if err := answer.Overlay(o.Root, replace); err != nil {
			return nil, fmt.Errorf("run: lay %s over the tree: %w", answer.Kata, err)
		}
		if err := instrumented(work, answer, depths[answer.Kata], o, replace); err != nil {
			return nil, fmt.Errorf("run: instrument %s: %w", answer.Kata, err)
		}
		folder := filepath.Join(o.Root, "katas", filepath.FromSlash(answer.Kata))
		// The folder is no part of the pattern: its name may hold brackets.
		specs, err := fs.Glob(os.DirFS(folder), "*_test.go")
		if err != nil {
			return nil, fmt.Errorf("run: look for the specs of %s: %w", answer.Kata, err)
		}
		if len(specs) == 0 {
			return nil, fmt.Errorf("run: %s has no specs", answer.Kata)
		}
		for _, name := range specs {
			shown := strings.TrimSuffix(name, "_test.go") + ".go"
			replace[filepath.Join(folder, stack.SpecsFolder, shown)] = filepath.Join(folder, name)
		}
		fmt.Fprintf(&main, "\t_ %q\n", path.Join(module, "katas", answer.Kata, stack.SpecsFolder))
	}
	main.WriteString(")\n\nfunc main() { spec.Main() }\n")

	c := &compiler{options: o, work: work, answers: answers, terms: map[string]string{}, overlay: filepath.Join(work, name+".json")}
	for shown, file := range replace {
		if file != "" {
			if relative, err := filepath.Rel(o.Root, shown); err == nil {
				c.terms[file] = stack.SpecFile("/" + filepath.ToSlash(relative))
			}
		}
	}
	mainFile := filepath.Join(work, name+".main.go")
	replace[filepath.Join(o.Root, virtual, "main.go")] = mainFile
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, fmt.Errorf("run: write the overlay: %w", err)
	}
	for file, text := range map[string][]byte{mainFile: main.Bytes(), c.overlay: overlay} {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return nil, fmt.Errorf("run: write the overlay: %w", err)
		}
	}
	return c, nil
}

// instrumented writes the answer's files with hooks and lays them over the tree.
func instrumented(work string, answer source.Answer, depth instrument.Depth, o Options, replace map[string]string) error {
	if depth == instrument.Plain {
		return nil
	}
	folder := filepath.Join(work, "instrumented", filepath.FromSlash(answer.Kata))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	unfit := instrument.Unfit(answer.Files)
	for name, text := range answer.Files {
		shown := path.Join("katas", answer.Kata, name)
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, instrument.File(shown, text, depth, unfit), 0o644); err != nil {
			return err
		}
		replace[filepath.Join(o.Root, filepath.FromSlash(shown))] = file
	}
	return nil
}

// compile builds the binary. It returns the complaints by kata if answers are at
// fault, and an error if we are.
func (c *compiler) compile(ctx context.Context, binary string) (map[string][]report.Complaint, error) {
	// Specs mostly wait, so optimising them costs more than it saves.
	arguments := []string{"build", "-o", binary, "-overlay", c.overlay, "-trimpath", "-buildvcs=false", "-ldflags=" + c.linked(),
		"-gcflags=" + module + "/katas/.../" + stack.SpecsFolder + "=-N -l"}
	if c.options.Toolchain.NoRace == "" {
		arguments = append(arguments, "-race")
	}
	output := &capped{limit: mostErrors, over: func() {}}
	err := c.goBuild(ctx, append(arguments, "./"+virtual), output)
	if err == nil {
		return nil, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if over := (*overrun)(nil); errors.As(err, &over) {
		return nil, over
	}
	if broken := c.complaints(output.String()); len(broken) > 0 {
		return broken, nil
	}
	return nil, fmt.Errorf("run: go build: %w\n%s", err, output.String())
}

// linked are the flags of the linker. Without DWARF the link takes half the time;
// stack traces do not need it.
func (c *compiler) linked() string {
	if begin, ok := entry.Symbol(); ok && c.options.Toolchain.NoRace == "" {
		return "-w -E " + begin
	}
	return "-w"
}
