package transfer

import (
	"errors"
	"fmt"
)

// contacts reads ways to reach somebody: one, several, or objects with labels.
func contacts(field string) take {
	return func(r *record, column string, v any) error {
		out, _ := r.fields[field].([]map[string]any)
		for _, one := range list(v) {
			c := map[string]any{"label": "", "value": ""}
			switch one := one.(type) {
			case map[string]any:
				for k, x := range one {
					switch k {
					case "label", "type", "kind":
						c["label"] = asText(x)
					case "value", "email", "phone", "number", "address":
						c["value"] = asText(x)
					default:
						return errors.New("has more to it than a label and a value")
					}
				}
			default:
				c["value"] = asText(one)
			}
			if c["value"] != "" {
				out = append(out, c)
			}
		}
		if len(out) > 0 {
			r.set(field, column, out)
		}
		return nil
	}
}

// addresses reads postal addresses; one without parts is all street.
func addresses(r *record, column string, v any) error {
	one, isOne := v.(map[string]any)
	all, isList := v.([]any)
	if isOne {
		all = []any{one}
	}
	if !isOne && !isList {
		r.addressPart("street", column, asText(v))
		return nil
	}
	var out []map[string]any
	for _, a := range all {
		parts, ok := a.(map[string]any)
		if !ok {
			parts = map[string]any{"street": asText(a)}
		}
		next := map[string]any{}
		for k, x := range parts {
			name, known := addressParts[k]
			if !known {
				return fmt.Errorf("an address has no %q here", k)
			}
			next[name] = asText(x)
		}
		out = append(out, next)
	}
	r.set("addresses", column, out)
	return nil
}

var addressParts = map[string]string{"label": "label", "type": "label", "street": "street", "line1": "street", "city": "city", "town": "city",
	"region": "region", "state": "region", "postal_code": "postal_code", "postcode": "postal_code", "zip": "postal_code", "zip_code": "postal_code", "country": "country"}

// addressPart reads a part of the one address that is spread over columns.
func addressPart(name string) take {
	return func(r *record, column string, v any) error {
		r.addressPart(name, column, asText(v))
		return nil
	}
}

func (r *record) addressPart(name, column, s string) {
	if s == "" {
		return
	}
	all, _ := r.fields["addresses"].([]map[string]any)
	if len(all) == 0 {
		all = []map[string]any{{}}
	}
	all[0][name] = s
	r.set("addresses", column, all)
}
