// Package reaper is a kata about what a parent owes its children: a reaper that
// takes away the zombies of a process, adopts orphans, and leaves alone the
// children that somebody else waits for.
//
// In Python: signal.signal(signal.SIGCHLD, handler), and in the handler a loop
// around os.waitpid(-1, os.WNOHANG). Go has no handlers: package os/signal sends
// what it hears to a channel. And a Go program is seldom alone in its process:
// os/exec waits for its own children by pid, and a wait for -1 takes their exit
// statuses away from it. So owners of children have to be able to say so.
//
// # Rules
//
//   - A child belongs to the reaper if nobody has claimed it, whoever started it
//     and whenever: before the reaper was started, after it, or as the child of a
//     child that has ended since. What it is called and which process group and
//     session it is in make no difference.
//   - Each exit of a child that belongs to the reaper is reported once. A child
//     that is stopped (SIGSTOP) or goes on has not ended.
//   - SIGCHLD says that something has happened, not how often: of many that
//     arrive together the kernel keeps one.
//   - Reaping goes on whether or not anybody asks for the exits.
//   - A claimed child belongs to its owner until the owner gives it back. While
//     it lives, and while it is a zombie that the owner has not waited for yet,
//     the others are reaped all the same.
//   - Waiting costs no CPU: neither in Next nor behind it.
//   - Others in the process may listen to SIGCHLD too; they hear it while the
//     reaper runs, and when it is stopped.
//   - A process has one reaper at a time. After Stop it may start another. Left
//     open is what Start does while a reaper runs, and whether the next reaper
//     minds the claims that there were on the one before.
//
// # Worth knowing
//
// The kernel makes the parent of an orphan the nearest ancestor that has asked to
// be a subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)), and init if none has.
//
// A child may be a zombie before the call that started it returns. "Start it, then
// claim it" therefore leaves a moment in which it belongs to the reaper: that is
// why Claim does both.
//
// wait4 waits for one pid, for a process group or for everybody; it can't be told
// to leave somebody out.
package reaper
