package dav_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
)

// apple is a group as an iPhone or Mac keeps it.
func apple(uid, name string, members ...string) string {
	lines := "X-ADDRESSBOOKSERVER-KIND:group\nN:" + name + "\nFN:" + name + "\n"
	for _, m := range members {
		lines += "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:" + m + "\n"
	}
	return card1(uid, lines)
}

// groupsOf are the groups of a person, as the record says.
func (h *house) groupsOf(uid string) []string {
	h.t.Helper()
	p, found, err := db.One(h.t.Context(), h.d, db.Value[string], "SELECT groups FROM people WHERE user_id = $1 AND uid = $2", h.ann.UserID, uid)
	if err != nil || !found {
		h.t.Fatalf("no person %s: %v", uid, err)
	}
	out, err := db.Strings(p)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) idOf(uid string) int64 {
	h.t.Helper()
	id, _, err := db.One(h.t.Context(), h.d, db.Value[int64], "SELECT id FROM people WHERE user_id = $1 AND uid = $2", h.ann.UserID, uid)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) inGroups(want map[string]string) {
	h.t.Helper()
	for uid, groups := range want {
		if got := strings.Join(h.groupsOf(uid), ","); got != groups {
			h.t.Errorf("%s is in %q, want %q", uid, got, groups)
		}
	}
}

func (h *house) setGroups(uid string, groups ...string) {
	h.t.Helper()
	if _, err := h.People.Update(h.t.Context(), h.ann, h.idOf(uid), nil, person.Update{Groups: opt.Some(groups)}); err != nil {
		h.t.Fatal(err)
	}
}

// lastSet is the newest change-set.
func (h *house) lastSet() journal.Set {
	h.t.Helper()
	sets, err := h.Journal.History(h.t.Context(), h.ann, page.Request{Limit: 1})
	if err != nil || len(sets.Items) == 0 {
		h.t.Fatal(sets, err)
	}
	return sets.Items[0]
}

func (h *house) undo(set int64) {
	h.t.Helper()
	if _, err := h.Journal.Undo(h.t.Context(), h.ann, set); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) abc() {
	for _, uid := range []string{"a", "b", "c"} {
		h.want(201, "PUT", h.people()+uid+".vcf", card1(uid, "FN:"+strings.ToUpper(uid)+"\n"))
	}
}

func TestAGroupCardIsTheGroupOfItsMembers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		at := h.people() + "choir.vcf"
		sent := apple("choir", "Choir", "a", "b")
		made := h.want(201, "PUT", at, sent, "If-None-Match", "*")
		h.inGroups(map[string]string{"a": "Choir", "b": "Choir", "c": ""})
		got := h.want(200, "GET", at, "")
		if got.body != sent || got.header.Get("ETag") != made.header.Get("ETag") || made.header.Get("ETag") == "" {
			t.Errorf("it came back as %q, %s, %s", got.body, got.header.Get("ETag"), made.header.Get("ETag"))
		}
		h.want(200, "GET", h.people()+"a.vcf", "").has(t, "CATEGORIES:Choir")

		// Changed there: one is in, one is out, and it is called otherwise.
		changed := h.want(204, "PUT", at, apple("choir", "Chorus", "b", "c"), "If-Match", made.header.Get("ETag"))
		h.inGroups(map[string]string{"a": "", "b": "Chorus", "c": "Chorus"})
		set := h.lastSet()
		if set.Changes != 4 { // three people and the group, at once
			t.Errorf("%+v", set)
		}
		if got := h.want(200, "GET", at, ""); got.body != apple("choir", "Chorus", "b", "c") || got.header.Get("ETag") != changed.header.Get("ETag") {
			t.Error(got.body)
		}
		h.undo(set.ID)
		h.inGroups(map[string]string{"a": "Choir", "b": "Choir", "c": ""})
		got = h.want(200, "GET", at, "")
		got.has(t, "\r\nFN:Choir\r\n", "\r\nN:Choir;", "urn:uuid:a\r\n", "urn:uuid:b\r\n")
		got.hasNot(t, "urn:uuid:c")

		// Changed in Umbra: the card follows, with a new ETag, and nothing else of it.
		h.setGroups("c", "choir", "Family")
		after := h.want(200, "GET", at, "")
		after.has(t, "urn:uuid:c\r\n")
		if after.header.Get("ETag") == got.header.Get("ETag") {
			t.Error("the ETag stayed")
		}
		h.want(412, "PUT", at, sent, "If-Match", got.header.Get("ETag"))
		if err := h.People.Delete(t.Context(), h.ann, h.idOf("b"), nil); err != nil {
			t.Fatal(err)
		}
		h.want(200, "GET", at, "").hasNot(t, "urn:uuid:b")
		h.undo(h.lastSet().ID)
		h.want(200, "GET", at, "").has(t, "urn:uuid:b")

		// Deleted: nobody is in it, until it comes back from the trash.
		h.want(204, "DELETE", at, "")
		h.want(404, "GET", at, "")
		h.inGroups(map[string]string{"a": "", "b": "", "c": "Family"})
		trash, err := h.Journal.Trash(t.Context(), h.ann, page.Request{})
		if err != nil || len(trash.Items) != 1 || trash.Items[0].Kind != "group" || trash.Items[0].Title != "Choir" {
			t.Fatalf("%+v %v", trash.Items, err)
		}
		if err := h.Journal.Untrash(t.Context(), h.ann, "group", trash.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		h.inGroups(map[string]string{"a": "Choir", "b": "Choir"})
		if got := h.groupsOf("c"); !slices.Contains(got, "choir") && !slices.Contains(got, "Choir") {
			t.Error(got)
		}
		h.want(200, "GET", at, "").has(t, "urn:uuid:a", "urn:uuid:b", "urn:uuid:c")
	})
}

// An earlier change of one member can be undone though another's came later.
func TestUndoOfOneMemberIsNotHinderedByAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		at := h.people() + "choir.vcf"
		h.want(201, "PUT", at, apple("choir", "Choir"))
		h.want(204, "PUT", at, apple("choir", "Choir", "a"))
		first := h.lastSet()
		h.want(204, "PUT", at, apple("choir", "Choir", "a", "b"))
		h.setGroups("c", "Choir")
		h.undo(first.ID)
		h.inGroups(map[string]string{"a": "", "b": "Choir", "c": "Choir"})
		a := h.want(200, "GET", at, "")
		a.hasNot(t, "urn:uuid:a\r")
		a.has(t, "urn:uuid:b", "urn:uuid:c")
	})
}

// What a device looked at before somebody else joined or left is not what it may change.
func TestACardIsStaleWhenItsMembersChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		at := h.people() + "choir.vcf"
		card := h.want(201, "PUT", at, apple("choir", "Choir", "a")).header.Get("ETag")
		person := h.want(200, "GET", h.people()+"a.vcf", "").header.Get("ETag")
		h.setGroups("c", "Choir")
		h.want(412, "PUT", at, apple("choir", "Choir", "a", "b"), "If-Match", card)
		h.want(412, "DELETE", at, "", "If-Match", card)
		h.inGroups(map[string]string{"a": "Choir", "b": "", "c": "Choir"})
		// The group that a person lost by it does not come back with what the device held of them.
		h.want(204, "DELETE", at, "")
		h.want(412, "PUT", h.people()+"a.vcf", card1("a", "FN:A\nTEL:1\nCATEGORIES:Choir\n"), "If-Match", person)
		h.inGroups(map[string]string{"a": ""})
	})
}

func TestMembersArriveAfterTheirGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at := h.people() + "g.vcf"
		four := crlf("BEGIN:VCARD\nVERSION:4.0\nUID:g\nKIND:group\nFN:Band\nMEMBER:urn:uuid:a\nMEMBER:urn:uuid:later\nMEMBER:mailto:x@example.org\nX-KEPT:1\nEND:VCARD\n")
		h.want(201, "PUT", at, four)
		made := h.want(201, "PUT", h.people()+"a.vcf", card1("a", "FN:A\n"))
		if made.header.Get("ETag") != "" { // what is there says more than what came
			t.Error("an ETag for other bytes")
		}
		h.inGroups(map[string]string{"a": "Band"})
		h.want(200, "GET", h.people()+"a.vcf", "").has(t, "CATEGORIES:Band")
		if got := h.want(200, "GET", at, ""); got.body != four {
			t.Error(got.body)
		}
		h.setGroups("a")
		got := h.want(200, "GET", at, "")
		got.hasNot(t, "urn:uuid:a\r")
		got.has(t, "MEMBER:urn:uuid:later", "MEMBER:mailto:x@example.org", "X-KEPT:1")
		// With a uid that is a URN as a whole, made by an import.
		if _, err := h.People.Import(t.Context(), h.ann, journal.Origin{UID: "urn:uuid:later"}, person.Update{GivenName: opt.Some("Late")}); err != nil {
			t.Fatal(err)
		}
		h.inGroups(map[string]string{"urn:uuid:later": "Band"})
		h.want(200, "GET", at, "").has(t, "MEMBER:urn:uuid:later")
		h.setGroups("urn:uuid:later")
		h.want(200, "GET", at, "").hasNot(t, "later")
		// What a card awaits comes back with it.
		h.want(204, "PUT", at, four)
		h.want(204, "DELETE", at, "")
		h.undo(h.lastSet().ID)
		got = h.want(200, "GET", at, "")
		got.has(t, "MEMBER:urn:uuid:a", "MEMBER:urn:uuid:later")
	})
}

func TestGroupsByCardAndByCategoryTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		h.setGroups("a", "Choir", "Family")
		h.setGroups("b", "CHOIR")
		// A device makes a card of that name: whoever is in the group is in it.
		made := h.want(201, "PUT", h.people()+"g.vcf", apple("g", "Choir", "c"))
		if made.header.Get("ETag") != "" {
			t.Error("an ETag for other bytes")
		}
		h.want(200, "GET", h.people()+"g.vcf", "").has(t, "urn:uuid:a", "urn:uuid:b", "urn:uuid:c")
		h.inGroups(map[string]string{"a": "Choir,Family", "b": "CHOIR", "c": "Choir"})

		// A device that keeps groups as cards knows no CATEGORIES: it says nothing of them.
		at := h.people() + "a.vcf"
		put := h.want(204, "PUT", at, card1("a", "FN:A\nTEL:+49 1\n"))
		h.inGroups(map[string]string{"a": "Choir,Family"})
		got := h.want(200, "GET", at, "")
		got.has(t, "TEL:+49 1", "CATEGORIES:Choir,Family")
		if put.header.Get("ETag") != "" {
			t.Error("an ETag for other bytes")
		}
		// One that knows them changes them, in groups with a card and without.
		h.want(204, "PUT", at, strings.Replace(got.body, "CATEGORIES:Choir,Family", "CATEGORIES:Sport", 1), "If-Match", got.header.Get("ETag"))
		h.inGroups(map[string]string{"a": "Sport"})
		h.want(200, "GET", h.people()+"g.vcf", "").hasNot(t, "urn:uuid:a\r")

		// Two cards of one name are one group; it ends with the last of them.
		h.want(201, "PUT", h.people()+"h.vcf", apple("h", "choir"))
		h.want(200, "GET", h.people()+"h.vcf", "").has(t, "urn:uuid:b", "urn:uuid:c")
		h.want(204, "DELETE", h.people()+"g.vcf", "")
		h.inGroups(map[string]string{"b": "CHOIR", "c": "Choir"})
		h.want(204, "DELETE", h.people()+"h.vcf", "")
		h.inGroups(map[string]string{"b": "", "c": ""})
		// Without cards, no CATEGORIES are no groups.
		h.want(204, "PUT", at, card1("a", "FN:A\n"))
		h.inGroups(map[string]string{"a": ""})
	})
}

// A client that knows no groups shows one as a person: it cannot make it one.
func TestAGroupStaysAGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		h.want(201, "PUT", h.people()+"g.vcf", apple("g", "Choir", "a"))
		h.want(409, "PUT", h.people()+"g.vcf", card1("g", "FN:Choir\nTEL:1\n"))
		h.want(409, "PUT", h.people()+"a.vcf", apple("a", "A"))
		h.want(403, "PUT", h.people()+"other.vcf", apple("g", "Other")).has(t, "no-uid-conflict", "g.vcf")
		h.want(403, "PUT", h.people()+"other.vcf", apple("a", "Other")).has(t, "no-uid-conflict", "a.vcf")
		h.inGroups(map[string]string{"a": "Choir"})
		many := make([]string, 10_001)
		for i := range many {
			many[i] = fmt.Sprint("m", i)
		}
		h.want(403, "PUT", h.people()+"many.vcf", apple("many", "Many", many...)).has(t, "valid-address-data", "10000")
		// Under another name it is another resource with the same people.
		h.want(201, "MOVE", h.people()+"g.vcf", "", "Destination", h.people()+"moved.vcf")
		h.want(404, "GET", h.people()+"g.vcf", "")
		h.want(200, "GET", h.people()+"moved.vcf", "").has(t, "urn:uuid:a")
		h.inGroups(map[string]string{"a": "Choir"})
		h.undo(h.lastSet().ID)
		h.want(200, "GET", h.people()+"g.vcf", "").has(t, "urn:uuid:a")
		h.inGroups(map[string]string{"a": "Choir"})
	})
}

func TestSyncTellsOfGroupCards(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.abc()
		sync := func(token string) multistatus {
			return h.multi(h.want(207, "REPORT", h.people(), `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`))
		}
		ctag := func() string {
			return h.want(207, "PROPFIND", h.people(), `<propfind xmlns="DAV:" xmlns:s="http://calendarserver.org/ns/"><prop><s:getctag/></prop></propfind>`, "Depth", "0").body
		}
		told := func(m multistatus) (out []string) {
			for _, r := range m.Responses {
				out = append(out, strings.TrimPrefix(r.Href, h.people())+map[bool]string{true: "-"}[strings.Contains(r.Status, "404")])
			}
			slices.Sort(out)
			return out
		}
		m := sync("")
		was := ctag()
		for _, step := range []struct {
			what string
			do   func()
			want string
		}{
			{"made", func() { h.want(201, "PUT", h.people()+"g.vcf", apple("g", "Choir", "a")) }, "[a.vcf g.vcf]"},
			{"the same again", func() { h.want(204, "PUT", h.people()+"g.vcf", apple("g", "Choir", "a")) }, "[g.vcf]"},
			{"somebody who is not there", func() { h.want(204, "PUT", h.people()+"g.vcf", apple("g", "Choir", "a", "nobody")) }, "[g.vcf]"},
			{"by a person", func() { h.setGroups("b", "Choir") }, "[b.vcf g.vcf]"},
			{"a group without a card", func() { h.setGroups("c", "Else") }, "[c.vcf]"},
			{"renamed", func() { h.want(204, "PUT", h.people()+"g.vcf", apple("g", "Chorus", "a", "b", "nobody")) }, "[a.vcf b.vcf g.vcf]"},
			{"a name by case", func() { h.want(204, "PUT", h.people()+"g.vcf", apple("g", "CHORUS", "a", "b")) }, "[a.vcf b.vcf g.vcf]"},
			{"gone", func() { h.want(204, "DELETE", h.people()+"g.vcf", "") }, "[a.vcf b.vcf g.vcf-]"},
			{"back", func() { h.undo(h.lastSet().ID) }, "[a.vcf b.vcf g.vcf]"},
		} {
			step.do()
			m = sync(m.Token)
			if got := fmt.Sprint(told(m)); got != step.want {
				t.Errorf("%s: %s, want %s", step.what, got, step.want)
			}
			if now := ctag(); now == was {
				t.Errorf("%s: the ctag stayed", step.what)
			} else {
				was = now
			}
		}
		if got := fmt.Sprint(told(sync(""))); got != "[a.vcf b.vcf c.vcf g.vcf]" {
			t.Error(got)
		}
	})
}
