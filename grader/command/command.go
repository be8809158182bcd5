// Package command is the command line of dojo: one file per subcommand, and here
// the table of them.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses, which scripts depend on.
const (
	ExitFull        = 0   // graded with all points; any other command: done
	ExitLost        = 1   // graded with points lost; prove: something not proved
	ExitUsage       = 2   // usage or bad input
	ExitFault       = 3   // our fault
	ExitInterrupted = 130 // Ctrl-C or SIGTERM
)

// commands is the table of subcommands.
type commands struct {
	NoColor noColor `name:"no-color" help:"Print without colour, as with NO_COLOR=1."`

	Grade    gradeCommand    `cmd:"" help:"Grade your answers and print a scorecard."`
	Watch    watchCommand    `cmd:"" help:"Grade a kata each time one of its files is saved."`
	List     listCommand     `cmd:"" help:"List the katas in teaching order."`
	Next     nextCommand     `cmd:"" help:"Say which kata to do next."`
	Show     showCommand     `cmd:"" help:"Print the brief of a kata."`
	Hint     hintCommand     `cmd:"" help:"Print the next hint for a kata: there are three, each says more."`
	Progress progressCommand `cmd:"" help:"Show how far you have come."`
	Compare  compareCommand  `cmd:"" help:"Show the reference next to your answer, once it passes."`
	Reset    resetCommand    `cmd:"" help:"Put the stub of a kata back, and keep a copy of your answer."`
	Doctor   doctorCommand   `cmd:"" help:"Say what this machine has and lacks for grading, and how to get it."`
	Keys     keysCommand     `cmd:"" help:"Make a key to sign scorecards with."`
	Verify   verifyCommand   `cmd:"" help:"Check that scorecards are as they were signed."`
	Prove    proveCommand    `cmd:"" help:"For authors: prove that stubs fail, references pass and wrong solutions are caught."`
	Bench    benchCommand    `cmd:"" help:"For authors: measure the grader against go test, side by side."`
	Soak     soakCommand     `cmd:"" help:"For authors: grade the references on a machine that is short of something."`
}

// noColor is a flag of every command.
type noColor bool

// AfterApply asks as everybody does (no-color.org): what dojo starts is to know too.
func (on noColor) AfterApply() error {
	if on {
		return os.Setenv("NO_COLOR", "1")
	}
	return nil
}

// terminal is what a command may talk to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// errLost makes a command exit with ExitLost after it has said why.
var errLost = errors.New("points were lost")

// usageError is bad input: the message says what to do.
type usageError struct{ error }

func usage(format string, arguments ...any) error {
	return usageError{fmt.Errorf(format, arguments...)}
}

// Main runs the command line and returns the exit status.
func Main(arguments []string, out, err io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	status := -1
	var table commands
	parser, fault := kong.New(&table,
		kong.Name("dojo"),
		kong.Description("dojo grades concurrency katas: fill in the stubs below katas/, and see what the specs, the race detector and the leak checks say.\n\nA KATA is track/name, a name, or a track. Examples:\n\n  dojo grade\n  dojo grade sync/boundedqueue\n  dojo next\n  dojo hint boundedqueue\n  dojo grade net --from ../submission --out json=score.json\n\nExit status: 0 all points, 1 points lost, 2 usage or bad input, 3 a fault of dojo's own."),
		kong.Writers(out, err),
		kong.Exit(func(code int) { status = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(terminal{in: os.Stdin, out: out, err: err}),
	)
	if fault != nil {
		fmt.Fprintln(err, "dojo:", fault)
		return ExitFault
	}
	if len(arguments) == 0 {
		arguments = []string{"--help"}
	}
	parsed, wrong := parser.Parse(arguments)
	if status >= 0 {
		return status
	}
	if wrong != nil {
		fmt.Fprintf(err, "dojo: %v\ndojo: see dojo --help, or dojo COMMAND --help\n", wrong)
		return ExitUsage
	}
	return exitStatus(parsed.Run(), err)
}

// exitStatus prints an error and says how to exit with it.
func exitStatus(failed error, err io.Writer) int {
	var bad usageError
	switch {
	case failed == nil:
		return ExitFull
	case errors.Is(failed, errLost):
		return ExitLost
	case errors.Is(failed, context.Canceled):
		fmt.Fprintln(err, "dojo: interrupted")
		return ExitInterrupted
	case errors.As(failed, &bad):
		fmt.Fprintln(err, "dojo:", bad)
		return ExitUsage
	}
	fmt.Fprintln(err, "dojo:", failed)
	return ExitFault
}
