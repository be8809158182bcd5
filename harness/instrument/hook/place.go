package hook

// Promise says how likely it is that a bug shows if somebody is slow at a hook.
type Promise int

const (
	// Nothing: no other goroutine notices the statement.
	Nothing Promise = iota
	// Shares: it touches what may belong to several goroutines.
	Shares
	// Orders: it locks, signals, starts or ends something.
	Orders
	// Follows: a lock was given back, a case was chosen, a goroutine started, and
	// what is to follow hasn't happened yet.
	Follows
	// Waits: it waits for others, who may just now do what it waits for.
	Waits

	promises = 8
)

// Site is the number of a hook with its promise.
func Site(number int, p Promise) int { return number*promises + int(p) }

//go:norace
func promise(site int) Promise { return Promise(site & (promises - 1)) }

// after is the hook behind a statement that has one before it.
//
//go:norace
func after(site int, p Promise) int { return Site(-site/promises, p) }

// place is a hook that the rounds of the current spec came by.
type place struct {
	site   int
	passed int // in this round
	// slow: it is one of the round's slow places.
	slow bool
}

// places is a hash table by site. Goroutines write it at the same time: a count
// that is lost now and then does no harm.
var places [1 << 10]place

// probes bounds how far an entry is from where it belongs.
const probes = 8

//go:norace
func forgetPlaces() {
	for i := range places {
		places[i] = place{}
	}
}

//go:norace
func endRound() {
	for i := range places {
		places[i].passed = 0
	}
}

// pass counts that somebody came by, and reports whether the place is slow.
//
//go:norace
func pass(site int) (slow bool) {
	home := int(mix(uint64(site), 0))
	for i := range probes {
		p := &places[(home+i)&(len(places)-1)]
		if p.site == 0 {
			p.site = site
		}
		if p.site == site {
			p.passed++
			return p.slow
		}
	}
	return false
}

// together is how many places are slow in one round; those that wait are slow
// alone, since two of them tend to make up for each other.
const together = 3

// choosePlaces makes the n-th few of the known places slow, in an order that the
// seed decides among those of the same promise, and returns how often they were
// passed in the last round. Once all have had their turn it draws pairs, of one
// that waits and any other: some bugs need two to be late.
//
//go:norace
func choosePlaces(seed uint64, n int) (times int) {
	known, alone := 0, 0
	for i := range places {
		places[i].slow = false
		if places[i].passed > 0 {
			known++
			if promise(places[i].site) == Waits {
				alone++
			}
		}
	}
	if known == 0 {
		return 0
	}
	groups := alone + (known-alone+together-1)/together
	one, other := int(mix(seed, uint64(2*n))%uint64(max(1, alone))), int(mix(seed, uint64(2*n+1))%uint64(known))
	for i := range places {
		p := &places[i]
		if p.passed == 0 {
			continue
		}
		rank := p.rank(seed)
		group := rank
		if rank >= alone {
			group = alone + (rank-alone)/together
		}
		if n < groups && group == n || n >= groups && (rank == one || rank == other) {
			p.slow = true
			times += p.passed
		}
	}
	return times
}

// rank counts the known places that come before this one: there are too few to
// be worth sorting.
//
//go:norace
func (p *place) rank(seed uint64) (rank int) {
	for i := range places {
		if q := &places[i]; q.passed > 0 && q.comesBefore(p, seed) {
			rank++
		}
	}
	return rank
}

//go:norace
func (p *place) comesBefore(other *place, seed uint64) bool {
	if mine, others := promise(p.site), promise(other.site); mine != others {
		return mine > others
	}
	return mix(seed, uint64(p.site)) < mix(seed, uint64(other.site))
}
