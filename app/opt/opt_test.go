package opt_test

import (
	"encoding/json"
	"testing"

	"umbra/app/opt"
)

func TestOptTellsAbsentNullAndValueApart(t *testing.T) {
	for _, tc := range []struct {
		in        string
		set, null bool
		value     string
		out       string
	}{
		{`{}`, false, false, "", `{}`},
		{`{"a":null}`, true, true, "", `{"a":null}`},
		{`{"a":"x"}`, true, false, "x", `{"a":"x"}`},
		{`{"a":""}`, true, false, "", `{"a":""}`},
	} {
		var v struct {
			A opt.Opt[string] `json:"a,omitzero"`
		}
		if err := json.Unmarshal([]byte(tc.in), &v); err != nil {
			t.Fatal(err)
		}
		if v.A.Set != tc.set || v.A.Null != tc.null || v.A.Value != tc.value {
			t.Errorf("%s: %+v", tc.in, v.A)
		}
		b, err := json.Marshal(v)
		if err != nil || string(b) != tc.out {
			t.Errorf("%s marshals to %s, %v", tc.in, b, err)
		}
	}
}

func TestInto(t *testing.T) {
	s := "old"
	opt.Opt[string]{}.Into(&s)
	if s != "old" {
		t.Error("an absent field changed its target")
	}
	opt.Some("new").Into(&s)
	if s != "new" {
		t.Error("a value did not arrive")
	}
	opt.Null[string]().Into(&s)
	if s != "" {
		t.Error("null did not clear")
	}
	n := int64(5)
	p := &n
	opt.Opt[int64]{}.IntoPtr(&p)
	if p != &n {
		t.Error("an absent field changed its target")
	}
	opt.Some(int64(6)).IntoPtr(&p)
	if p == nil || *p != 6 || n != 5 {
		t.Error("a value must arrive in a copy")
	}
	opt.Null[int64]().IntoPtr(&p)
	if p != nil {
		t.Error("null did not clear")
	}
}
