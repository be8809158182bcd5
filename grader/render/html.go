package render

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/score"
)

//go:embed html
var htmlFiles embed.FS

var htmlTemplate = template.Must(template.ParseFS(htmlFiles, "html/*.html"))

// renderHTML writes one page that needs nothing else: it can be mailed, archived
// and printed. It works without its script, which only saves some keystrokes.
func renderHTML(w io.Writer, card score.Scorecard, options Options) error {
	var page bytes.Buffer
	if err := htmlTemplate.ExecuteTemplate(&page, "page.html", newHTMLPage(card, options)); err != nil {
		return err
	}
	// The page may be printed to the log of a CI service.
	for line := range strings.Lines(page.String()) {
		if _, err := io.WriteString(w, commandless(line)); err != nil {
			return err
		}
	}
	return nil
}

// htmlAssets are the style and the script of the page, and the policy that lets
// in these two and nothing else: no request, no form, and no script of others if
// one should ever get past the escaping.
type htmlAssets struct {
	Policy string
	Style  template.CSS
	Script template.JS
}

func newHTMLAssets() htmlAssets {
	style, script := htmlAsset("html/page.css"), htmlAsset("html/page.js")
	return htmlAssets{
		Policy: fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
			fingerprint(style), fingerprint(script)),
		Style:  template.CSS(style),
		Script: template.JS(script),
	}
}

func htmlAsset(name string) string {
	text, err := htmlFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// fingerprint is how a policy names a text that it lets in.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// htmlMark is a mark as the page shows it.
type htmlMark struct{ Sign, Word, Class string }

// htmlClasses are the names of inks in the style of the page.
var htmlClasses = map[ink]string{good: "good", bad: "bad", soso: "soso", odd: "odd", faint: "faint"}

func (m mark) html() htmlMark { return htmlMark{m.sign, m.word, htmlClasses[m.ink]} }

// anchor makes a name for links within the page of an id.
func anchor(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, id)
}
