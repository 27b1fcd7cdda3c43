package notify

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

// reasons are the texts that this package, and who makes errors of it, give for a failure.
func reasons(t *testing.T, files ...string) (out []string) {
	t.Helper()
	makers := map[string]int{"permanent": 1, "temporary": 1, "NotSet": 0, "failure": 0} // which argument is text
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			at, known := makers[name]
			if !known || at >= len(call.Args) {
				return true
			}
			if lit, is := call.Args[at].(*ast.BasicLit); is && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, text)
			}
			return true
		})
	}
	return out
}

// Each reason is there in German, about as many things; nothing else is.
func TestEachReasonIsThereInGerman(t *testing.T) {
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := reasons(t, append(own, filepath.Join("..", "server", "senders.go"))...)
	for _, s := range special {
		all = append(all, s.name)
	}
	if len(all) < 60 {
		t.Fatalf("only %d reasons were found", len(all))
	}
	for _, text := range all {
		in := german[text]
		if in == "" || strings.Count(in, "%s") != strings.Count(text, "%s") || in == text {
			t.Errorf("%q is %q in German", text, in)
		}
	}
	for text := range german {
		if !slices.Contains(all, text) {
			t.Errorf("%q is no reason any more", text)
		}
	}
}

func TestAReasonIsSaidInEachLanguage(t *testing.T) {
	e := permanent(CodeNotAllowed, "%s is not reached: it is %s. The administrator of Umbra can allow it with %s in the settings", "10.1.2.3:80", "a private address", "UMBRA_OUTBOUND_ALLOW=10.1.2.3:80")
	if e.Reason != "10.1.2.3:80 is not reached: it is a private address. The administrator of Umbra can allow it with UMBRA_OUTBOUND_ALLOW=10.1.2.3:80 in the settings" {
		t.Error(e.Reason)
	}
	push := temporary(CodeStatus, "%s answered %s", pushService+"fcm.example", "503 %s")
	for _, tt := range []struct{ got, want string }{
		{e.Say("de-AT"), "10.1.2.3:80 wird nicht angesprochen: Es ist eine private Adresse. Wer Umbra betreibt, kann es mit UMBRA_OUTBOUND_ALLOW=10.1.2.3:80 in den Einstellungen erlauben"},
		{e.Say("fr"), e.Reason},
		{push.Say("de"), "der Push-Dienst fcm.example hat geantwortet: 503 %s"},
		{SayKept(push.Why.String(), "de", "x"), push.Say("de")},
		{SayKept(push.Why.String(), "en", "x"), push.Reason},
		{SayKept("", "de", "as it was"), "as it was"},
		{SayKept(`["%s%s","a"]`, "de", "as it was"), "as it was"},
		{SayKept(`["an older text"]`, "de", "as it was"), "as it was"},
		{SayKept(`{`, "de", "as it was"), "as it was"},
		{(&Error{Reason: "only this"}).Say("de"), "only this"},
		{Why{}.String(), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}
