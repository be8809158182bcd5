// Package sessions is a kata about families of processes: a job that is started in
// a process group or a session of its own, signalled as a whole and waited for as a
// whole, down to the last grandchild.
//
// In Python: subprocess.Popen(…, start_new_session=True) or process_group=0, then
// os.killpg and os.waitpid. There, os.setsid can also be called by the child itself,
// between os.fork and os.exec; a Go program runs nothing of its own in that moment,
// and tells syscall.SysProcAttr beforehand what the kernel is to do in it.
//
// # Rules
//
//   - A job is its leader, which is the process that Start starts, what the leader
//     starts, what that starts, and so on: all who are in the leader's process
//     group. Left open is what becomes of those who leave it for another one, and
//     of whom they have started.
//   - A job has ended when nobody is left in its group: nobody who lives, and no
//     zombie. A member that is stopped (SIGSTOP) has not ended.
//   - The process in which this runs is a subreaper (PR_SET_CHILD_SUBREAPER, prctl(2))
//     before Start is called, and stays one; leave that as it is. A member whose
//     parent ends thus becomes a child of this process, which has to wait for it.
//   - The process has other children too, in its own group, in groups of their own
//     and in other jobs. Their exit statuses belong to those who wait for them.
//   - Nobody outside the job gets a signal that is sent to it: not the caller's own
//     process group, not other jobs.
//   - Waiting costs no CPU, and ends when the job does, not when a clock says so.
//   - A goroutine may live as long as the job does, whether or not anybody waits.
//     Nothing that the answer made for a job is left when the job has ended and the
//     calls of its methods have returned: no goroutine, no descriptor.
//
// # Worth knowing
//
// kill(2) with a negative pid signals everybody in a group, in one step: a member
// that forks meanwhile can't slip its child through. It fails with ESRCH when
// nobody is in the group; zombies still are. Once the group is gone, its number may
// become that of a process and a group that have nothing to do with the job.
//
// A group keeps its number when its leader has ended. It isn't a tree, and nobody
// in particular is told when its last member goes: each exit is told to the parent.
//
// wait4(2) waits for the caller's children only, and takes a group as a negative
// pid. When a process ends, its children have a new parent before anybody can wait
// for it.
//
// A signal that a stopped process doesn't survive waits until it is continued;
// SIGKILL and SIGCONT don't wait.
//
// A session is a set of groups, and is what a terminal belongs to: of its groups,
// one is in the foreground (tcgetpgrp(3)) and gets the signal of Ctrl-C, which is
// why a job in a group of its own doesn't. A session leader can't change its group
// (setpgid(2)).
package sessions
