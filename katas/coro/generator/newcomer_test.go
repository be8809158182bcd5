package generator_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"sync"

	"github.com/concurrency-dojo/dojo/harness/spec"
)

// newcomer is a process that has used no sequence yet. For each kind, its first
// two loops run at once.
var newcomer = spec.Child("generator/newcomer", func([]string) int {
	for _, kind := range everyKind() {
		var seen [2][]int
		var loops sync.WaitGroup
		start := make(chan struct{})
		for i := range seen {
			loops.Go(func() {
				<-start
				seen[i] = first(several, kind.items)
			})
		}
		close(start)
		loops.Wait()
		for _, items := range seen {
			if !slices.Equal(items, kind.want) {
				fmt.Printf("%s: %v, but want %v\n", kind.name, items, kind.want)
				return 1
			}
		}
	}
	return 0
})

// play runs a child in this role and returns what went wrong, "" if nothing. A
// data race that is seen in a child makes it fail as it exits.
func play(ctx context.Context, role spec.Role) string {
	line := role.Command()
	output, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v\n%s", err, output)
	}
	return ""
}
