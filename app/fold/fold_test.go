package fold_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"umbra/app/fold"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"Ängström": "angstrom", "STRASSE": "strasse", "Straße": "strasse", "  two\t words\n": "two words",
		"ﬁn": "fin", "ÉCOLE": "ecole", "İstanbul": "istanbul", "": "", "Ｗｉｄｅ": "wide", "日本": "日本", "Σίσυφος": "σισυφοσ",
	} {
		if got := fold.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestJoinKeepsPartsApart(t *testing.T) {
	if got := fold.Join("Ab", "", "Cd"); got != "ab\ncd\n" {
		t.Errorf("%q", got)
	}
	if got := fold.Key(strings.Repeat("Ü", 300)); len([]rune(got)) != 100 {
		t.Errorf("a key of %d characters", len([]rune(got)))
	}
}

func FuzzText(f *testing.F) {
	f.Add("Ängström")
	f.Add("a\xffb")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		once := fold.Text(s)
		if !utf8.ValidString(once) {
			t.Errorf("%q folds to broken text", s)
		}
		if twice := fold.Text(once); twice != once {
			t.Errorf("%q folds to %q and again to %q", s, once, twice)
		}
	})
}
