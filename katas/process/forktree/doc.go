// Package forktree is a kata about a family of processes: the tree that a loop of
// forks makes, grown for real, counted while it stands, and felled with nothing left.
//
// In Python: for _ in range(n): os.fork(), and then there are 2**n processes, with
// the first. A process of Go has several threads, of which fork would copy one, so
// Go only forks to execute a program at once. The copy that goes on with the rest
// of the loop is therefore the same program, started anew and told how much of the
// loop is left.
//
// # Rules
//
//   - The caller is the root and has n rounds left. A process with k rounds left
//     starts k others, which have k-1, k-2, … 1 and 0 rounds left. That makes 2ⁿ
//     processes with the caller, and nothing else is started.
//   - The command starts each of them but the caller, at every depth, and the process
//     above it runs the command. What the program does is call Node.
//   - As with fork, nobody waits for a child's rounds before the next round: a process
//     starts all its children, whatever those have got to meanwhile.
//   - A process that ends before the tree stands is an error, whatever its exit status
//     and at whatever depth.
//   - When Grow has failed, and when fell has returned, every process that was started
//     has ended and been reaped, grandchildren too. No zombie and no orphan is left
//     to anybody.
//   - No process outlives the one above it. If that is killed, even with SIGKILL, those
//     below end too, although nobody tells them; the caller of Grow is no exception.
//     They are then reaped by whoever inherits them.
//   - What the caller keeps open for a tree is its own: an end of a pipe, or a socket,
//     that it holds while the tree stands is held by no process of the tree, and by no
//     other program that is started meanwhile.
//   - The caller may have other children. Their exit statuses are not for you.
//   - Several trees may grow and stand at once, and none minds the others.
//   - Waiting costs no CPU, neither in the caller nor in the tree.
//
// You may take for granted that each process that the command starts gets to Node or
// ends, sooner or later; Grow may wait for that, even when ctx has ended. Left open
// is how soon Grow notices that a process has ended, and what fell does if it is
// called again.
//
// # Worth knowing
//
// The tree is the binomial tree of its order: 1, n, n(n-1)/2, … processes at depth 0,
// 1, 2, …, as the row of Pascal's triangle says.
//
// Killing a process does nothing to its children: they get another parent, the nearest
// subreaper above or init (PR_SET_CHILD_SUBREAPER, prctl(2)). PR_SET_PDEATHSIG asks for
// a signal instead, and takes the thread that forked for the parent.
//
// The reader of a pipe sees its end when the last copy of the write end is closed, and
// the kernel closes what a process holds when it ends, however it ends (pipe(7)).
// Children get a copy of each descriptor that isn't close-on-exec (open(2), pipe2(2)).
package forktree
