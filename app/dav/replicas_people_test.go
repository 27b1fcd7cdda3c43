package dav_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/fold"
	"umbra/app/ical"
	"umbra/app/opt"
	"umbra/app/person"
)

// groupNames are few, so that cards and categories meet.
var groupNames = []string{"Choir", "Family", "choir", "Sport, too"}

func (f *fleet) someGroups() (out []string) {
	for range f.rnd.IntN(3) {
		out = append(out, groupNames[f.rnd.IntN(len(groupNames))])
	}
	return out
}

// madeCard is a person or, now and then, a group of people of whom some are not
// there yet.
func (f *fleet) madeCard(uid string) string {
	if f.rnd.IntN(3) == 0 {
		var members []string
		for range f.rnd.IntN(4) {
			members = append(members, fmt.Sprintf("u%d", f.rnd.IntN(f.n+5)))
		}
		f.n++
		return apple(uid, ical.Escape(groupNames[f.rnd.IntN(len(groupNames))]), members...)
	}
	lines := "FN:" + f.title() + "\nX-KEPT:" + uid + "\n"
	if groups := f.someGroups(); len(groups) > 0 && f.rnd.IntN(2) == 0 {
		lines += "CATEGORIES:" + ical.JoinList(groups) + "\n"
	}
	return card1(uid, lines)
}

// changedCard is what a device makes of a card: of a group another name, a member
// more or one less; of a person another name, and sometimes one that knows no
// categories leaves them out.
func (f *fleet) changedCard(body string) string {
	if !strings.Contains(body, "X-ADDRESSBOOKSERVER-KIND:group") {
		before, rest, _ := strings.Cut(body, "\r\nFN:")
		_, rest, _ = strings.Cut(rest, "\r\n")
		body = before + "\r\nFN:" + f.title() + "\r\n" + rest
		if before, rest, has := strings.Cut(body, "CATEGORIES:"); has && f.rnd.IntN(2) == 0 {
			_, rest, _ = strings.Cut(rest, "\r\n")
			body = before + rest
			if f.rnd.IntN(2) == 0 {
				body = strings.Replace(body, "END:VCARD", "CATEGORIES:"+ical.JoinList([]string{groupNames[f.rnd.IntN(len(groupNames))]})+"\r\nEND:VCARD", 1)
			}
		}
		return body
	}
	const member = "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:"
	switch n := f.rnd.IntN(3); {
	case n == 0:
		name := ical.Escape(groupNames[f.rnd.IntN(len(groupNames))])
		for _, p := range []string{"\r\nFN:", "\r\nN:"} {
			before, rest, _ := strings.Cut(body, p)
			_, rest, _ = strings.Cut(rest, "\r\n")
			body = before + p + name + "\r\n" + rest
		}
		return body
	case n == 1 && strings.Contains(body, member):
		before, rest, _ := strings.Cut(body, member)
		_, rest, _ = strings.Cut(rest, "\r\n")
		return before + rest
	}
	return strings.Replace(body, "END:VCARD", member+fmt.Sprintf("u%d", f.rnd.IntN(f.n+5))+"\r\nEND:VCARD", 1)
}

// personal does something with people as the interface does.
func (f *fleet) personal(t *testing.T) error {
	id := f.anyID("people")
	switch n := f.rnd.IntN(8); {
	case n == 0 || id == 0:
		_, err := f.People.Import(t.Context(), f.ann, f.origin(), person.Update{GivenName: opt.Some(f.title()), Groups: opt.Some(f.someGroups())})
		return err
	case n == 1:
		return f.People.Delete(t.Context(), f.ann, id, nil)
	case n == 2:
		if group := f.anyID("group_cards"); group != 0 {
			return f.People.DeleteGroup(t.Context(), f.ann, group)
		}
	}
	_, err := f.People.Update(t.Context(), f.ann, id, nil, person.Update{Groups: opt.Some(f.someGroups())})
	return err
}

// settleGroups compares what a device holds with the records: each card of a
// group names the people who are called so and are there, and no others but who
// may arrive; each card of a person has their groups.
func (f *fleet) settleGroups(t *testing.T) {
	t.Helper()
	type row struct{ uid, groups string }
	rows, err := db.Query(t.Context(), f.d, func(s db.Scanner) (r row, err error) { return r, s.Scan(&r.uid, &r.groups) },
		"SELECT uid, groups FROM people WHERE user_id = $1", f.ann.UserID)
	if err != nil {
		t.Fatal(err)
	}
	in, there, want := map[string][]string{}, map[string]bool{}, map[string]string{}
	for _, r := range rows {
		there[r.uid] = true
		groups, err := db.Strings(r.groups)
		if err != nil {
			t.Fatal(err)
		}
		want[r.uid] = strings.Join(groups, "|")
		for _, g := range groups {
			in[fold.Key(g)] = append(in[fold.Key(g)], r.uid)
		}
	}
	for _, d := range f.devices {
		c, has := d.cols["people"]
		if !has {
			continue
		}
		got, cards := map[string]string{}, 0
		for name, o := range c.items {
			doc, err := ical.Parse([]byte(o.body))
			if err != nil {
				t.Fatal(err)
			}
			card := doc.Components("VCARD")[0]
			if card.Value("X-ADDRESSBOOKSERVER-KIND") != "group" {
				got[card.Text("UID")] = strings.Join(tidied(card), "|")
				continue
			}
			cards++
			members := []string{}
			for _, l := range card.Lines("X-ADDRESSBOOKSERVER-MEMBER") {
				if uid := strings.TrimPrefix(l.Value, "urn:uuid:"); there[uid] && !slices.Contains(members, uid) {
					members = append(members, uid)
				}
			}
			slices.Sort(members)
			people := slices.Clone(in[fold.Key(card.Text("FN"))])
			slices.Sort(people)
			if !slices.Equal(members, people) {
				t.Errorf("the card %s, %s, names %v, in it are %v", name, card.Text("FN"), members, people)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("the cards say %v, the people %v", got, want)
		}
		if n := column[int64](f.house, "SELECT COUNT(*) FROM group_cards"); n[0] != int64(cards) {
			t.Errorf("%d cards of %d groups", cards, n[0])
		}
		f.seen["cards of groups compared"] += cards
	}
}

// tidied are the groups that a person's card names, as a person has them.
func tidied(card *ical.Component) (out []string) {
	seen := map[string]bool{}
	for _, l := range card.Lines("CATEGORIES") {
		for _, g := range ical.List(l.Value) {
			if key := fold.Text(g); key != "" && !seen[key] {
				seen[key] = true
				out = append(out, g)
			}
		}
	}
	return out
}
