package command

import (
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"strings"
)

// brief renders the package comment of a file as text, as go doc does.
func brief(file string) (string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "", fmt.Errorf("read the brief: %w", err)
	}
	var reader comment.Parser
	printer := comment.Printer{TextWidth: 78}
	return string(printer.Text(reader.Parse(parsed.Doc.Text()))), nil
}

// hints splits hints.md at its headings.
func hints(text string) []string {
	var all []string
	for part := range strings.SplitSeq("\n"+text, "\n# ") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
