//go:build linux

package workerpool

import "slices"

// tell has f run in the pool's goroutine, after all that was told before, and says
// whether that is still there.
func (p *Pool) tell(f func()) bool {
	select {
	case p.inbox <- f:
		return true
	case <-p.gone:
		return false
	}
}

// run is the pool's only goroutine that knows its state. It ends with the last
// worker, and after it nothing is left.
func (p *Pool) run() {
	defer close(p.gone)
	for {
		f := <-p.inbox
		f()
		p.dispatch()
		if p.closed && len(p.queue) == 0 && p.running == 0 && len(p.workers) == 0 {
			return
		}
	}
}

func (p *Pool) refusal() error {
	if p.terminated.Load() {
		return ErrTerminated
	}
	return ErrClosed
}

func (p *Pool) accept(r *Result) {
	if p.closed {
		r.settle(nil, p.refusal())
		return
	}
	p.queue = append(p.queue, r)
}

// fill starts what the pool lacks in workers.
func (p *Pool) fill() error {
	for len(p.workers) < p.size {
		w, err := start(p.command)
		if err != nil {
			return err
		}
		p.workers[w] = true
		p.idle = append(p.idle, w)
		go func() {
			w.reap()
			p.inbox <- func() { p.buried(w) }
		}()
	}
	return nil
}

// dispatch gives tasks to workers as long as there are both. A worker that died is
// replaced here, when a task needs it.
func (p *Pool) dispatch() {
	for len(p.queue) > 0 {
		if len(p.idle) == 0 && len(p.workers) == p.size {
			return
		}
		r := p.queue[0]
		if len(p.idle) == 0 {
			if err := p.fill(); err != nil && len(p.idle) == 0 {
				p.queue = p.queue[1:]
				r.settle(nil, err)
				continue
			}
		}
		p.queue = p.queue[1:]
		w := p.idle[0]
		p.idle = p.idle[1:]
		w.runs = r
		p.running++
		go func() {
			o := w.do(r.task)
			p.inbox <- func() { p.finished(w, r, o) }
		}()
	}
	if p.closed {
		for _, w := range p.idle {
			w.link.Close() // its Serve reads the end of the file
		}
		p.idle = nil
	}
}

func (p *Pool) finished(w *worker, r *Result, o outcome) {
	p.running--
	w.runs = nil
	if w.buried {
		w.link.Close()
	}
	switch {
	case r.settled:
	case o.begun:
		r.settle(o.result, o.err)
	case r.refused == p.size: // more than were there: a fresh one died, too
		r.settle(nil, errDeaf)
	default: // the worker was dead before it took the task
		r.refused++
		p.queue = slices.Insert(p.queue, 0, r)
	}
	if !w.buried && o.alive {
		p.idle = append(p.idle, w)
	}
}

func (p *Pool) buried(w *worker) {
	delete(p.workers, w)
	w.buried = true
	if w.runs == nil {
		w.link.Close()
	}
	if i := slices.Index(p.idle, w); i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
}

func (p *Pool) kill() {
	p.closed = true
	for _, r := range p.queue {
		r.settle(nil, ErrTerminated)
	}
	p.queue = nil
	for w := range p.workers {
		if w.runs != nil {
			w.runs.settle(nil, ErrTerminated)
		}
		w.cmd.Process.Kill()
	}
}

// settle ends a task, the first time.
func (r *Result) settle(result []byte, err error) {
	if r.settled {
		return
	}
	r.settled = true
	r.bytes, r.err = result, err
	close(r.ended)
}
