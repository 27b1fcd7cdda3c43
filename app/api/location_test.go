package api_test

import (
	"strings"
	"testing"
)

func TestLocationFromBirthToTrash(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		made := s.ann(t, "POST", "/api/locations", `{"name":"Corner Bakery","category":"food","latitude":51.752,"longitude":-1.2577,"website":"https://bakery.example"}`).is(201)
		path := made.header.Get("Location")
		if got := made.json(); got["latitude"] != 51.752 || got["favourite"] != false || got["notes"] != "" || path == "" {
			t.Fatalf("%s %s", path, made.body)
		}
		tag := made.header.Get("ETag")
		s.ann(t, "GET", path, nil, "If-None-Match", tag).is(304)
		put := s.ann(t, "PUT", path, `{"favourite":true}`, "If-Match", tag).is(200).json()
		if put["favourite"] != true || put["name"] != "Corner Bakery" || put["longitude"] != -1.2577 {
			t.Errorf("PUT left %v", put)
		}
		s.ann(t, "PATCH", path, `{"name":"x"}`, "If-Match", tag).is(412)
		patched := s.ann(t, "PATCH", path, `{"latitude":null,"longitude":null,"website":null}`).is(200).json()
		if patched["latitude"] != nil || patched["longitude"] != nil || patched["website"] != "" {
			t.Errorf("null did not clear: %v", patched)
		}
		s.as(t, "bob", "GET", path, nil).is(404)
		s.as(t, "bob", "PUT", path, `{"name":"mine"}`).is(404)
		s.as(t, "bob", "DELETE", path, nil).is(404)
		s.ann(t, "DELETE", path, nil).is(204)
		s.ann(t, "GET", path, nil).is(404)
		s.ann(t, "POST", strings.Replace(path, "/api/locations/", "/api/trash/location/", 1)+"/restore", nil).is(204)
		s.ann(t, "GET", path, nil).is(200)
	})
}

func TestDeletingAPlaceLetsGoOfIt(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		place := s.ann(t, "POST", "/api/locations", `{"name":"Garden"}`).is(201)
		who := s.ann(t, "POST", "/api/people", `{"nickname":"Gardener"}`).is(201)
		todo := s.ann(t, "POST", "/api/todos", map[string]any{"title": "Water", "location_id": place.json()["id"], "person_id": who.json()["id"]}).is(201).header.Get("Location")
		for _, path := range []string{place.header.Get("Location"), who.header.Get("Location")} {
			s.ann(t, "DELETE", path, nil).is(204)
		}
		if got := s.ann(t, "GET", todo, nil).is(200).json(); got["location_id"] != nil || got["person_id"] != nil {
			t.Errorf("the to-do still names %v and %v", got["location_id"], got["person_id"])
		}
		for _, r := range []reply{who, place} {
			kind := map[bool]string{true: "person", false: "location"}[strings.Contains(r.header.Get("Location"), "people")]
			id := r.header.Get("Location")[strings.LastIndex(r.header.Get("Location"), "/"):]
			s.ann(t, "POST", "/api/trash/"+kind+id+"/restore", nil).is(204)
		}
		if got := s.ann(t, "GET", todo, nil).is(200).json(); got["person_id"] != who.json()["id"] {
			t.Errorf("the to-do does not name the person again: %v", got)
		}
	})
}

func TestLocationBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		path := s.ann(t, "POST", "/api/locations", `{"name":"Garden"}`).is(201).header.Get("Location")
		for _, tc := range []struct{ method, path, body, fields string }{
			{"POST", "/api/locations", `{}`, "name:required"},
			{"POST", "/api/locations", `{"name":null}`, "name:type"},
			{"POST", "/api/locations", `{"name":"x","latitude":91,"longitude":-181}`, "latitude:range longitude:range"},
			{"POST", "/api/locations", `{"name":"x","latitude":"51"}`, "latitude:type"},
			{"POST", "/api/locations", `{"name":"x","latitude":1e300}`, "latitude:range"},
			{"POST", "/api/locations", `{"name":"x","latitude":51}`, "longitude:required"},
			{"POST", "/api/locations", `{"name":"x","email":"nobody","website":"bakery.example"}`, "email:format website:format"},
			{"POST", "/api/locations", `{"name":"x","colour":"red"}`, "colour:unknown"},
			{"PATCH", path, `{"longitude":7}`, "latitude:required"},
			{"PATCH", path, `{"favourite":null}`, "favourite:type"},
			{"GET", "/api/locations?sort=distance", ``, "sort:choice"},
			{"GET", "/api/locations?favourite=maybe", ``, "favourite:choice"},
		} {
			s.refuses(t, tc.method, tc.path, tc.body, tc.fields)
		}
		if n := len(s.ann(t, "GET", "/api/locations", nil).is(200).list()); n != 1 {
			t.Errorf("%d places after only bad input", n)
		}
	})
}

// refuses wants a 422 that names the fields ("path:rule path:rule").
func (s *server) refuses(t *testing.T, method, path, body, fields string) {
	t.Helper()
	var b any
	if body != "" {
		b = body
	}
	r := s.ann(t, method, path, b)
	if r.status != 422 {
		t.Errorf("%s %s %s: status %d: %s", method, path, body, r.status, r.body)
		return
	}
	got := r.fields()
	for _, f := range strings.Fields(fields) {
		if !got[f] {
			t.Errorf("%s %s %s: fields %v, want %s", method, path, body, got, f)
		}
	}
}

func TestLocationFilters(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		s.ann(t, "POST", "/api/locations", `{"name":"Zoo","category":"fun","favourite":true}`).is(201)
		s.ann(t, "POST", "/api/locations", `{"name":"Ärztin","category":"health"}`).is(201)
		for query, want := range map[string]string{
			"":                   "Ärztin,Zoo,",
			"?sort=-name":        "Zoo,Ärztin,",
			"?category=fun":      "Zoo,",
			"?favourite=true":    "Zoo,",
			"?favourite=false":   "Ärztin,",
			"?q=arztin":          "Ärztin,",
			"?sort=-updated_at":  "Ärztin,Zoo,",
			"?limit=1":           "Ärztin,",
			"?category=nonsense": "",
		} {
			if got := names(s.ann(t, "GET", "/api/locations"+query, nil).is(200), "name"); got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
	})
}

func names(r reply, field string) (out string) {
	r.t.Helper()
	for _, x := range r.list() {
		out += x[field].(string) + ","
	}
	return out
}
