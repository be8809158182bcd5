// Package harness is the theory of operation of everything below it: how an
// answer becomes a report, which code runs in which process, and who trusts whom.
//
// # The question
//
// A spec passes only if its assertions hold, the race detector saw nothing
// during it, and nothing that it started is left behind. An answer is arbitrary
// code, and it runs in the same process as the specs that judge it; it may crash
// that process, exit it, hang it, or print whatever a test framework prints when
// all is well. So the verdict is the parent's, and it counts only what was
// attested.
//
// # The processes
//
// The grader is the parent. It lays the answers over the pristine tree with go
// build -overlay and builds one race binary of all of them: each kata's specs
// are shown to the compiler as an ordinary package, and a generated main imports
// those. Linking is what building costs, and this pays it once. The binary begins in
// package entry, which asks for huge pages: starting is what running costs.
//
// What is compiled of an answer is a copy with hooks (package instrument), each
// inserted within its line: before every statement that other goroutines may
// notice, and around the taking of locks. They do nothing in a first run, which
// is the plain answer's, and they know who holds which lock. Specs that passed
// are then run again, as often as time allows, with hooks that yield and sleep
// as the run's seed decides, on other numbers of processors: that brings out in
// seconds what a plain run shows once in a thousand.
//
// For each kata the parent starts that binary, in a session of its own, with
// three extra descriptors: the secret (a key and the plan: which specs, which
// seed), the pipe for events, and a leash whose end of file tells that the
// parent is gone. Package attest/secret takes the secret and hides the
// descriptors while packages are initialised, before any that holds submitted
// code.
//
// In the child, package spec runs the planned specs through Ginkgo. Around each,
// package guard takes a census of goroutines, descriptors, children, mappings,
// files, IPC objects and process state; what is new afterwards is a leak. A
// watchdog uses package pulse to tell a spec that waits for ever from one that is
// only slow, by the state of goroutines and threads and not by a clock. Every
// start and end of a spec is an event: numbered, signed, on the pipe.
//
// # What the parent believes
//
// The ids of the specs come from the source of the pristine specs. Each gets
// exactly one outcome per run. A process that ends while a spec is open costs
// that spec, with the exit status or signal as evidence, and a new process runs
// those that are left; so does a process that had to be given up, or that a spec
// left dirty. If the stream of events holds a line that isn't the harness's, the
// process is ended and the spec at hand pays. An id without an outcome is not a
// pass.
//
// # What a picture is made of
//
// On demand, a spec that failed is run once more with the runtime's flight recorder on
// (runtime/trace). Into the trace, package spec remarks what it sees of processes, and
// the child hands all of it over as one more event. The parent reads it (package
// timeline) into lanes of goroutines and processes. No verdict rests on that.
//
// # The walls
//
// Package sandbox runs each process behind the best walls that the machine offers,
// the learner's own too, so that laptop and server come to the same verdict: a file
// system of its own, in memory and empty but for the system's programs and its own
// binary; no network but loopback; process ids, IPC objects and a user id of its own;
// system calls that no kata needs refused; limits on memory, processes and time that
// an init outside its reach keeps. A submission is compiled behind them too, on top
// of a build cache of which it changes nothing (package buildcache), and all its katas
// together have an allowance.
//
// # What an attacker inside could still do
//
// Answer and specs share a process, so there is no wall between them, only hurdles.
// The source is read before it is compiled: unsafe, cgo, assembly, linkname, and what
// a kata has no need of are refused. The secret that signs events is taken before
// any code of the answer runs, its descriptors are moved out of sight, and
// the process's memory is closed to files and other processes (PR_SET_DUMPABLE) and
// to ptrace. What is left to one who knows this text: package syscall takes
// addresses as numbers, so that read(2) and write(2) can copy any memory of the
// process through a pipe. Who finds the key in there, among all that a Go program
// holds, and keeps the numbering of the events, can sign a pass for a spec. Katas
// that do without package syscall don't have this hole. The log of a child process's
// races is a file, and who may remove files may remove it; races of the process itself
// are counted in its memory. What no attacker gains is anything outside the process:
// not another kata's verdict, nor the next submission's, nor the machine.
//
// # What stays facts
//
// Nothing here knows points or verdicts. The report (package report) says what
// was seen; grader/score says what that means.
package harness
