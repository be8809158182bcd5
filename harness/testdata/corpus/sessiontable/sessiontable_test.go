package sessiontable_test

import (
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/sessiontable"
)

var _ = Describe("A table of sessions", func() {
	directory := func(id string) (sessiontable.Profile, error) {
		if id != "s1" {
			return sessiontable.Profile{}, errors.New("no such session")
		}
		return sessiontable.Profile{User: "ada", Scopes: []string{"read", "write"}}, nil
	}

	It("lets every request of a session do what its user may", func(ctx SpecContext) {
		table := sessiontable.New(directory)
		var requests []<-chan error
		for range 4 {
			requests = append(requests, spec.Go(func() error {
				allowed, err := table.Allowed("s1", "write")
				if err == nil && !allowed {
					err = errors.New("forbidden")
				}
				return err
			}))
		}
		for _, request := range requests {
			var err error
			Eventually(ctx, request).Should(Receive(&err))
			Expect(err).NotTo(HaveOccurred())
		}
		session, err := table.Open("s1")
		Expect(err).NotTo(HaveOccurred())
		Expect(session.Profile().User).To(Equal("ada"))
		Expect(table.Len()).To(Equal(1))
	})

	It("keeps no session that the directory doesn't know", func(ctx SpecContext) {
		table := sessiontable.New(directory)
		request := spec.Go(func() error { _, err := table.Allowed("s2", "read"); return err })
		Eventually(ctx, request).Should(Receive(HaveOccurred()))
		Expect(table.Len()).To(BeZero())
	})
})

func TestSessionTable(t *testing.T) { spec.Run(t) }
