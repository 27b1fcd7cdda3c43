package vobject_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"umbra/app/ical"
	"umbra/app/person"
	"umbra/app/vobject"
)

func group(t *testing.T, text string) (*ical.Document, vobject.GroupForm) {
	t.Helper()
	d, err := ical.Parse([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	f, err := vobject.Group(d.Components("VCARD")[0])
	if err != nil {
		t.Fatal(err)
	}
	return d, f
}

func TestGroupsAreReadAndPatched(t *testing.T) {
	at := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, card     string
		want           []string // as it is read
		called         string
		rename         string
		members        []string
		awaited        []string
		becomes, loses []string // lines
	}{
		{name: "Apple's", card: "BEGIN:VCARD\nVERSION:3.0\nUID:G\nX-ADDRESSBOOKSERVER-KIND:group\nN:PERS\nFN:PERS\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:B\nREV:2020-01-01T00:00:00Z\nEND:VCARD\n",
			want: []string{"A", "B"}, called: "PERS", rename: "Friends, old", members: []string{"B", "C"},
			becomes: []string{`FN:Friends\, old`, `N:Friends\, old;;;;`, "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:C", "REV:20250301T120000Z"}, loses: []string{"urn:uuid:A", "PERS"}},
		{name: "version 4", card: "BEGIN:VCARD\nVERSION:4.0\nKIND:Group\nUID:urn:uuid:g\nFN;LANGUAGE=en:Band\nN:other\nMEMBER:URN:UUID:a\nmember;PREF=1:mailto:x@example.org\nMEMBER:urn:uuid:later\nMEMBER:urn:uuid:gone\nX-ODD:1\nEND:VCARD\n",
			want: []string{"a", "later", "gone"}, called: "Band", members: []string{"urn:uuid:a", "b"}, awaited: []string{"later"},
			becomes: []string{"MEMBER:urn:uuid:b", "MEMBER:URN:UUID:a", "member;PREF=1:mailto:x@example.org", "MEMBER:urn:uuid:later", "X-ODD:1", "N:other"}, loses: []string{"gone", "REV"}},
		{name: "named in N alone", card: "BEGIN:VCARD\nVERSION:3.0\nUID:g\nX-ADDRESSBOOKSERVER-KIND:group\nN:Only\nEND:VCARD\n", called: "Only", becomes: []string{"N:Only"}, loses: []string{"FN"}},
		{name: "not named", card: "BEGIN:VCARD\nVERSION:3.0\nUID:g\nKIND:group\nFN: - \nEND:VCARD\n", called: vobject.Untitled, members: []string{"x"}, becomes: []string{"MEMBER:urn:uuid:x"}},
		{name: "said twice", card: "BEGIN:VCARD\nVERSION:3.0\nUID:g\nKIND:group\nFN:A\nMEMBER:urn:uuid:x\nMEMBER:x\nEND:VCARD\n", want: []string{"x"}, called: "A", members: []string{"x"}, becomes: []string{"MEMBER:urn:uuid:x", "MEMBER:x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, f := group(t, tt.card)
			if !slices.Equal(f.Members, tt.want) || f.Name != tt.called || !vobject.IsGroup(d.Components("VCARD")[0]) {
				t.Errorf("read as %q %v", f.Name, f.Members)
			}
			g := person.Group{UID: "g", Name: f.Name, UpdatedAt: at}
			if tt.rename != "" {
				g.Name = tt.rename
			}
			vobject.WriteGroup(d, &g, tt.members, tt.awaited)
			once := string(d.Bytes())
			for _, l := range tt.becomes {
				if !strings.Contains(once, "\r\n"+l+"\r\n") {
					t.Errorf("no %s in\n%s", l, once)
				}
			}
			for _, l := range tt.loses {
				if strings.Contains(once, l) {
					t.Errorf("%s in\n%s", l, once)
				}
			}
			vobject.WriteGroup(d, &g, tt.members, tt.awaited)
			if string(d.Bytes()) != once {
				t.Errorf("written again it is\n%s", d.Bytes())
			}
		})
	}
	anew := ical.New()
	vobject.WriteGroup(anew, &person.Group{UID: "g", Name: "New", UpdatedAt: at}, []string{"a"}, nil)
	f, err := vobject.Group(anew.Components("VCARD")[0])
	if err != nil || f.Name != "New" || f.UID != "g" || !slices.Equal(f.Members, []string{"a"}) || !vobject.IsGroup(anew.Components("VCARD")[0]) {
		t.Errorf("%+v %v\n%s", f, err, anew.Bytes())
	}
}

// FuzzGroup reads whatever calls itself a group: what it is written as says the
// same, and one with the people whom it names stays byte for byte.
func FuzzGroup(f *testing.F) {
	f.Add("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:G\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nN:PERS\r\nFN:PERS\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A\r\nEND:VCARD\r\n", "Name")
	f.Add("BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:g\nKIND:group\nitem1.FN:B\\,c\nMEMBER:mailto:x\nMEMBER:urn:uuid:\nMEMBER;X=\"1:2\":a\\;b\n\nEND:VCARD", "a,b;c\n")
	f.Fuzz(func(t *testing.T, text, name string) {
		d, err := ical.Parse([]byte(text))
		if err != nil || len(d.Components("VCARD")) == 0 {
			return
		}
		c := d.Components("VCARD")[0]
		form, err := vobject.Group(c)
		if err != nil {
			return
		}
		before := string(d.Bytes())
		g := person.Group{UID: "g", Name: form.Name, UpdatedAt: time.Unix(0, 0)}
		vobject.WriteGroup(d, &g, form.Members, nil)
		if after := string(d.Bytes()); after != before {
			t.Errorf("%q became %q", before, after)
		}
		members := append(slices.Clone(form.Members), "new")
		vobject.WriteGroup(d, &g, members, nil)
		again, err := ical.Parse(d.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Components("VCARD")) == 0 {
			return // it never was closed
		}
		got, err := vobject.Group(again.Components("VCARD")[0])
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got.Members)
		slices.Sort(members)
		if members = slices.Compact(members); !slices.Equal(got.Members, members) || got.Name != form.Name {
			t.Errorf("%q %q, want %q %q", got.Name, got.Members, form.Name, members)
		}
	})
}
