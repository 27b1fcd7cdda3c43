package api

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/mobileconfig"
)

// The link that a phone scans. GET shows a page and uses nothing up, for programs
// open links before people do; POST gives the profile, once.

// registerProfileLinks adds the pages outside of the API.
func (a *API) registerProfileLinks(r chi.Router) {
	const path = "/profiles/{secret}"
	r.Get(path, a.showProfileLink)
	r.Head(path, a.showProfileLink)
	r.Post(path, a.giveProfile)
}

func (a *API) showProfileLink(w http.ResponseWriter, r *http.Request) {
	d, err := a.Accounts.ProfileLink(r.Context(), chi.URLParam(r, "secret"), client(r.Context()).Address)
	if err != nil {
		a.refuseProfile(w, r, err)
		return
	}
	v := plainPage{heading: "Set up this device", text: "It gets the calendars, lists and contacts of " + d.Username + ".", button: "Get the profile",
		steps: []string{"Press the button, and allow the download.",
			"iPhone, iPad: open Settings, tap “Profile Downloaded” at the top, then Install. Mac: open System Settings, General, Device Management, and the profile there.",
			"“Not Signed” or “Unverified” is as it should be: the profile is from your own Umbra. Done: Calendar, Reminders and Contacts fill within minutes."}}
	if caller.German(d.Language) {
		v = plainPage{german: true, heading: "Dieses Gerät einrichten", text: "Es bekommt die Kalender, Listen und Kontakte von " + d.Username + ".", button: "Profil laden",
			steps: []string{"Drücke den Knopf und erlaube das Laden.",
				"iPhone, iPad: öffne die Einstellungen, tippe oben auf „Profil geladen“, dann auf „Installieren“. Mac: öffne Systemeinstellungen, Allgemein, Geräteverwaltung, und dort das Profil.",
				"„Nicht signiert“ oder „Nicht überprüft“ ist richtig so: Das Profil ist von deinem eigenen Umbra. Fertig: Kalender, Erinnerungen und Kontakte füllen sich in ein paar Minuten."}}
	}
	v.show(w, http.StatusOK)
}

func (a *API) giveProfile(w http.ResponseWriter, r *http.Request) {
	c := client(r.Context())
	ctx := account.WithOrigin(r.Context(), account.Origin{Address: c.Address, UserAgent: r.UserAgent()})
	text := chi.URLParam(r, "secret")
	d, err := a.Accounts.ProfileLink(ctx, text, c.Address)
	if err != nil {
		a.refuseProfile(w, r, err)
		return
	}
	at, err := a.secureReach(c, d.UserID, d.Username)
	if err != nil {
		a.refuseProfile(w, r, err)
		return
	}
	d, password, err := a.Accounts.UseProfileLink(ctx, text, c.Address)
	if err != nil {
		a.refuseProfile(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mobileconfig.Type)
	h.Set("Content-Disposition", profileDisposition)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(at.profile(password, d.Language))
}

// refuseProfile says why to a person; what it says of a link that is not good is one text.
func (a *API) refuseProfile(w http.ResponseWriter, r *http.Request, err error) {
	v := plainPage{heading: "Umbra"}
	var f *fault.Error
	switch {
	case fault.Is(err, fault.NotFound):
		v.text = "This link is not valid any more: it is good once, and for five minutes. Make a new one in Umbra. · Dieser Link gilt nicht mehr: Er gilt einmal und fünf Minuten lang. Erzeuge in Umbra einen neuen."
		v.show(w, http.StatusNotFound)
	case errors.As(err, &f) && f.Kind == fault.Conflict:
		v.text = f.Message
		v.show(w, http.StatusConflict)
	default:
		a.WriteProblem(w, r, err)
	}
}
