//go:build linux

package prefork

import "time"

// line is a worker and those that replace it, one after the other: a goroutine that
// starts them and waits for them. What is asked of it comes as channels.
type line struct {
	master *Master
	leave  chan struct{} // closed with master.mu held: from then on it starts none
	trial  *trial        // the Reload that has not ended yet, guarded by master.mu
	told   bool          // that has heard of the line, guarded by master.mu
}

// trial is what a Reload learns from its new lines.
type trial struct {
	served chan struct{}
	failed chan error
}

func (l *line) run(p *process) {
	defer l.master.lines.Done()
	pause := FirstPause
	for {
		if p != nil {
			l.keep(p)
			if p.hasServed() {
				pause = FirstPause
			}
		}
		if p == nil || !p.hasServed() {
			if l.onTrial(errEarlyEnd) || !l.wait(pause) {
				return
			}
			pause = min(2*pause, LongestPause)
		}
		var over bool
		if p, over = l.next(); over {
			return
		}
	}
}

// keep is back when the process has ended.
func (l *line) keep(p *process) {
	leave, kill, served := l.leave, l.master.kill, p.served
	for {
		select {
		case <-leave:
			p.letGo()
			leave = nil
		case <-kill:
			p.kill()
			kill = nil
		case <-served:
			l.tell()
			served = nil
		case <-p.ended:
			if served != nil && p.hasServed() {
				l.tell()
			}
			return
		}
	}
}

// tell lets the Reload that has started the line know that a worker has called Serve.
// The channel has room for one word of each line.
func (l *line) tell() {
	l.master.mu.Lock()
	defer l.master.mu.Unlock()
	if l.trial != nil && !l.told {
		l.told = true
		l.trial.served <- struct{}{}
	}
}

// onTrial fails the Reload that has started the line, if it has not ended.
func (l *line) onTrial(err error) bool {
	l.master.mu.Lock()
	defer l.master.mu.Unlock()
	if l.trial == nil || l.left() {
		return false
	}
	l.trial.failed <- err
	return true
}

// wait is true when the pause is over, and false when the line was let go.
func (l *line) wait(pause time.Duration) bool {
	if l.left() {
		return false
	}
	select {
	case <-l.master.after(pause):
		return true
	case <-l.leave:
		return false
	}
}

// next starts the next worker. It is nil if that fails.
func (l *line) next() (p *process, over bool) {
	l.master.mu.Lock()
	defer l.master.mu.Unlock()
	if l.left() {
		return nil, true
	}
	p, _ = launch(l.master.command, l.master.listener)
	return p, false
}

func (l *line) left() bool {
	select {
	case <-l.leave:
		return true
	default:
		return false
	}
}
