package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/concurrency-dojo/dojo/grader/outline"
	"github.com/concurrency-dojo/dojo/grader/score"
	"github.com/concurrency-dojo/dojo/katas"
)

const module = "module github.com/concurrency-dojo/dojo"

// findRoot returns the checkout that the command works on: the one around the
// working directory, or else the one around the program.
func findRoot() (string, error) {
	var starts []string
	if folder, err := os.Getwd(); err == nil {
		starts = append(starts, folder)
	}
	if program, err := os.Executable(); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			starts = append(starts, filepath.Dir(program))
		}
	}
	for _, folder := range starts {
		for {
			text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
			if err == nil && strings.HasPrefix(string(text), module+"\n") {
				return folder, nil
			}
			parent := filepath.Dir(folder)
			if parent == folder {
				break
			}
			folder = parent
		}
	}
	return "", usage("this is not a checkout of dojo: call it from inside one (git clone, then make grade)")
}

// chosen is the checkout, and the katas of it that the arguments of a command name.
func chosen(names []string) (root string, rows []katas.Kata, err error) {
	if root, err = findRoot(); err != nil {
		return "", nil, err
	}
	rows, err = selectKatas(names)
	return root, rows, err
}

// chosenOne is chosen, of a command about one kata.
func chosenOne(name string) (root string, kata katas.Kata, err error) {
	if root, err = findRoot(); err != nil {
		return "", katas.Kata{}, err
	}
	kata, err = selectKata(name)
	return root, kata, err
}

// selectKatas returns the rows of the catalogue that the arguments name, in
// teaching order; all of them without arguments.
func selectKatas(names []string) ([]katas.Kata, error) {
	if len(names) == 0 {
		return katas.Catalog, nil
	}
	chosen := map[string]bool{}
	for _, name := range names {
		name = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(filepath.ToSlash(name), "./"), "katas/"), "/")
		found := false
		for _, kata := range katas.Catalog {
			if name == kata.ID || name == kata.Name() || name == kata.Track() {
				chosen[kata.ID], found = true, true
			}
		}
		if !found {
			return nil, usage("there is no kata %q; the nearest are %s (make list shows all)", name, strings.Join(nearest(name, 3), ", "))
		}
	}
	var rows []katas.Kata
	for _, kata := range katas.Catalog {
		if chosen[kata.ID] {
			rows = append(rows, kata)
		}
	}
	return rows, nil
}

// selectKata returns the one row that a name means.
func selectKata(name string) (katas.Kata, error) {
	rows, err := selectKatas([]string{name})
	if err != nil {
		return katas.Kata{}, err
	}
	if rows[0].Track() == name {
		return katas.Kata{}, usage("%q is a track: name one of its katas, %s", name, strings.Join(catalogIDs(rows), ", "))
	}
	return rows[0], nil
}

// nearest returns the ids whose id or name takes the fewest edits from name.
func nearest(name string, most int) []string {
	distance := func(id string) int {
		_, short, _ := strings.Cut(id, "/")
		return min(edits(name, id), edits(name, short))
	}
	ids := catalogIDs(katas.Catalog)
	slices.SortStableFunc(ids, func(a, b string) int { return distance(a) - distance(b) })
	return ids[:min(most, len(ids))]
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func catalogIDs(rows []katas.Kata) []string {
	var ids []string
	for _, kata := range rows {
		ids = append(ids, kata.ID)
	}
	return ids
}

// syllabus reads what score must know of the katas.
func syllabus(root string, rows []katas.Kata) ([]score.Kata, error) {
	var all []score.Kata
	for _, row := range rows {
		specs, err := outline.Read(root, row.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, score.Kata{ID: row.ID, Title: row.Title, Level: row.Level, Specs: specs})
	}
	return all, nil
}
