package person_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
)

type house struct {
	*person.Service
	j        *journal.Journal
	clock    *clock.Fake
	ann, bob caller.Caller
	detached *[]string
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) house {
	k := clock.NewFake(time.Date(2025, 3, 29, 12, 0, 0, 0, time.UTC))
	j := journal.New(d, k)
	h := house{Service: person.New(d, j), j: j, clock: k, detached: &[]string{}}
	j.Add(other{h.detached})
	h.ann = journaltest.User(t, d, j, "ann", "Europe/Berlin")
	h.bob = journaltest.User(t, d, j, "bob", "America/New_York")
	return h
}

// other stands for a kind that refers to people.
type other struct{ detached *[]string }

func (other) Name() string                                                 { return "todo" }
func (other) Table() string                                                { return "todos" }
func (other) Revert(context.Context, *journal.Writer, int64, []byte) error { return nil }
func (o other) Detach(ctx context.Context, w *journal.Writer, kind string, id int64) func() error {
	return func() error {
		there, err := w.Exists(ctx, kind, id)
		*o.detached = append(*o.detached, fmt.Sprintf("%s %d %v", kind, id, there))
		return err
	}
}

func (h house) make(t *testing.T, u person.Update) person.Person {
	t.Helper()
	got, err := h.Create(t.Context(), h.ann, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (h house) change(t *testing.T, id int64, u person.Update) person.Person {
	t.Helper()
	got, err := h.Update(t.Context(), h.ann, id, nil, u)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (h house) undo(t *testing.T) {
	t.Helper()
	p, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.j.Undo(t.Context(), h.ann, p.Items[0].ID); err != nil {
		t.Fatal(err)
	}
}

func given(name string) person.Update { return person.Update{GivenName: opt.Some(name)} }

func second[T any](_ T, err error) error { return err }

func full() person.Update {
	return person.Update{GivenName: opt.Some(" Ada "), FamilyName: opt.Some("Lovelace"), Nickname: opt.Some("Countess"),
		Emails: opt.Some([]person.Contact{{Label: "home", Value: " ada@example.org ", Preferred: true}, {Value: "a@b.example"}}),
		Phones: opt.Some([]person.Contact{{Label: "mobile", Value: "+44 20 7946-0000"}}),
		Addresses: opt.Some([]person.Address{{Label: "home", Street: "12 St James's Square\nFlat 2", City: "London", Region: "Greater London",
			PostalCode: "SW1Y 4JH", Country: "United Kingdom"}}),
		Groups: opt.Some([]string{"Family", "family", " "}), Birthday: opt.Some("1815-12-10"), Anniversary: opt.Some("--07-08"),
		Company: opt.Some("Analytical Engines"), JobTitle: opt.Some("Programmer"), Category: opt.Some("friends"), Relationship: opt.Some("cousin"),
		Favourite: opt.Some(true), Notes: opt.Some("Likes **tea**."), ContactEveryDays: opt.Some(int64(30)),
		LastContactedAt: opt.Some(time.Date(2025, 3, 1, 10, 0, 0, 123456789, time.FixedZone("", 3600)))}
}

func TestCreateFindUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, full())
		got, err := h.Find(t.Context(), h.ann, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.GivenName != "Ada" || got.DisplayName != "Ada Lovelace" || got.UID == "" || got.Photo != nil || !got.Favourite || *got.ContactEveryDays != 30 ||
			len(got.Emails) != 2 || got.Emails[0] != (person.Contact{Label: "home", Value: "ada@example.org", Preferred: true}) ||
			got.Phones[0].Value != "+44 20 7946-0000" || got.Addresses[0].Street != "12 St James's Square\nFlat 2" || got.Addresses[0].PostalCode != "SW1Y 4JH" ||
			len(got.Groups) != 1 || got.Groups[0] != "Family" || *got.Birthday != "1815-12-10" || *got.Anniversary != "--07-08" {
			t.Errorf("%+v", got)
		}
		if want := time.Date(2025, 3, 1, 9, 0, 0, 123456000, time.UTC); !got.LastContactedAt.Equal(want) || !made.LastContactedAt.Equal(want) {
			t.Errorf("last contacted %v, answered as %v", got.LastContactedAt, made.LastContactedAt)
		}
		h.clock.Advance(time.Minute)
		up, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, person.Update{Emails: opt.Null[[]person.Contact](),
			Birthday: opt.Null[string](), LastContactedAt: opt.Null[time.Time](), ContactEveryDays: opt.Null[int64]()})
		if err != nil || up.Emails == nil || len(up.Emails) != 0 || up.Birthday != nil || up.LastContactedAt != nil || up.ContactEveryDays != nil ||
			up.Company != got.Company || !up.UpdatedAt.After(up.CreatedAt) {
			t.Errorf("%+v, %v", up, err)
		}
		if _, err := h.Update(t.Context(), h.ann, made.ID, journal.Match{made.Rev}, given("x")); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, journal.Match{made.Rev}); !fault.Is(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(t.Context(), h.ann, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after deletion: %v", err)
		}
		if want := fmt.Sprintf("person %d true", made.ID); len(*h.detached) != 1 || (*h.detached)[0] != want {
			t.Errorf("detached %v, want %s", *h.detached, want)
		}
	})
}

func TestDisplayNameIsDerivedUntilGiven(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, tc := range []struct {
			u    person.Update
			want string
		}{
			{person.Update{GivenName: opt.Some("Ada"), FamilyName: opt.Some("Lovelace"), Nickname: opt.Some("C")}, "Ada Lovelace"},
			{person.Update{FamilyName: opt.Some("Lovelace"), Company: opt.Some("X")}, "Lovelace"},
			{person.Update{Nickname: opt.Some("Countess"), Company: opt.Some("X")}, "Countess"},
			{person.Update{Company: opt.Some("Analytical Engines")}, "Analytical Engines"},
			{person.Update{DisplayName: opt.Some(" The Countess "), GivenName: opt.Some("Ada")}, "The Countess"},
		} {
			if got := h.make(t, tc.u); got.DisplayName != tc.want {
				t.Errorf("%+v is shown as %q, want %q", tc.u, got.DisplayName, tc.want)
			}
		}
		id := h.make(t, person.Update{GivenName: opt.Some("Ada"), FamilyName: opt.Some("Byron")}).ID
		for i, tc := range []struct {
			u    person.Update
			want string
		}{
			{person.Update{FamilyName: opt.Some("Lovelace")}, "Ada Lovelace"},                                    // it follows
			{person.Update{DisplayName: opt.Some("Ada Lovelace"), FamilyName: opt.Some("King")}, "Ada King"},     // a form sends back what it read
			{person.Update{DisplayName: opt.Some("The Countess")}, "The Countess"},                               // given
			{person.Update{FamilyName: opt.Some("Byron")}, "The Countess"},                                       // it stays
			{person.Update{DisplayName: opt.Some("The Countess"), FamilyName: opt.Some("King")}, "The Countess"}, // and when sent back
			{person.Update{DisplayName: opt.Null[string]()}, "Ada King"},                                         // taken back
			{person.Update{GivenName: opt.Null[string](), FamilyName: opt.Null[string](), Nickname: opt.Some("A")}, "A"},
		} {
			if got := h.change(t, id, tc.u); got.DisplayName != tc.want {
				t.Errorf("step %d: %q, want %q", i, got.DisplayName, tc.want)
			}
		}
		h.undo(t)
		h.undo(t) // the undo of the last undone: nickname again
		h.change(t, id, person.Update{DisplayName: opt.Some("Given")})
		h.change(t, id, person.Update{DisplayName: opt.Null[string]()})
		h.undo(t)
		if got := h.change(t, id, given("Other")); got.DisplayName != "Given" {
			t.Errorf("undo forgot that the name was given: %q", got.DisplayName)
		}
		if _, err := h.Update(t.Context(), h.ann, id, nil, person.Update{DisplayName: opt.Null[string](), GivenName: opt.Null[string](),
			FamilyName: opt.Null[string](), Nickname: opt.Null[string]()}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nobody's name left: %v", err)
		}
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := full()
		u.Photo = opt.Some(gif)
		u.LastContactedAt = opt.Some(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		u.Birthday = opt.Some("--03-30")
		id := h.make(t, u).ID
		for name, err := range map[string]error{
			"find":   second(h.Find(t.Context(), h.bob, id)),
			"photo":  second(h.FindPhoto(t.Context(), h.bob, id)),
			"update": second(h.Update(t.Context(), h.bob, id, nil, given("x"))),
			"delete": h.Delete(t.Context(), h.bob, id, nil),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another user: %v", name, err)
			}
		}
		p, err := h.List(t.Context(), h.bob, person.Filter{Group: "family"}, page.Request{})
		if err != nil || len(p.Items) != 0 {
			t.Errorf("another user lists %d, %v", len(p.Items), err)
		}
		ahead, err := h.Birthdays(t.Context(), h.bob, clock.Date{Year: 2025, Month: 3, Day: 1}, 366, 10)
		if err != nil || len(ahead) != 0 {
			t.Errorf("another user's birthdays: %v, %v", ahead, err)
		}
		late, err := h.NotHeardFrom(t.Context(), h.bob, h.clock.Now(), 10)
		if err != nil || len(late) != 0 {
			t.Errorf("another user has not heard from %v, %v", late, err)
		}
	})
}

func TestBadFieldsAreAllNamedAndNothingChanges(t *testing.T) {
	long := strings.Repeat("x", 201)
	contacts := slices.Repeat([]person.Contact{{Value: "a@b.example"}}, 51)
	for _, tc := range []struct {
		name string
		u    person.Update
		want string
	}{
		{"nobody", person.Update{Emails: opt.Some([]person.Contact{{Value: "a@b.example"}}), JobTitle: opt.Some("x")}, "given_name:required"},
		{"only blanks", person.Update{DisplayName: opt.Some(" "), Company: opt.Some("\n")}, "given_name:required"},
		{"names", person.Update{GivenName: opt.Some(long), FamilyName: opt.Some("a\x00"), DisplayName: opt.Some("a\nb"), Nickname: opt.Some("\xff")},
			"given_name:too_long family_name:characters display_name:characters nickname:encoding"},
		{"reach", person.Update{Nickname: opt.Some("x"), Emails: opt.Some([]person.Contact{{Value: "a@b.example"}, {Value: "nobody"}, {}}),
			Phones: opt.Some([]person.Contact{{Label: long, Value: long}, {Label: "x"}}), Addresses: opt.Some([]person.Address{{Label: "home"}, {City: "a\nb"}})},
			"emails[1].value:format emails[2].value:required phones[0].label:too_long phones[0].value:too_long phones[1].value:required addresses[0]:required addresses[1].city:characters"},
		{"days", person.Update{Nickname: opt.Some("x"), Birthday: opt.Some("2025-02-29"), Anniversary: opt.Some("--02-30")}, "birthday:format anniversary:format"},
		{"the rest", person.Update{Nickname: opt.Some("x"), Company: opt.Some(long), JobTitle: opt.Some(long), Category: opt.Some(long), Relationship: opt.Some(long),
			Notes: opt.Some("a\x00b"), Groups: opt.Some([]string{"a", long}), LastContactedAt: opt.Some(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)), ContactEveryDays: opt.Some(int64(3651)), Photo: opt.Some("me.jpg")},
			"groups[1]:too_long company:too_long job_title:too_long category:too_long relationship:too_long notes:characters last_contacted_at:range contact_every_days:range photo:format"},
		{"too many", person.Update{Nickname: opt.Some("x"), Emails: opt.Some(contacts), Phones: opt.Some(contacts), Addresses: opt.Some(slices.Repeat([]person.Address{{City: "x"}}, 21))},
			"emails:too_many phones:too_many addresses:too_many"},
		{"no days", person.Update{Nickname: opt.Some("x"), ContactEveryDays: opt.Some(int64(0))}, "contact_every_days:range"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				_, err := h.Create(t.Context(), h.ann, tc.u)
				if got := broken(err); got != tc.want {
					t.Errorf("named %s, want %s", got, tc.want)
				}
				if n, _ := h.Count(t.Context(), h.ann, person.Filter{}); n != 0 {
					t.Errorf("%d people after only bad input", n)
				}
				if p, _ := h.j.History(t.Context(), h.ann, page.Request{}); len(p.Items) != 0 {
					t.Error("bad input left a trace in the history")
				}
			})
		})
	}
}

// broken are "path:rule" of the fields at fault.
func broken(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return fmt.Sprint(err)
	}
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Path+":"+x.Rule)
	}
	return strings.Join(out, " ")
}

func TestFiltersAndOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		zoe := h.make(t, person.Update{DisplayName: opt.Some("Zoe"), Category: opt.Some("friends"), Favourite: opt.Some(true), Groups: opt.Some([]string{"Chor", "Family"})})
		h.make(t, person.Update{GivenName: opt.Some("Änne"), FamilyName: opt.Some("Groß"), Category: opt.Some("work"), Groups: opt.Some([]string{"family"})})
		h.make(t, person.Update{Company: opt.Some("Bakery"), Phones: opt.Some([]person.Contact{{Value: "+49 (30) 1234-56"}}),
			Emails: opt.Some([]person.Contact{{Value: "hi@rye.example"}}), Addresses: opt.Some([]person.Address{{City: "Berlin", PostalCode: "10115"}})})
		h.change(t, zoe.ID, person.Update{DisplayName: opt.Some("zoe"), Groups: opt.Some([]string{"family"})})
		yes, no := true, false
		for _, tc := range []struct {
			name string
			f    person.Filter
			want string
		}{
			{"by name, folded", person.Filter{}, "Änne Groß,Bakery,zoe,"},
			{"backwards", person.Filter{Sort: "-name"}, "zoe,Bakery,Änne Groß,"},
			{"as made", person.Filter{Sort: "created_at"}, "zoe,Änne Groß,Bakery,"},
			{"last changed", person.Filter{Sort: "-updated_at"}, "zoe,Bakery,Änne Groß,"},
			{"category", person.Filter{Category: "work"}, "Änne Groß,"},
			{"favourites", person.Filter{Favourite: &yes}, "zoe,"},
			{"others", person.Filter{Favourite: &no}, "Änne Groß,Bakery,"},
			{"group, folded", person.Filter{Group: "FAMILY"}, "Änne Groß,zoe,"},
			{"a group left", person.Filter{Group: "chor"}, ""},
			{"text, accent-blind", person.Filter{Query: "anne gross"}, "Änne Groß,"},
			{"a number without its spacing", person.Filter{Query: "4930123456"}, "Bakery,"},
			{"an e-mail address", person.Filter{Query: "@RYE"}, "Bakery,"},
			{"a postal address", person.Filter{Query: "10115 berlin"}, "Bakery,"},
			{"text is literal", person.Filter{Query: "%"}, ""},
		} {
			p, err := h.List(t.Context(), h.ann, tc.f, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range p.Items {
				got += x.DisplayName + ","
			}
			if got != tc.want {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
			}
			if n, err := h.Count(t.Context(), h.ann, tc.f); err != nil || n != int64(len(p.Items)) {
				t.Errorf("%s: counts %d of %d, %v", tc.name, n, len(p.Items), err)
			}
		}
		if _, err := h.List(t.Context(), h.ann, person.Filter{Sort: "age"}, page.Request{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that is not offered: %v", err)
		}
	})
}

func TestUndoAndTrash(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, full())
		same := func(what string) {
			t.Helper()
			got, err := h.Find(t.Context(), h.ann, made.ID)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			want := made
			got.Rev, want.Rev, got.UpdatedAt, want.UpdatedAt = 0, 0, time.Time{}, time.Time{}
			if g, w := dump(got), dump(want); g != w {
				t.Errorf("%s:\n%s, want\n%s", what, g, w)
			}
			if p, _ := h.List(t.Context(), h.ann, person.Filter{Group: "family"}, page.Request{}); len(p.Items) != 1 {
				t.Errorf("%s: not found by group", what)
			}
			if b, _ := h.Birthdays(t.Context(), h.ann, clock.Date{Year: 2025, Month: 12, Day: 10}, 1, 10); len(b) != 1 {
				t.Errorf("%s: no birthday", what)
			}
		}
		h.clock.Advance(time.Hour)
		h.change(t, made.ID, person.Update{GivenName: opt.Some("b"), Groups: opt.Null[[]string](), Birthday: opt.Null[string](), Emails: opt.Null[[]person.Contact]()})
		h.undo(t)
		same("undone update")
		if err := h.Delete(t.Context(), h.ann, made.ID, nil); err != nil {
			t.Fatal(err)
		}
		h.undo(t)
		same("undone deletion")
		h.undo(t) // the undo itself: deleted again
		if err := h.j.Untrash(t.Context(), h.ann, person.KindName, made.ID); err != nil {
			t.Fatal(err)
		}
		same("out of the trash")
		other := h.make(t, given("new"))
		h.undo(t)
		if _, err := h.Find(t.Context(), h.ann, other.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undone creation: %v", err)
		}
	})
}

func TestOrdersOfThoseWhoHaveAPlaceInThem(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		at := func(day int) opt.Opt[time.Time] { return opt.Some(time.Date(2025, 3, day, 0, 0, 0, 0, time.UTC)) }
		for _, x := range []struct {
			name, birthday string
			every          int64
			last           int
		}{{"a", "1990-12-01", 30, 1}, {"b", "", 7, 20}, {"c", "--02-03", 0, 1}, {"d", "1990-02-03", 7, 10}} {
			u := given(x.name)
			u.LastContactedAt = at(x.last)
			if x.every > 0 {
				u.ContactEveryDays = opt.Some(x.every)
			}
			if x.birthday != "" {
				u.Birthday = opt.Some(x.birthday)
			}
			h.make(t, u)
		}
		for sort, want := range map[string]string{"contact_due_at": "d b a", "-contact_due_at": "a b d", "birthday": "c d a", "-birthday": "a d c", "name": "a b c d"} {
			var got []string
			for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
				p, err := h.List(t.Context(), h.ann, person.Filter{Sort: sort}, page.Request{Limit: 2, Cursor: cursor})
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range p.Items {
					got = append(got, x.GivenName)
				}
				cursor = p.Next
			}
			n, err := h.Count(t.Context(), h.ann, person.Filter{Sort: sort})
			if strings.Join(got, " ") != want || n != int64(len(got)) || err != nil {
				t.Errorf("by %s: %v, counted %d, %v", sort, got, n, err)
			}
		}
	})
}

func TestListsScanNoTable(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	yes := true
	for _, f := range []person.Filter{{}, {Category: "x"}, {Favourite: &yes}, {Group: "x"}, {Category: "x", Sort: "-name"}, {Group: "x", Sort: "-updated_at"},
		{Sort: "created_at"}, {Sort: "-created_at"}, {Sort: "updated_at"}, {Sort: "-updated_at"}, {Sort: "contact_due_at"}, {Sort: "-contact_due_at"}, {Sort: "birthday"}} {
		dbtest.NoScan(t, d, func(ctx context.Context) error {
			_, err := h.List(ctx, h.ann, f, page.Request{})
			return err
		})
	}
	dbtest.NoScan(t, d, func(ctx context.Context) error {
		_, err := h.NotHeardFrom(ctx, h.ann, h.clock.Now(), 5)
		return err
	})
	dbtest.NoScan(t, d, func(ctx context.Context) error {
		from := clock.Date{Year: 2025, Month: 12, Day: 20}
		return errors.Join(second(h.Birthdays(ctx, h.ann, from, 30, 5)), second(h.Anniversaries(ctx, h.ann, from, 30, 5)))
	})
}
