package linkcheck_test

import (
	"errors"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/corpus/linkcheck"
)

var _ = Describe("A checker of links", func() {
	site := map[string][]string{
		"/":       {"/about", "/news", "/shop"},
		"/about":  {"/", "/team"},
		"/news":   {"/news/1", "/news/2", "/gone"},
		"/news/1": {"/news/2", "/gone"},
		"/news/2": {"/missing"},
		"/shop":   {"/"},
		"/team":   {},
	}
	fetch := func(url string) ([]string, error) {
		links, ok := site[url]
		if !ok {
			return nil, errors.New("404")
		}
		return links, nil
	}

	It("finds the broken links of a site", func(ctx SpecContext) {
		checked := spec.Go(func() linkcheck.Report { return linkcheck.Check("/", 3, fetch) })
		Eventually(ctx, checked).Should(Receive(Equal(linkcheck.Report{
			Pages:  len(site),
			Broken: []string{"/gone", "/missing"},
		})))
	})

	It("finds nothing wrong with a page that is whole", func(ctx SpecContext) {
		checked := spec.Go(func() linkcheck.Report { return linkcheck.Check("/team", 1, fetch) })
		Eventually(ctx, checked).Should(Receive(Equal(linkcheck.Report{Pages: 1})))
	})
})

func TestLinkCheck(t *testing.T) { spec.Run(t) }
