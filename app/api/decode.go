package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/opt"
	"umbra/app/person"
)

// decode reads JSON, refusing first what the decoder would replace in silence:
// bytes that are no UTF-8, and escaped halves of surrogate pairs.
func decode(data []byte, v any) error {
	if _, first := v.(*any); first { // huma decodes twice: to check, then into the type
		if !utf8.Valid(data) {
			return errors.New("it must be UTF-8")
		}
		if loneSurrogate(data) {
			return errors.New("it holds half of a surrogate pair")
		}
	}
	return json.Unmarshal(data, v)
}

// loneSurrogate finds \uD800 to \uDFFF escapes that make no pair.
func loneSurrogate(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 >= len(b) {
			continue
		}
		if b[i+1] != 'u' {
			i++ // an escaped backslash is not the start of another escape
			continue
		}
		r, ok := hex4(b, i+2)
		if !ok {
			return false // the decoder will say so
		}
		i += 5
		switch {
		case r >= 0xDC00 && r <= 0xDFFF:
			return true
		case r >= 0xD800 && r <= 0xDBFF:
			if i+2 >= len(b) || b[i+1] != '\\' || b[i+2] != 'u' {
				return true
			}
			if low, ok := hex4(b, i+3); !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

func hex4(b []byte, at int) (r rune, ok bool) {
	if at+4 > len(b) {
		return 0, false
	}
	for _, c := range b[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// aliases tells the document that an optional field looks like its value.
func aliases(r huma.Registry) {
	alias[string](r)
	alias[int64](r)
	alias[int](r)
	alias[bool](r)
	alias[float64](r)
	alias[time.Time](r)
	r.RegisterTypeAlias(reflect.TypeFor[opt.Opt[[]string]](), reflect.TypeFor[[]string]())
	r.RegisterTypeAlias(reflect.TypeFor[opt.Opt[[]int64]](), reflect.TypeFor[[]int64]())
	r.RegisterTypeAlias(reflect.TypeFor[opt.Opt[[]person.Contact]](), reflect.TypeFor[[]person.Contact]())
	r.RegisterTypeAlias(reflect.TypeFor[opt.Opt[[]person.Address]](), reflect.TypeFor[[]person.Address]())
}

func alias[T any](r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[opt.Opt[T]](), reflect.TypeFor[*T]())
}
