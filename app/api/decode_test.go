package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"umbra/app/todo"
)

func TestDecodeRefusesWhatWouldBeReplaced(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"a":"\ud83d\ude00"}`: true,  // a pair
		`{"a":"\\ud800"}`:      true,  // an escaped backslash, then letters
		`{"a":"�"}`:            true,  // the sign itself may be sent
		`{"a":"\ud800"}`:       false, // half a pair
		`{"a":"\udc00"}`:       false,
		`{"a":"\ud800\u0041"}`: false,
		`{"a":"\ud800\ud800"}`: false,
		`{"\udfff":1}`:         false, // in a name too
		"{\"a\":\"\xff\"}":     false,
		`{"a":"\ud8`:           false, // cut short
		`{"a":1e400}`:          false, // larger than a number can be
	} {
		var v any
		if err := decode([]byte(body), &v); (err == nil) != ok {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// No body makes the decoder panic, and none that it takes was changed on the way.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"title":"x","tags":["a"],"due_date":null}`, `{"title":"\ud83d\ude00"}`, `{"title":"\ud800"}`, `{"position":1e30}`, "\xff", `[[[[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v any
		if decode(body, &v) != nil {
			return
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsRune(again, '�') && !bytes.ContainsRune(body, '�') && !strings.Contains(strings.ToLower(string(body)), `\ufffd`) {
			t.Errorf("%q became %q", body, again)
		}
		var u todo.Update
		_ = decode(body, &u) // into the type: an error or a value, never a panic
	})
}
