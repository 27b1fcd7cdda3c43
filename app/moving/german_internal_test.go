package moving

import (
	"errors"
	"slices"
	"testing"

	"umbra/app/caller/germantest"
	"umbra/app/fault"
)

// Every message of an import that stands in the source is said in German, too.
func TestEveryMessageHasItsGerman(t *testing.T) {
	words := map[string]string{"ownName": ownName}
	all := slices.Concat(
		germantest.Messages(t, germantest.Source{Files: []string{"*.go"}, Words: words, Makers: map[string]int{"invalid": 0, "refuse": 2, "change": 2, "note": 2}}),
		germantest.Messages(t, germantest.Source{Files: []string{"../vobject/*.go"}, Makers: map[string]int{"refuse": 0}}))
	if len(all) < 50 {
		t.Errorf("only %d messages were found", len(all))
	}
	germantest.Hold(t, all, german)
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
