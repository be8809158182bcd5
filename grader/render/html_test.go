package render

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/concurrency-dojo/dojo/grader/score"
)

// numbered is an answer with enough lines for every place of the fixtures.
func numbered(file string) string {
	if file != queueFile && file != "katas/net/echo/echo.go" {
		return ""
	}
	var text strings.Builder
	for n := range 70 {
		fmt.Fprintf(&text, "\tif a < b && n == %d {\r\n", n+1)
	}
	return text.String()
}

// bodyOf leaves out what is the same in all pages.
func bodyOf(page string) string {
	_, body, _ := strings.Cut(page, "</head>\n")
	body, _, _ = strings.Cut(body, "<script>")
	return body
}

// inside returns what stands between two texts.
func inside(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}

// elements takes a page apart, and fails if one isn't closed where it should be.
func elements(t *testing.T, page string) []xml.StartElement {
	t.Helper()
	for _, foreign := range []string{"style", "script"} {
		page = strings.Replace(page, inside(page, "<"+foreign+">", "</"+foreign+">"), "", 1)
	}
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.Entity = false, xml.HTMLEntity
	decoder.AutoClose = append(slices.Clone(xml.HTMLAutoClose), "wbr")
	var all []xml.StartElement
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("the page is no HTML: %v", err)
		}
		if start, is := token.(xml.StartElement); is {
			all = append(all, start.Copy())
		}
	}
}

func attribute(element xml.StartElement, name string) string {
	for _, attribute := range element.Attr {
		if attribute.Name.Local == name {
			return attribute.Value
		}
	}
	return ""
}

func TestAPageNeedsNothingButItself(t *testing.T) {
	for _, golden := range goldens {
		all := elements(t, rendered(t, "html", golden.card, Options{Source: numbered}))
		ids := map[string]bool{}
		for _, element := range all {
			id := attribute(element, "id")
			if id != "" && ids[id] {
				t.Errorf("%s: two elements have the id %q", golden.name, id)
			}
			ids[id] = true
		}
		for _, element := range all {
			for _, attribute := range element.Attr {
				name, target := attribute.Name.Local, strings.TrimPrefix(attribute.Value, "#")
				switch {
				case name == "href" && (target == attribute.Value || !ids[target]):
					t.Errorf("%s: a link leads to %q", golden.name, attribute.Value)
				case name == "src", name == "style", strings.HasPrefix(name, "on"):
					t.Errorf("%s: <%s %s=%q>", golden.name, element.Name.Local, name, attribute.Value)
				}
			}
		}
	}
}

func TestHeadingsOfAPageSkipNoLevel(t *testing.T) {
	for _, golden := range goldens {
		level := 0
		for _, element := range elements(t, rendered(t, "html", golden.card, Options{})) {
			var next int
			if n, _ := fmt.Sscanf(element.Name.Local, "h%d", &next); n == 0 {
				continue
			}
			if next > level+1 {
				t.Errorf("%s: h%d follows h%d", golden.name, next, level)
			}
			level = next
		}
	}
}

func TestThePolicyOfAPageLetsInItsOwnStyleAndScriptOnly(t *testing.T) {
	page := rendered(t, "html", mixed(), Options{})
	policy := ""
	for _, element := range elements(t, page) {
		if attribute(element, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(element, "content")
		}
	}
	want := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
		fingerprint(inside(page, "<style>", "</style>")), fingerprint(inside(page, "<script>", "</script>")))
	if policy != want {
		t.Errorf("it is %q, want %q", policy, want)
	}
}

func TestWhatChangesTheMeaningOfAScoreStandsAboveIt(t *testing.T) {
	card := provisional()
	card.Source = score.Source{Kind: "submission", Name: "alice.zip"}
	card.Environment.Sandbox.Missing = []string{"processes"}
	page := rendered(t, "html", card, Options{})
	above, below := inside(page, "<header>", "</header>"), inside(page, "<footer>", "</footer>")
	for _, loud := range []string{"submission alice.zip", "<strong class=\"soso\">provisional</strong>", "install gcc or clang", "NOT CONTAINED"} {
		if !strings.Contains(above, loud) {
			t.Errorf("%q does not stand in\n%s", loud, above)
		}
	}
	if quiet := "no wall against: processes"; !strings.Contains(below, quiet) {
		t.Errorf("%q does not stand in\n%s", quiet, below)
	}
}

const markup = `"><script>document.title='taken'</script>'><img src=x onerror="document.title='taken'"><a href=javascript:x>` +
	"`{{.}}</pre></title></style></script><!--&lt;&#60;\x00\u2028\x1b[1m ]]>\n::error::x\n  ::stop-commands::y"

// A page that says hostile things is built of the same elements as one that says
// harmless things.
func TestNothingOfASubmissionBecomesMarkup(t *testing.T) {
	saying := func(text string) string {
		return rendered(t, "html", hostile(text), Options{Source: func(string) string { return text }})
	}
	skeleton := func(page string) []string {
		var bones []string
		for _, element := range elements(t, page) {
			bone := element.Name.Local
			for _, attribute := range element.Attr {
				bone += " " + attribute.Name.Local
				if attribute.Name.Local == "class" {
					bone += "=" + attribute.Value
				}
			}
			bones = append(bones, bone)
		}
		return bones
	}
	page := saying(markup)
	got, want := skeleton(page), skeleton(saying("harm/less"))
	// Several lines of an answer are several lines of an excerpt.
	got = slices.DeleteFunc(got, func(bone string) bool { return bone == "span class=number" })
	want = slices.DeleteFunc(want, func(bone string) bool { return bone == "span class=number" })
	if !slices.Equal(got, want) {
		t.Errorf("it is built of\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line is a workflow command: %q", line)
		}
	}
	if at := strings.IndexAny(page, "\x00\x1b\u2028"); at >= 0 {
		t.Errorf("the byte %q stands in it", page[at])
	}
}
