package moving

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"umbra/app/fault"
)

// Every message of an import that stands in the source is said in German, too.
func TestEveryMessageHasItsGerman(t *testing.T) {
	positions := map[string]int{"invalid": 0, "refuse": 2, "change": 2, "note": 2} // of the message among the arguments
	found := 0
	check := func(dir, only string) {
		pkgs, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // no build tags here
		if err != nil {
			t.Fatal(err)
		}
		for _, pkg := range pkgs {
			ast.Inspect(pkg, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name := ""
				switch f := call.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				at, known := positions[name]
				if only != "" {
					at, known = 0, name == only
				}
				if !known || at >= len(call.Args) {
					return true
				}
				text := written(call.Args[at])
				if text == "%s" || !strings.Contains(text, " ") {
					return true
				}
				found++
				if german[text] == "" {
					t.Errorf("%s: no German for %q", dir, text)
				}
				return true
			})
		}
	}
	check(".", "")
	check("../vobject", "refuse")
	if found < 50 {
		t.Errorf("only %d messages were found", found)
	}
	for en, de := range german {
		if strings.Count(en, "%s") != strings.Count(de, "%s") {
			t.Errorf("%q and %q are not about the same", en, de)
		}
	}
}

// written is what an expression says, with %s for what is not known here.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		if err != nil {
			return "%s"
		}
		return strings.ReplaceAll(s, "%d", "%s")
	case *ast.BinaryExpr:
		return strings.ReplaceAll(written(e.X)+written(e.Y), "%s%s", "%s")
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return written(e.Args[0])
		}
	case *ast.Ident:
		if e.Name == "ownName" {
			return ownName
		}
	}
	return "%s"
}

func TestWhatAnImportSaysInGerman(t *testing.T) {
	for _, tt := range []struct{ en, de string }{
		{"The file is empty.", "Die Datei ist leer."},
		{"The calendar file holds bytes of zero: it is no text.", "Die Kalenderdatei enthält Nullbytes: Das ist kein Text."},
		{"The calendar file is larger than 10 MB.", "Die Kalenderdatei ist größer als 10 MB."},
		{"What it names as project_id is not there; it comes without it.", "Was es als project_id nennt, gibt es nicht; es kommt ohne."},
		{"due_date must be a date.", "due_date must be a date."},
		{"", ""},
	} {
		if got := inGerman(tt.en); got != tt.de {
			t.Errorf("%q, want %q", got, tt.de)
		}
	}
	r := Result{Refused: []Note{{Text: "It has no title."}}, Changed: []Note{{Text: "Its card could not be read."}}}
	r.sayIn("de-AT")
	if r.Refused[0].Text != "Der Titel fehlt." || r.Changed[0].Text != "Die Karte war nicht zu lesen." {
		t.Errorf("%+v", r)
	}
	for language, want := range map[string]string{"de": "Die Datei ist leer.", "fr": "The file is empty.", "": "The file is empty."} {
		err := SayIn(language, invalid("The file is empty."))
		var f *fault.Error
		if !errors.As(err, &f) || f.Message != want || f.Kind != fault.Invalid || f.Code != "file" {
			t.Errorf("%s: %v", language, err)
		}
	}
}
