package score

import "strings"

// finding is what one outcome tells: a diagnosis that does not know yet to
// which spec and which run it belongs.
type finding struct {
	// kind is "" where the verdict says all.
	kind     string
	summary  string
	where    []Place
	evidence []string
	// hint is "" where that of the kind fits.
	hint string
}

// maxEvidence bounds, in bytes, what one spec may add to a scorecard: a panic
// can carry a message of any length.
const maxEvidence = 8 << 10

func (f finding) diagnosis(verdict SpecVerdict, spec Spec, command string) *Diagnosis {
	kind, hint := f.kind, f.hint
	if kind == "" {
		kind = string(verdict)
	}
	if hint == "" {
		hint = hints[kind]
	}
	if hint == "" {
		hint = hints[string(verdict)]
	}
	return &Diagnosis{
		Kind:     kind,
		Summary:  f.summary,
		Promise:  spec.Text,
		Where:    append([]Place{}, f.where...),
		Evidence: clip(strings.Join(f.evidence, "\n"), maxEvidence),
		Hint:     hint,
		Replay:   command,
	}
}
