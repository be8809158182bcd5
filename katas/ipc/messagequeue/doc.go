// Package messagequeue is a kata about handing over work between processes: a bounded
// queue of messages that any number of processes put in and take from.
//
// In Python: multiprocessing.Queue(maxsize), a pipe with a lock at either end and a
// thread that feeds it. There the queue is inherited by fork, put returns before the
// message has left the process, and a consumer that is killed while it waits takes
// the lock with it, so that nobody ever gets a message again. Go has no fork to
// inherit through: here a queue is found by the folder that it lives in, a message
// that was put is safe, and nobody's death keeps others from going on.
//
// # Rules
//
//   - Any number of processes may open a queue, each as often as it likes, and any
//     number of goroutines may call Put and Take of one Queue at once. A process may
//     serve several queues, each in a folder of its own.
//   - First in, first out: if Put has returned before another Put begins, in
//     whichever process, its message is taken before the other's. So what one producer
//     puts, one message after the other, is taken in that order.
//   - Each message is taken once, and whole, however large it is.
//   - The queue holds as many messages as its capacity says, whatever their sizes. Put
//     waits while it is full, and for nothing else.
//   - A call that waits, of Server.Close too, costs no CPU: it is woken by what it
//     waits for, not by a clock. That holds for all the processes, the one that serves
//     the queue too. If several wait and one can go on, one of them does, no matter
//     which.
//   - A process that is killed (kill -9) loses at most one message for each of its
//     calls of Take: the one that the call has returned, or was about to. While
//     the queue is empty there is none that a Take could be about to return. It takes no
//     room with it, and nobody waits for it. Of a Put that it was in, the message is in
//     the queue, whole, or it isn't.
//   - When Put has returned nil, the message no longer needs the process that put it.
//   - The folder is the queue's own: there may be in it whatever an answer needs.
//   - Left open is what becomes of a queue when the process that serves it is killed,
//     what waits for a process that is stopped, and in which place a message comes
//     back that a killed consumer was about to get.
//
// # Worth knowing
//
// pipe(7) tells that a write of more than PIPE_BUF bytes may be torn, and unix(7) tells
// of sockets that have a path. flock(2) locks end with the process that holds
// them; a file that stands for a lock doesn't. mq_overview(7) has queues that the kernel
// keeps, of few and small messages. Whose peer has gone reads the end of the
// file, and gets EPIPE when it writes; what it wrote before is still read.
package messagequeue
