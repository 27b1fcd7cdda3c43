package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/event"
	"umbra/app/person"
	"umbra/app/todo"
)

// marked puts a word that no rule has into every text of a body.
const marker = "qZ7marker"

func marked(v any) any {
	switch v := v.(type) {
	case string:
		return marker + v
	case []any:
		for i := range v {
			v[i] = marked(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = marked(v[k])
		}
	}
	return v
}

// Whatever body is sent, what is wrong with it becomes a problem that names a
// field and a rule, and never says the value again.
func FuzzProblemOfABody(f *testing.F) {
	replaceHumaErrors()
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	aliases(registry)
	var schemas []*huma.Schema
	for _, of := range []reflect.Type{reflect.TypeFor[todo.Update](), reflect.TypeFor[event.Update](), reflect.TypeFor[person.Update](), reflect.TypeFor[newPasskey]()} {
		schemas = append(schemas, registry.Schema(of, true, ""))
	}
	for _, s := range []string{`{}`, `null`, `[]`, `{"title":7,"tags":"x","more":1}`, `{"title":"","due_date":"tomorrow","position":"1"}`, `{"emails":[{"value":1},null,{"x":[]}]}`,
		`{"start":"2025-13-01","is_all_day":"yes","recurrence_rule":{}}`, `{"name":"x","credential":[1]}`, `{"title":"\u0000"}`, `{"a`, `{"":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v any
		if err := decode(body, &v); err != nil {
			check(t, fromHuma(t.Context(), 400, err.Error(), []error{&huma.ErrorDetail{Location: "body", Message: err.Error()}}))
			return
		}
		v = marked(v)
		for _, s := range schemas {
			var res huma.ValidateResult
			huma.Validate(registry, s, huma.NewPathBuffer([]byte("body"), 4), huma.ModeWriteToServer, v, &res)
			if len(res.Errors) > 0 {
				check(t, fromHuma(t.Context(), 422, "validation failed", res.Errors))
			}
		}
	})
}

func check(t *testing.T, p *Problem) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil || p.Code != "invalid" || len(p.Errors) == 0 {
		t.Fatalf("%s, %v", text, err)
	}
	for _, e := range p.Errors {
		if e.Path == "" || e.Rule == "" || e.Message == "" || !utf8.ValidString(e.Message) || len(e.Message) > 500 {
			t.Errorf("%+v says nothing", e)
		}
		if strings.Contains(e.Message, marker) || strings.Contains(e.Path, marker) {
			t.Errorf("%+v repeats what was sent", e)
		}
	}
}
