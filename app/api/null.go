package api

import (
	"reflect"
	"strings"

	"umbra/app/fault"
)

// notNull are the fields of a body that null makes no sense in. huma lets null
// pass wherever a field may be left out, whatever its schema says.
type notNull struct {
	body   []int
	fields []notNullField
}

type notNullField struct {
	index []int
	name  string
}

// optional is an opt.Opt of any type.
type optional interface {
	Has() bool
	IsZero() bool
}

func notNullOf(input reflect.Type) notNull {
	body, ok := input.FieldByName("Body")
	if !ok || body.Type.Kind() != reflect.Struct {
		return notNull{}
	}
	n := notNull{body: body.Index}
	for _, f := range reflect.VisibleFields(body.Type) {
		if f.Tag.Get("nullable") == "false" && f.Type.Implements(reflect.TypeFor[optional]()) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			n.fields = append(n.fields, notNullField{f.Index, name})
		}
	}
	return n
}

// check names every field that was given as null.
func (n notNull) check(input any) error {
	if len(n.fields) == 0 {
		return nil
	}
	body := reflect.ValueOf(input).Elem().FieldByIndex(n.body)
	var bad []fault.Field
	for _, f := range n.fields {
		if o, ok := body.FieldByIndex(f.index).Interface().(optional); ok && !o.IsZero() && !o.Has() {
			bad = append(bad, fault.Field{Path: f.name, Rule: "type", Message: "must not be null"})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.Fields(bad...)
}
