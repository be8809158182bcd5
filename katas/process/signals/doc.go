// Package signals is a kata about being told from outside: a program that counts
// signals, that finishes its work when it is asked to end, and that gives the
// signals back when it is done with them.
//
// In Python: signal.signal(signal.SIGTERM, handler), and the handler runs between
// two steps of the main thread. Go has no handlers: package os/signal sends what
// it hears to channels, and it waits for nobody. A signal that finds its channel
// full, or nobody there, is lost.
//
// # Rules
//
//   - Signals don't queue: of several of one kind that come together, the kernel
//     may keep one. So of n that are sent, at least one is heard and at most n.
//     One that is sent when the one before has been counted is counted too.
//   - No kind displaces another, however many of it come. Of SIGUSR1, SIGUSR2 and
//     SIGTERM that come together, each is heard.
//   - Shutdown has two steps. It begins with the first SIGTERM, or with Drain: no
//     new work is taken, and what is in flight goes on undisturbed. It is forced by
//     a SIGTERM that comes while it is under way, whoever began it, or by the end of
//     Drain's context: the contexts of the work end, and nobody waits for it.
//   - A Program listens and counts until it is stopped, during shutdown too and
//     after it. What is forced already can't be forced again: one more SIGTERM
//     changes nothing then.
//   - Waiting costs no CPU.
//   - Others in the process may listen to the same signals. They hear them while a
//     Program listens, and after Stop too.
//   - Left open is what two Programs make of one signal if both listen. After Stop,
//     another may be started.
//
// # Worth knowing
//
// What a signal does to a process when nobody listens is its default action
// (signal(7)). A Go program ends by SIGTERM, SIGINT or SIGHUP then; SIGUSR1 and
// SIGUSR2, which would end a C program, do nothing to it (package os/signal says
// so). signal.Stop, signal.Ignore and signal.Reset are three different things.
//
// kill(2) returns when the signal is on its way, not when it has been heard. When
// signal.Stop returns, the channel has got all that it will ever get, and some of
// it may be in there still.
package signals
