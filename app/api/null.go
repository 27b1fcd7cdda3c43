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
	below []notNullField // of an object within
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
	return notNull{body: body.Index, fields: notNullFields(body.Type)}
}

func notNullFields(of reflect.Type) (out []notNullField) {
	for _, f := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Tag.Get("nullable") == "false" && f.Type.Implements(reflect.TypeFor[optional]()):
			out = append(out, notNullField{index: f.Index, name: name})
		case f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct:
			if below := notNullFields(f.Type.Elem()); len(below) > 0 {
				out = append(out, notNullField{f.Index, name, below})
			}
		}
	}
	return out
}

// check names every field that was given as null.
func (n notNull) check(input any) error {
	if len(n.fields) == 0 {
		return nil
	}
	if bad := nulls(reflect.ValueOf(input).Elem().FieldByIndex(n.body), "", n.fields); len(bad) > 0 {
		return fault.Fields(bad...)
	}
	return nil
}

func nulls(in reflect.Value, path string, fields []notNullField) (bad []fault.Field) {
	for _, f := range fields {
		v := in.FieldByIndex(f.index)
		if f.below != nil {
			if !v.IsNil() {
				bad = append(bad, nulls(v.Elem(), path+f.name+".", f.below)...)
			}
			continue
		}
		if o, ok := v.Interface().(optional); ok && !o.IsZero() && !o.Has() {
			bad = append(bad, fault.Field{Path: path + f.name, Rule: "type", Message: "must not be null"})
		}
	}
	return bad
}
