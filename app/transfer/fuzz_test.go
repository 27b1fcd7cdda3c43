package transfer

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"umbra/app/caller"
)

// FuzzValues reads whatever an older database may hold: no value of any column
// may make an import panic, and what is taken must be JSON again.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{`"2025-01-31T09:30:00+02:00"`, `"2025-01-31"`, `"09:30:00"`, `12`, `1e400`, `true`, `null`, `["a", 1, null]`,
		`{"label": "x", "value": 3}`, `[{"street": "x"}, "y"]`, `"weekly"`, `"RRULE:FREQ=DAILY"`, `"infinity"`, `"a, b,, c"`, `[]`, `{}`, `"Priority.HIGH"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if dec.Decode(&v) != nil || v == nil {
			return
		}
		for i := range tables {
			o := (&legacyImport{now: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}).newOwner()
			o.caller = caller.Caller{Zone: time.FixedZone("east", 3600)}
			r := o.newRecord(&tables[i], row{})
			columns := map[string]bool{}
			for _, fd := range tables[i].fields {
				for _, name := range fd.names {
					columns[name], r.row[name] = true, v
				}
			}
			r.read(columns)
			var out map[string]any
			if err := r.decode(&out); err != nil {
				t.Errorf("%s: %v", tables[i].name, err)
			}
		}
	})
}
