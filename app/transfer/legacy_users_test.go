package transfer_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/person"
	"umbra/app/transfer"
)

func TestUsersComeWithTheirPasswordsAndRecords(t *testing.T) {
	each(t, "users_era.sql", func(t *testing.T, h house, from string) {
		r, err := h.try(transfer.Legacy{Address: from})
		if err == nil || !strings.Contains(err.Error(), `"cy" cannot have this name`) || !strings.Contains(err.Error(), "--rename cy=NAME") {
			t.Fatalf("%+v, %v", r, err)
		}
		if need, err := h.Accounts.SetupRequired(t.Context()); err != nil || !need {
			t.Errorf("a part was imported: %v", err)
		}
		r = h.run(transfer.Legacy{Address: from, Rename: map[string]string{"cy": "cyrus"}})
		ben, err := h.logIn("ben", "an umbrella for ben")
		if err != nil || ben.Role != account.Member || ben.PasswordDue {
			t.Errorf("%+v, %v", ben, err)
		}
		ada, err := h.logIn("ADA", "an umbrella for ada")
		if err != nil || ada.Role != account.Admin {
			t.Errorf("%+v, %v", ada, err)
		}
		cyrus, err := h.Accounts.FindByName(t.Context(), "cyrus")
		if err != nil || !cyrus.Disabled || !strings.Contains(r.Users[2].Password, "umbra user reset cyrus") {
			t.Errorf("%+v, %v, %q", cyrus, err, r.Users[2].Password)
		}
		if !told(r.Notes, "users", "2", "second factor") {
			t.Errorf("%v", r.Notes)
		}
		for name, want := range map[string][]string{"ben": {"Buy rope"}, "ada": {"Of Ada, about the project of Ben", "Of nobody"}, "cyrus": nil} {
			var got []string
			for _, d := range h.todos(name) {
				got = append(got, d.Title)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if d := h.todos("ada")[0]; d.ProjectID != nil || !strings.Contains(d.Description, "project_id: 1") {
			t.Errorf("%+v", d)
		}
		if d := h.todos("ben")[0]; !d.CreatedAt.Equal(time.Date(2024, 2, 1, 10, 34, 56, 789e6, time.UTC)) {
			t.Errorf("made at %s", d.CreatedAt)
		}
		events := h.events("ben")
		if len(events) != 2 || events[0].Start != "2025-07-04T09:15:00-04:00" || !events[1].AllDay || events[1].End != "2025-07-07" {
			t.Errorf("%+v", events)
		}
		if p := all(h, "ben", h.People.List, person.Filter{}); len(p) != 1 || p[0].Emails[0].Label != "work" {
			t.Errorf("%+v", p)
		}
		if len(r.Refused) != 1 || r.Refused[0].Row != "3" || !strings.Contains(r.Refused[0].Text, "project") {
			t.Errorf("%+v", r.Refused)
		}
		s, err := h.Accounts.Settings(t.Context(), h.caller("ada"))
		if err != nil || s.PreferredName != "Nobody" || s.TimeZone != "Asia/Tokyo" || s.Email != "ada@example.org" {
			t.Errorf("%+v, %v", s, err)
		}
		again := h.run(transfer.Legacy{Address: from, Rename: map[string]string{"cy": "cyrus"}})
		if again.Imported() != 0 {
			t.Errorf("%+v", again.Users)
		}
	})
}

func TestWhoseTheRecordsBecomeIsAskedWhereUsersAre(t *testing.T) {
	each(t, "pin_era.sql", func(t *testing.T, h house, from string) {
		if _, err := h.Accounts.SetUp(t.Context(), account.SetUp{Username: "grace", Password: "plum-Kettle-47-river", Zone: "America/New_York"}); err != nil {
			t.Fatal(err)
		}
		_, err := h.try(transfer.Legacy{Address: from})
		if err == nil || !strings.Contains(err.Error(), "(grace)") || !strings.Contains(err.Error(), "--user NAME") {
			t.Fatalf("%v", err)
		}
		r := h.run(transfer.Legacy{Address: from, User: "Grace"})
		if r.Users[0].Made || len(h.todos("grace")) != 6 {
			t.Errorf("%+v", r.Users)
		}
		if _, err := h.logIn("grace", "4711"); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the PIN opens an account that had a password: %v", err)
		}
		if d := h.todos("grace")[0]; *d.DueTime != "09:30" {
			t.Errorf("%+v", d)
		}
	})
}
