package api_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

const gifData = "GIF89a\x01\x00\x01\x00"

func dataURI(data string) string {
	return "data:image/gif;base64," + base64.StdEncoding.EncodeToString([]byte(data))
}

func TestPersonFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/people", `{"given_name":"Ada","family_name":"Lovelace","emails":[{"label":"home","value":"ada@example.org","preferred":true},{"value":"a@b.example"}],
			"phones":[{"value":"+44 20 7946 0000"}],"addresses":[{"city":"London"}],"groups":["family"],"birthday":"1815-12-10","anniversary":"--07-08",
			"last_contacted_at":"2025-03-01T10:00:00+01:00","contact_every_days":30}`).is(201)
		path := made.header.Get("Location")
		got := made.json()
		if got["display_name"] != "Ada Lovelace" || got["photo"] != nil || got["birthday"] != "1815-12-10" || got["last_contacted_at"] != "2025-03-01T09:00:00Z" ||
			got["contact_every_days"] != 30.0 || fmt.Sprint(got["emails"]) != "[map[label:home preferred:true value:ada@example.org] map[label: preferred:false value:a@b.example]]" {
			t.Fatalf("%s", made.body)
		}
		tag := made.header.Get("ETag")
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		if put := s.ann(t, "PUT", path, `{"family_name":"King"}`, "If-Match", tag).is(200).json(); put["display_name"] != "Ada King" || put["given_name"] != "Ada" {
			t.Errorf("PUT left %v", put)
		}
		s.ann(t, "PATCH", path, `{"notes":"x"}`, "If-Match", tag).is(412)
		patched := s.ann(t, "PATCH", path, `{"emails":null,"groups":null,"birthday":null,"last_contacted_at":null,"contact_every_days":null,"given_name":null}`).is(200).json()
		if fmt.Sprint(patched["emails"], patched["groups"]) != "[] []" || patched["birthday"] != nil || patched["contact_every_days"] != nil || patched["display_name"] != "King" {
			t.Errorf("null did not clear: %v", patched)
		}
		s.as(t, "bob", "GET", path, nil).is(404)
		s.as(t, "bob", "PATCH", path, `{"notes":"mine"}`).is(404)
		s.as(t, "bob", "DELETE", path, nil).is(404)
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
	})
}

func TestPersonPhoto(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/people", `{"nickname":"Ada"}`).is(201).header.Get("Location")
		s.ann(t, "GET", path+"/photo", nil).is(404).fields()
		shown := func(r reply) string {
			photo, _ := r.is(200).json()["photo"].(string)
			return photo
		}
		photo := shown(s.ann(t, "PATCH", path, map[string]any{"photo": dataURI(gifData)}))
		r := s.ann(t, "GET", photo, nil).is(200)
		if string(r.body) != gifData || r.header.Get("Content-Type") != "image/gif" || r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(r.header.Get("Content-Disposition"), `inline; filename="person-`) ||
			!strings.Contains(r.header.Get("Cache-Control"), "private") || r.header.Get("ETag") == "" {
			t.Errorf("%v %q", r.header, r.body)
		}
		s.ann(t, "GET", photo, nil, "If-None-Match", r.header.Get("ETag")).is(304)
		s.as(t, "bob", "GET", photo, nil).is(404)
		s.as(t, "", "GET", photo, nil).is(401)
		if again := shown(s.ann(t, "PUT", path, map[string]any{"photo": photo, "notes": "x"})); again != photo {
			t.Errorf("sending back the path made it %s", again)
		}
		s.ann(t, "GET", photo, nil, "If-None-Match", r.header.Get("ETag")).is(304)
		other := shown(s.ann(t, "PUT", path, map[string]any{"photo": dataURI(gifData + "more")}))
		if other == photo {
			t.Error("another photo has the same path")
		}
		s.ann(t, "GET", other, nil, "If-None-Match", r.header.Get("ETag")).is(200)
		largest := gifData + strings.Repeat("x", 512<<10-len(gifData))
		if shown(s.ann(t, "PUT", path, map[string]any{"photo": dataURI(largest)})) == "" {
			t.Error("the largest photo was not kept")
		}
		s.ann(t, "PUT", path, map[string]any{"photo": nil}).is(200)
		s.ann(t, "GET", photo, nil).is(404)
		set := s.ann(t, "GET", "/api/history?limit=1", nil).is(200).list()[0]["change_set"]
		s.ann(t, "POST", fmt.Sprintf("/api/history/%.0f/undo", set), nil).is(200)
		if got := s.ann(t, "GET", path+"/photo", nil).is(200); string(got.body) != largest {
			t.Errorf("undo brought back %d bytes", len(got.body))
		}
	})
}

func TestPersonBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/people", `{"nickname":"Ada"}`).is(201).header.Get("Location")
		for _, tc := range []struct{ method, path, body, fields string }{
			{"POST", "/api/people", `{}`, "given_name:required"},
			{"POST", "/api/people", `{"emails":[{"value":"a@b.example"}]}`, "given_name:required"},
			{"POST", "/api/people", `{"nickname":"x","emails":[{"label":"home"}]}`, "emails[0].value:required"},
			{"POST", "/api/people", `{"nickname":"x","emails":["a@b.example"]}`, "emails[0]:type"},
			{"POST", "/api/people", `{"nickname":"x","emails":[{"value":"nobody"},{"value":""}]}`, "emails[1].value:too_short"},
			{"POST", "/api/people", `{"nickname":"x","emails":[{"value":"nobody"}],"birthday":"2025-02-29","anniversary":"--13-01"}`, "emails[0].value:format birthday:format anniversary:format"},
			{"POST", "/api/people", `{"nickname":"x","phones":[{"value":"1","kind":"home"}]}`, "phones[0].kind:unknown"},
			{"POST", "/api/people", `{"nickname":"x","addresses":[{"label":"home"}]}`, "addresses[0]:required"},
			{"POST", "/api/people", `{"nickname":"x","contact_every_days":0}`, "contact_every_days:range"},
			{"POST", "/api/people", `{"nickname":"x","last_contacted_at":"yesterday"}`, "last_contacted_at:format"},
			{"POST", "/api/people", `{"nickname":"x","photo":"https://example.org/a.gif"}`, "photo:format"},
			{"POST", "/api/people", `{"nickname":"x","photo":"data:image/svg+xml;base64,PHN2Zy8+"}`, "photo:media_type"},
			{"POST", "/api/people", `{"nickname":"x","photo":"` + dataURI(gifData+strings.Repeat("x", 512<<10)) + `"}`, "photo:too_large"},
			{"POST", "/api/people", `{"nickname":"x","photo":"` + strings.Repeat("x", 700_001) + `"}`, "photo:too_long"},
			{"PATCH", path, `{"nickname":null}`, "given_name:required"},
			{"PATCH", path, `{"photo":"/api/people/99999/photo?v=1"}`, "photo:format"},
			{"GET", "/api/people?sort=age", ``, "sort:choice"},
			{"GET", "/api/people?favourite=1", ``, "favourite:choice"},
		} {
			s.refuses(t, tc.method, tc.path, tc.body, tc.fields)
		}
		if n := len(s.ann(t, "GET", "/api/people", nil).is(200).list()); n != 1 {
			t.Errorf("%d people after only bad input", n)
		}
		s.ann(t, "POST", "/api/people", `{"nickname":"x","photo":"`+strings.Repeat("x", 2<<20)+`"}`).is(413)
	})
}

func TestPeopleFilters(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		s.ann(t, "POST", "/api/people", `{"nickname":"Zoe","category":"friends","groups":["Chor"],"favourite":true}`).is(201)
		s.ann(t, "POST", "/api/people", `{"given_name":"Änne","category":"work","phones":[{"value":"030 1234-5"}]}`).is(201)
		for query, want := range map[string]string{
			"":                  "Änne,Zoe,",
			"?sort=-name":       "Zoe,Änne,",
			"?category=friends": "Zoe,",
			"?favourite=true":   "Zoe,",
			"?favourite=false":  "Änne,",
			"?group=chor":       "Zoe,",
			"?q=anne":           "Änne,",
			"?q=03012345":       "Änne,",
			"?sort=-created_at": "Änne,Zoe,",
		} {
			if got := names(s.ann(t, "GET", "/api/people"+query, nil).is(200), "display_name"); got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
	})
}
