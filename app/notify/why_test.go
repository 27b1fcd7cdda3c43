package notify

import (
	"path/filepath"
	"slices"
	"testing"

	"umbra/app/caller/germantest"
)

// Each reason is there in German, about as many things; nothing else is.
func TestEachReasonIsThereInGerman(t *testing.T) {
	all := germantest.Messages(t, germantest.Source{
		Files:  []string{"*.go", filepath.Join("..", "server", "senders.go")}, // who else makes errors of this package
		Makers: map[string]int{"permanent": 1, "temporary": 1, "NotSet": 0, "failure": 0},
	})
	for _, s := range special {
		all = append(all, s.name)
	}
	if len(all) < 60 {
		t.Fatalf("only %d reasons were found", len(all))
	}
	germantest.Hold(t, all, german)
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
