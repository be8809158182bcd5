package run

import "os"

// wires are the pipes between a process and us.
type wires struct {
	secretRead, secretWrite *os.File
	events, eventsWrite     *os.File
	leashRead, leash        *os.File
}

func openWires() (*wires, error) {
	var w wires
	for _, ends := range []struct{ read, write **os.File }{
		{&w.secretRead, &w.secretWrite}, {&w.events, &w.eventsWrite}, {&w.leashRead, &w.leash},
	} {
		var err error
		if *ends.read, *ends.write, err = os.Pipe(); err != nil {
			w.close()
			return nil, err
		}
	}
	return &w, nil
}

func (w *wires) closeChildsEnds() {
	for _, end := range []*os.File{w.secretRead, w.eventsWrite, w.leashRead} {
		end.Close()
	}
}

func (w *wires) close() {
	for _, end := range []*os.File{w.secretRead, w.secretWrite, w.events, w.eventsWrite, w.leashRead, w.leash} {
		if end != nil {
			end.Close()
		}
	}
}
