package moving

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"umbra/app/check"
	"umbra/app/person"
)

func contact(label, value string) person.Contact {
	return person.Contact{Label: oneLine(label, 100), Value: value}
}

func address(label, street, city, region, code, country string) person.Address {
	return person.Address{Label: oneLine(label, 100), Street: strings.TrimSpace(clean(street)[:min(len(clean(street)), 1000)]), City: oneLine(city, check.MaxShort),
		Region: oneLine(region, check.MaxShort), PostalCode: oneLine(code, check.MaxShort), Country: oneLine(country, check.MaxShort)}
}

// decodeJSON reads a file of JSON; the error says the line.
func decodeJSON(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return invalid("The file is no whole JSON; the trouble is in line " + strconv.Itoa(1+bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))) + ".")
	case errors.As(err, &shape):
		return invalid("The file is not as expected: " + oneLine(shape.Field, 100) + " in line " + strconv.Itoa(1+bytes.Count(data[:min(int(shape.Offset), len(data))], []byte("\n"))) + ".")
	}
	return err
}

// jsonKeys are the names at the top of an object; of the first element of a list.
// nil where it is no JSON of that kind.
func jsonKeys(data []byte) map[string]bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	t, err := dec.Token()
	if err == nil && t == json.Delim('[') {
		t, err = dec.Token()
	}
	if err != nil || t != json.Delim('{') {
		return nil
	}
	out := map[string]bool{}
	for dec.More() && len(out) < 200 {
		name, err := dec.Token()
		if err != nil {
			return out
		}
		out[asString(name)] = true
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return out
		}
	}
	return out
}

// keys says whether a JSON file has all of the names at its top.
func (f *File) keys(names ...string) bool {
	if f.zip != nil || !strings.ContainsAny(f.head(64), "[{") {
		return false
	}
	if f.top == nil {
		if f.top = jsonKeys(f.Data); f.top == nil {
			f.top = map[string]bool{}
		}
	}
	for _, n := range names {
		if !f.top[n] {
			return false
		}
	}
	return true
}

// key is an id that a program writes as a number or as text.
type key string

func (k *key) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" || s == "0" {
		s = ""
	}
	*k = key(oneLine(s, 200))
	return nil
}

func (k key) String() string { return string(k) }
