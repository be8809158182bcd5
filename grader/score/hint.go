package score

// hints says for each kind of diagnosis why it matters, in one sentence.
var hints = map[string]string{
	"wrong":     "A spec asks only for what the doc comments promise: read that promise again with these values in mind.",
	"race":      "Memory that goroutines share needs a lock, a channel or an atomic that orders every two accesses (happens-before); without it a read may see anything.",
	"deadlock":  "Every wait needs somebody who is sure to end it, on every path: a partner that still runs, or a context that gives up.",
	"timeout":   "Work must come nearer to its end with every turn of its loops, and stop when its context does.",
	"busy":      "Who polls takes the processor away from those it waits for; let a channel, a condition variable or the kernel do the waking.",
	"panic":     "A panic that nobody recovers ends the whole program, whichever goroutine it happens in, and no caller gets an answer.",
	"crash":     "This cannot be recovered: the process is gone, with everything that its other goroutines were doing.",
	"exited":    "A package that ends the process takes its caller along; return an error and let main decide.",
	"memory":    "Whatever grows with input or with time needs a bound: a queue that makes its callers wait, a length that is checked before it is trusted.",
	"processes": "Every process and thread takes a place in the system until it has ended and was waited for, so start no more than you will wait for.",
	"output":    "Output that never stops fills disks and hides the line that mattered, often because a loop goes on after an error.",
	"not-run":   "A spec that did not come to its end proves nothing, so it cannot pass.",
	"void":      "This is no mistake of yours and costs you no points; please report it together with the command that repeats it.",
	"skipped":   "What the machine lacks is no mistake of yours and costs you no points.",

	"leak":           "What a spec starts or opens, it must also end or close: the next one starts where this one stopped.",
	"leak:goroutine": "A goroutine that waits for ever is never collected, and neither is what it refers to; whoever starts one must know how it ends.",
	"leak:fd":        "A process may hold only so many descriptors; each needs one owner that closes it, also on the error path.",
	"leak:child":     "A child goes on without its parent's interest in it; whoever starts one must end it and wait for it, also when giving up.",
	"leak:zombie":    "An ended child keeps its place in the process table until its parent waits for it, and the table is finite.",
	"leak:orphan":    "When a parent ends first its children live on with nobody to stop them; signal the whole group and wait for all of it.",
	"leak:mapping":   "The garbage collector knows nothing of mapped memory; each mapping needs one owner that unmaps it.",
	"leak:file":      "The next run finds what this one left and disks fill up; remove what you create, also on the error path.",
	"leak:socket":    "The path of a socket or FIFO outlives its owner and keeps the next one from starting; remove it when you close it.",
	"leak:ipc":       "IPC objects belong to the system and not to the process, so they stay until somebody removes them.",
	"leak:state":     "The whole process shares this state, so a change that is not undone surprises code that never asked for it.",
}
