// Package germantest finds the messages that stand in source, so that a test holds
// each of them to its German.
package germantest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Source is where messages stand.
type Source struct {
	Files  []string          // patterns; tests among them are left out
	Makers map[string]int    // functions and methods that are given a message, and which argument it is
	Words  map[string]string // constants that messages are put together with
}

// Messages are those of a source, each once, with %s for what is only known when it runs.
func Messages(t testing.TB, s Source) (out []string) {
	t.Helper()
	for _, pattern := range s.Files {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				if call, is := n.(*ast.CallExpr); is {
					if text := s.message(call); strings.ReplaceAll(text, "%s", "") != "" && !slices.Contains(out, text) {
						out = append(out, text)
					}
				}
				return true
			})
		}
	}
	return out
}

// message is what a call of a maker is given; empty for any other.
func (s Source) message(call *ast.CallExpr) string {
	if at, known := s.Makers[called(call)]; known && at < len(call.Args) {
		return s.written(call.Args[at])
	}
	return ""
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// written is what an expression says.
func (s Source) written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return strings.ReplaceAll(text, "%d", "%s")
		}
	case *ast.BinaryExpr:
		return strings.ReplaceAll(s.written(e.X)+s.written(e.Y), "%s%s", "%s")
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			return s.written(e.Args[0])
		}
	case *ast.Ident:
		if word, known := s.Words[e.Name]; known {
			return word
		}
	}
	return "%s"
}

// Hold holds messages to their German: each is there, in other words, and about as
// many things.
func Hold(t testing.TB, messages []string, german map[string]string) {
	t.Helper()
	for _, text := range messages {
		if in := german[text]; in == "" || in == text {
			t.Errorf("%q is %q in German", text, in)
		}
	}
	for text, in := range german {
		if strings.Count(in, "%s") != strings.Count(text, "%s") {
			t.Errorf("%q and %q are not about the same", text, in)
		}
	}
}
