package render

import (
	"context"
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// sight is what testdata/browser/probe.html saw of a page.
type sight struct {
	Page, Title, Background string
	Width, Needs            int
	Pale, Keys, Failures    []string
	Unfolded                bool
}

// schemes are the reader's wishes, as Chromium takes them, and a page's background.
var schemes = []struct{ name, flag, background string }{
	{"light", "preferredColorScheme=1", "rgb(255, 255, 255)"},
	{"dark", "preferredColorScheme=0", "rgb(20, 23, 28)"},
}

func TestBrowsersShowThePageWell(t *testing.T) {
	pages := map[string]string{}
	pages["/hostile"] = rendered(t, "html", hostile(markup), Options{Source: func(string) string { return markup }})
	pages["/wide"] = rendered(t, "html", hostile(strings.Repeat("wide/W", 500)), Options{Source: func(string) string { return strings.Repeat("W", 500) }})
	for _, golden := range goldens {
		if golden.format == "html" {
			pages["/"+golden.name] = rendered(t, "html", golden.card, golden.options)
		}
	}
	for _, scheme := range schemes {
		t.Run(scheme.name, func(t *testing.T) {
			for _, seen := range browse(t, pages, scheme.flag) {
				if seen.Needs > seen.Width {
					t.Errorf("%s scrolls sideways: at %d pixels it is %d wide", seen.Page, seen.Width, seen.Needs)
				}
				if seen.Background != scheme.background {
					t.Errorf("%s is written on %s, want %s", seen.Page, seen.Background, scheme.background)
				}
				if len(seen.Pale) > 0 {
					t.Errorf("%s has text of too little contrast: %q", seen.Page, seen.Pale)
				}
				if !strings.HasPrefix(seen.Title, "dojo: ") {
					t.Errorf("%s has the title %q", seen.Page, seen.Title)
				}
				if !seen.Unfolded {
					t.Errorf("%s: a link to a folded kata leaves it folded", seen.Page)
				}
				if want := steps(seen.Failures); want != nil && !slices.Equal(seen.Keys, want) {
					t.Errorf("%s: the keys n, n and p lead to %q, want %q", seen.Page, seen.Keys, want)
				}
			}
		})
	}
}

// steps are where the keys n, n and p lead.
func steps(failures []string) []string {
	switch len(failures) {
	case 0:
		return nil
	case 1:
		return []string{failures[0], failures[0], failures[0]}
	default:
		return []string{failures[0], failures[1], failures[0]}
	}
}

// browse has a browser look at pages, and fails for what it complains of and for
// what it asks the server for besides them.
func browse(t *testing.T, pages map[string]string, flag string) []sight {
	t.Helper()
	server, asked := serve(t, pages)
	query := url.Values{"page": slices.Sorted(maps.Keys(pages))}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var log strings.Builder
	browser := exec.CommandContext(ctx, chromium(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--user-data-dir="+t.TempDir(), "--blink-settings="+flag, "--enable-logging=stderr",
		"--virtual-time-budget=60000", "--dump-dom", server+"/probe.html?"+query.Encode())
	browser.Stderr = &log
	dump, err := browser.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", browser, err, log.String())
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			t.Errorf("the browser complains: %s", line)
		}
	}
	for path, times := range asked() {
		if _, known := pages[path]; !known && path != "/probe.html" && path != "/favicon.ico" {
			t.Errorf("%s was asked for %d times", path, times)
		}
	}
	var seen []sight
	text := html.UnescapeString(inside(string(dump), `<pre id="seen">`, "</pre>"))
	if err := json.Unmarshal([]byte(text), &seen); err != nil || len(seen) != 2*len(pages) {
		t.Fatalf("the browser saw %q: %v", text, err)
	}
	return seen
}

func serve(t *testing.T, pages map[string]string) (address string, asked func() map[string]int) {
	var mu sync.Mutex
	count := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		count[r.URL.Path]++
		mu.Unlock()
		page, known := pages[r.URL.Path]
		switch {
		case known:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write([]byte(page))
		case r.URL.Path == "/probe.html":
			http.ServeFile(w, r, "testdata/browser/probe.html")
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

func chromium(t *testing.T) string {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Skipf("none of %s is installed", strings.Join(names, ", "))
	return ""
}
