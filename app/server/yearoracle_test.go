package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"umbra/app/db"
)

// What the oracle reads of each table: rows as they are stored, so that nothing
// of how this program understands them gets to it.
var dumped = []struct{ name, columns, from string }{
	{"members", "id time_zone digest_enabled digest_time quiet_from quiet_until", "users u JOIN settings s ON s.user_id = u.id"},
	{"events", "id user_id title start_local all_day time_zone recurrence_rule rdates exceptions reminders status", "calendar_events"},
	{"overrides", "event_id recurrence_id changes", "event_overrides"},
	{"reminders", "id user_id title remind_at remind_local time_zone recurrence_rule active dismissed snoozed_until", "reminders"},
	{"todos", "id user_id title due_date due_time reminders completed recurrence_rule repeat_from", "todos"},
	{"people", "id user_id display_name birthday anniversary contact_due_at", "people"},
}

// sides are where the household and the ledger of some members are kept: Bob's
// apart, since the collection he has is not everywhere.
var sides = []struct {
	name, where string
	collection  bool
}{{"house", "<> 2", false}, {"collection", "= 2", true}}

// sameHousehold says whether what the oracle has read is what is in the database.
// UPDATE_GOLDEN=1 writes it anew; then the oracle is to be asked anew, too.
func (y *year) sameHousehold(collection bool) {
	for _, side := range sides {
		if side.collection && !collection {
			continue
		}
		text := y.dump(side.where)
		path := filepath.Join("testdata", "year", side.name+".json")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			y.must(os.WriteFile(path, text, 0o600))
			continue
		}
		had, err := os.ReadFile(path)
		y.must(err)
		if !bytes.Equal(had, text) {
			y.t.Fatalf("%s is not what is in the database: testdata/year/README.md says how it is made anew", path)
		}
	}
}

func (y *year) dump(users string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"begin\":%q,\"end\":%q", y.begin.Format(time.RFC3339), y.end.Format(time.RFC3339))
	for _, t := range dumped {
		columns := strings.Fields(t.columns)
		owner, order := "user_id", columns[0]
		if t.name == "members" {
			owner = "u.id"
		}
		query := "SELECT " + strings.Join(columns, ", ") + " FROM " + t.from + " WHERE " + owner + " " + users + " ORDER BY " + order
		if t.name == "overrides" {
			query += ", recurrence_id"
		}
		lines, err := db.Query(context.Background(), y.d, func(s db.Scanner) (string, error) { return asJSON(s, columns) }, strings.Replace(query, "SELECT id,", "SELECT u.id,", btoi(t.name == "members")))
		y.must(err)
		fmt.Fprintf(&b, ",\n%q:[\n%s]", t.name, strings.Join(lines, ",\n"))
	}
	chores, err := json.Marshal(y.done)
	y.must(err)
	fmt.Fprintf(&b, ",\n\"chores\":%s}\n", chores)
	return b.Bytes()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// truths are columns that PostgreSQL has as booleans.
var truths = []string{"digest_enabled", "all_day", "active", "dismissed", "completed"}

func asJSON(s db.Scanner, columns []string) (string, error) {
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := s.Scan(into...); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, v := range values {
		switch is := v.(type) {
		case []byte:
			v = string(is)
		case int64:
			if slices.Contains(truths, columns[i]) {
				v = is != 0
			}
		}
		text, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%c%q:%s", "{,"[min(i, 1)], columns[i], text)
	}
	return b.String() + "}", nil
}

// ledger is what the oracle expects to be told.
func (y *year) ledger(collection bool) (out []string) {
	for _, side := range sides {
		if side.collection && !collection {
			continue
		}
		text, err := os.ReadFile(filepath.Join("testdata", "year", side.name+".tsv"))
		y.must(err)
		for l := range strings.Lines(string(text)) {
			if !strings.HasPrefix(l, "#") {
				out = append(out, strings.TrimSuffix(l, "\n"))
			}
		}
	}
	return out
}
