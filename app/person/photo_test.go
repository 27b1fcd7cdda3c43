package person_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/person"
)

var (
	gif  = uri("image/gif", []byte("GIF89a\x01\x00\x01\x00"))
	png  = uri("image/png", []byte("\x89PNG\r\n\x1a\n rest"))
	jpeg = uri("image/jpeg", []byte("\xff\xd8\xff\xe0 rest"))
	webp = uri("image/webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
)

func uri(mediaType string, data []byte) string {
	return "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(data)
}

func big(n int) []byte { return append([]byte("GIF89a"), make([]byte, n-6)...) }

func TestParsePhoto(t *testing.T) {
	for _, tc := range []struct{ name, uri, want string }{
		{"gif", gif, "image/gif"}, {"png", png, "image/png"}, {"jpeg", jpeg, "image/jpeg"}, {"webp", webp, "image/webp"},
		{"misnamed: the bytes decide", uri("image/png", []byte("GIF87a")), "image/gif"},
		{"parameters and case", "DATA:Image/GIF;name=a.gif;BASE64," + base64.StdEncoding.EncodeToString([]byte("GIF89a!")), "image/gif"},
		{"without padding", "data:image/gif;base64," + base64.RawStdEncoding.EncodeToString([]byte("GIF89a!")), "image/gif"},
		{"as large as may be", uri("image/gif", big(person.MaxPhoto)), "image/gif"},
		{"one byte more", uri("image/gif", big(person.MaxPhoto+1)), "photo:too_large"},
		{"much more", uri("image/gif", big(2*person.MaxPhoto)), "photo:too_large"},
		{"svg", uri("image/svg+xml", []byte("<svg/>")), "photo:media_type"},
		{"a script that says it is an image", uri("image/png", []byte("<script>")), "photo:media_type"},
		{"another type", uri("text/html", []byte("GIF89a")), "photo:format"},
		{"no type", uri("", []byte("GIF89a")), "photo:format"},
		{"empty", "data:image/gif;base64,", "photo:media_type"},
		{"not base64", "data:image/gif,GIF89a", "photo:format"},
		{"bad base64", "data:image/gif;base64,R0lG*Dlh", "photo:format"},
		{"nothing behind", "data:image/gif;base64", "photo:format"},
		{"an address", "https://example.org/a.gif", "photo:format"},
		{"nothing", "", "photo:format"},
	} {
		p, err := person.ParsePhoto(tc.uri)
		got := p.Type
		if err != nil {
			got = broken(err)
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func FuzzParsePhoto(f *testing.F) {
	for _, s := range []string{gif, png, jpeg, webp, "", "data:", "data:image/png;base64,====", "data:image/gif;base64;base64,R0lGODlh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := person.ParsePhoto(s)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		again, err := person.ParsePhoto(uri(p.Type, p.Data))
		if err != nil || again.Type != p.Type || !bytes.Equal(again.Data, p.Data) || len(p.Data) > person.MaxPhoto {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func TestPhoto(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		photo := func(s string) person.Update { return person.Update{Photo: opt.Some(s)} }
		u := photo(gif)
		u.GivenName = opt.Some("Ada")
		made := h.make(t, u)
		id := made.ID
		shows := func(what, want string) {
			t.Helper()
			p, err := h.Find(t.Context(), h.ann, id)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			got, err := h.FindPhoto(t.Context(), h.ann, id)
			if want == "" {
				if p.Photo != nil || !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: there is a photo %v, %v", what, p.Photo, err)
				}
				return
			}
			if err != nil || uri(got.Type, got.Data) != want {
				t.Errorf("%s: photo %s, %v, want %s", what, uri(got.Type, got.Data), err, want)
			}
			if path := fmt.Sprintf("/api/people/%d/photo?v=%d", id, got.Rev); p.Photo == nil || *p.Photo != path {
				t.Errorf("%s: photo at %v, want %s", what, p.Photo, path)
			}
		}
		shows("made", gif)
		for what, same := range map[string]string{"its path": *made.Photo, "the same bytes": gif} {
			if got := h.change(t, id, photo(same)); *got.Photo != *made.Photo || got.Rev == made.Rev {
				t.Errorf("%s changed the photo: %s", what, *got.Photo)
			}
		}
		if got := h.change(t, id, given("Augusta")); *got.Photo != *made.Photo {
			t.Errorf("another field changed the photo: %s", *got.Photo)
		}
		h.undo(t)
		shows("another field undone", gif)
		if got := h.change(t, id, photo(png)); *got.Photo == *made.Photo {
			t.Error("another photo has the same path")
		}
		shows("another", png)
		h.undo(t)
		shows("undone", gif)
		h.undo(t)
		shows("undone undo", png)
		h.change(t, id, person.Update{Photo: opt.Null[string]()})
		shows("removed", "")
		h.undo(t)
		shows("removal undone", png)
		if err := h.Delete(t.Context(), h.ann, id, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.FindPhoto(t.Context(), h.ann, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("photo of a deleted person: %v", err)
		}
		h.undo(t)
		shows("deletion undone", png)
		if err := h.Delete(t.Context(), h.ann, id, nil); err != nil {
			t.Fatal(err)
		}
		if err := h.j.Untrash(t.Context(), h.ann, person.KindName, id); err != nil {
			t.Fatal(err)
		}
		shows("out of the trash", png)

		bare := h.make(t, given("Bob"))
		id = bare.ID
		h.change(t, id, photo(webp))
		h.undo(t)
		shows("first photo undone", "")
		for _, bad := range []string{*made.Photo, "/api/people/0/photo?v=1", "x"} { // somebody else's
			if _, err := h.Update(t.Context(), h.ann, id, nil, photo(bad)); broken(err) != "photo:format" {
				t.Errorf("%s: %v", bad, err)
			}
		}
		shows("after bad ones", "")
	})
}

func TestPhotoStaysOutOfTheJournalUnlessItChanges(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	u := given("Ada")
	u.Photo = opt.Some(uri("image/gif", big(100_000)))
	id := h.make(t, u).ID
	h.change(t, id, given("Augusta"))
	longest := func() int64 {
		n, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT MAX(LENGTH(image)) FROM journal")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := longest(); n > 2000 {
		t.Errorf("%d characters journalled for a change of name", n)
	}
	h.change(t, id, person.Update{Photo: opt.Null[string]()})
	if n := longest(); n < 100_000 {
		t.Errorf("only %d characters journalled for a photo", n)
	}
	h.undo(t)
	if err := h.Delete(t.Context(), h.ann, id, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.j.Purge(t.Context(), h.ann, person.KindName, id); err != nil {
		t.Fatal(err)
	}
	n, _, err := db.One(t.Context(), d, db.Value[int64], "SELECT COUNT(*) FROM journal WHERE image LIKE $1", "%"+strings.Repeat("A", 50)+"%")
	if err != nil || n != 0 {
		t.Errorf("%d images after the purge, %v", n, err)
	}
}
