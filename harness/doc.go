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
// those. Linking is what building costs, and this pays it once.
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
// # What stays facts
//
// Nothing here knows points or verdicts. The report (package report) says what
// was seen; grader/score says what that means.
package harness
