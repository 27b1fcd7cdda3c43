package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"umbra/app/api"
)

// document is made without a database, as `umbra openapi` does.
func document() *huma.OpenAPI {
	return api.New(chi.NewRouter(), api.Deps{Version: "test"}).Document()
}

func operations(doc *huma.OpenAPI) map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for path, item := range doc.Paths {
		for method, o := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if o != nil {
				out[method+" "+path] = o
			}
		}
	}
	return out
}

// Every operation says what it is, who may call it, what can go wrong, and shows an example.
func TestEveryOperationIsDescribed(t *testing.T) {
	doc := document()
	ids := map[string]string{}
	for name, o := range operations(doc) {
		if o.Summary == "" || o.OperationID == "" || len(o.Tags) == 0 {
			t.Errorf("%s: no summary, id or tag", name)
		}
		if other := ids[o.OperationID]; other != "" {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[o.OperationID] = name
		rule, _ := o.Extensions["x-access"].(string)
		switch rule {
		case "public":
			if len(o.Security) != 0 {
				t.Errorf("%s is public and asks for a session", name)
			}
		case "signed-in", "session":
			if o.Responses["401"] == nil || o.Responses["403"] == nil || len(o.Security) != map[string]int{"signed-in": 2, "session": 1}[rule] {
				t.Errorf("%s does not say that it needs a session, or a token that reaches so far", name)
			}
		case "admin":
			if len(o.Security) == 0 || o.Responses["401"] == nil || o.Responses["403"] == nil {
				t.Errorf("%s does not say that it needs an administrator", name)
			}
		default:
			t.Errorf("%s declares no access rule", name)
		}
		if strings.Contains(o.Path, "{") && o.Responses["404"] == nil {
			t.Errorf("%s names a record and documents no 404", name)
		}
		for status, r := range o.Responses {
			if r.Description == "" {
				t.Errorf("%s: %s has no description", name, status)
			}
			if status >= "400" && r.Content["application/problem+json"] == nil {
				t.Errorf("%s: %s is no problem document", name, status)
			}
		}
		for _, p := range o.Parameters {
			if p.Description == "" {
				t.Errorf("%s: parameter %s is not described", name, p.Name)
			}
		}
		if o.RequestBody != nil {
			if m := o.RequestBody.Content["application/json"]; m != nil {
				described(t, doc, name, m.Schema)
			} else if o.RequestBody.Description == "" { // a file
				t.Errorf("%s: the body is not described", name)
			}
		}
		for status, r := range o.Responses {
			if m := r.Content["application/json"]; m != nil && status < "300" {
				described(t, doc, name, m.Schema)
			}
		}
	}
}

// described wants a description of each field, and an example of at least one.
func described(t *testing.T, doc *huma.OpenAPI, name string, s *huma.Schema) {
	t.Helper()
	if s.Items != nil {
		s = s.Items
	}
	if s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	examples := len(s.Examples)
	for field, p := range s.Properties {
		if p.Description == "" && p.Ref == "" {
			t.Errorf("%s: field %s is not described", name, field)
		}
		examples += len(p.Examples)
		if p.Ref != "" || p.Items != nil {
			examples++
		}
	}
	if len(s.Properties) > 0 && examples == 0 {
		t.Errorf("%s: no field has an example", name)
	}
}

// A list that may be left out is taken as null too, which empties it: the schema
// must say so.
func TestListsThatMayBeLeftOutMayBeNull(t *testing.T) {
	doc, seen := document(), 0
	for name, o := range operations(doc) {
		if o.RequestBody == nil || o.RequestBody.Content["application/json"] == nil {
			continue
		}
		s := o.RequestBody.Content["application/json"].Schema
		if s.Ref != "" {
			s = doc.Components.Schemas.SchemaFromRef(s.Ref)
		}
		for field, p := range s.Properties {
			if p.Type != huma.TypeArray || slices.Contains(s.Required, field) {
				continue
			}
			if seen++; !p.Nullable {
				t.Errorf("%s: the list %s may be left out and, by its schema, not be null", name, field)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d lists were looked at", seen)
	}
}

// What a signed-in operation writes goes through the journal and can be undone,
// which it says; but for these.
func TestEveryWriteNamesItsChangeSet(t *testing.T) {
	unjournaled := map[string]bool{"changePassword": true, "stepUp": true, "createToken": true, "renameToken": true, "revokeToken": true, "revokeSession": true, "revokeOtherSessions": true,
		"testNtfy": true, "testMail": true, "testPush": true, "testWebhook": true, "subscribePush": true, "removePushSubscription": true,
		"acknowledgeDelivery": true, "retryDelivery": true,
		"setPIN": true, "purge": true, "emptyTrash": true}
	for name, o := range operations(document()) {
		want := o.Extensions["x-access"] == "signed-in" && !strings.HasPrefix(name, "GET ") && !unjournaled[o.OperationID] || o.OperationID == "restoreMassDeletion"
		for status, r := range o.Responses {
			if (r.Headers["Change-Set"] != nil) != (want && status < "300") {
				t.Errorf("%s: %s names a Change-Set: %v, want %v", name, status, !want, want)
			}
		}
	}
}

// What hands an account over, or erases it, asks who is there; no token reaches that.
func TestWhatNeedsAProofSaysSo(t *testing.T) {
	want := map[string]string{"linkIdentity": "always", "unlinkIdentity": "always",
		"purge": "always", "emptyTrash": "always", "revokeSession": "always", "revokeOtherSessions": "always",
		"disableTotp": "always", "renewRecoveryCodes": "always",
		"changeUser": "always", "resetUser": "always", "deleteUser": "always", "invite": "always",
		"passkeyOptions": "always", "addPasskey": "always", "removePasskey": "always",
		"createToken": "always", "revokeToken": "always", "createProfile": "always", "createProfileLink": "always", "createFeed": "always",
		"changePassword": "sometimes", "updateSettings": "sometimes", "patchSettings": "sometimes"}
	found := 0
	for name, o := range operations(document()) {
		says, _ := o.Extensions["x-proof"].(string)
		if says != want[o.OperationID] {
			t.Errorf("%s asks for a proof: %q, want %q", name, says, want[o.OperationID])
		}
		if says == "" {
			continue
		}
		found++
		if rule := o.Extensions["x-access"]; says == "always" && rule != "session" && rule != "admin" {
			t.Errorf("%s asks for a proof and is open to %v", name, rule)
		}
		if o.Responses["403"] == nil || !strings.Contains(o.Description, "proof") {
			t.Errorf("%s does not say what happens without a proof", name)
		}
	}
	if found != len(want) {
		t.Errorf("%d operations ask for a proof, want %d", found, len(want))
	}
}

// A list that could answer everything there is must not exist.
func TestNoListIsUnbounded(t *testing.T) {
	for name, o := range operations(document()) {
		if !strings.HasPrefix(name, "GET ") {
			continue // what is changed at once is bounded by the request
		}
		r := o.Responses["200"]
		if r == nil || r.Content["application/json"] == nil || r.Content["application/json"].Schema.Type != huma.TypeArray {
			continue
		}
		var limit *huma.Param
		for _, p := range o.Parameters {
			if p.Name == "limit" {
				limit = p
			}
		}
		if limit == nil || limit.Schema.Maximum == nil || *limit.Schema.Maximum > 500 {
			t.Errorf("%s answers a list without a limit of at most 500", name)
		}
	}
}

// Without a session every operation that is not public answers 401, and never anything else.
func TestEveryOperationNeedsItsSession(t *testing.T) {
	each(t, func(t *testing.T, s *server) {
		for name, o := range operations(s.api.Document()) {
			if o.Extensions["x-access"] == "public" {
				continue
			}
			method, path, _ := strings.Cut(name, " ")
			path = strings.NewReplacer("{id}", "1", "{task_id}", "1", "{share_id}", "1", "{kind}", "todo", "{change_set}", "1").Replace(path)
			if r := s.as(t, "", method, path, nil); r.status != http.StatusUnauthorized || r.code() != "unauthenticated" {
				t.Errorf("%s without a session: %d %s", name, r.status, r.body)
			}
		}
	})
}
