package backup

import (
	"context"
	"encoding/base64"
	"fmt"

	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/secret"
)

// sealed are the columns that SECRET_KEY seals (secret.Keys.Seal, base64), and
// what is lost with one that cannot be opened. The place that is bound to a
// value is table/key/column.
var sealed = []struct {
	table, key, column string
	clear              string // sets what leans on it
	lost               string
}{
	{"users", "id", "totp_secret", ", totp_enabled = $2, totp_last_step = 0", "the second factor of a log-in (TOTP)"},
	{"users", "id", "totp_pending_secret", "", "a second factor that waited to be confirmed"},
	{"settings", "user_id", "ntfy_token", "", "the token of an ntfy server"},
	{"settings", "user_id", "webhook_secret", "", "the secret of a webhook"},
	{"push_subscriptions", "id", "target_secret", "", "a browser that showed notifications"},
	{"push_keys", "id", "key_secret", "", "the key towards push services: browsers subscribe again"},
}

// KeyCheckName is the row of meta whose value only the right SECRET_KEY opens.
const KeyCheckName = "key_check"

// Keyring is what may open the sealed values of a backup.
type Keyring struct {
	Own      secret.Keys // of the server that the backup is restored to
	HasOwn   bool
	FromFile string // the SECRET_KEY in the backup; "" when it holds none
}

// Lost is what a restore could not bring back.
type Lost struct {
	What  string `json:"what"`
	Users int64  `json:"users"` // how many had it
}

// renew makes a restored or copied database one of its own: journal epochs are
// new, so that numbers given out after the backup are not taken for others. keep
// is the SECRET_KEY to be kept beside it, when that came out of the backup.
func renew(ctx context.Context, d *db.DB, ring Keyring) (keep string, lost []Lost, err error) {
	err = d.Tx(ctx, func(ctx context.Context) error {
		users, err := db.Query(ctx, d, db.Value[int64], "SELECT user_id FROM journal_heads")
		if err != nil {
			return err
		}
		for _, u := range users {
			if _, err := d.Exec(ctx, "UPDATE journal_heads SET epoch = $1 WHERE user_id = $2", journal.NewEpoch(), u); err != nil {
				return err
			}
		}
		keep, lost, err = unlock(ctx, d, ring)
		return err
	})
	return keep, lost, err
}

// unlock sees to it that what is sealed opens with the key that the server will have.
func unlock(ctx context.Context, d *db.DB, ring Keyring) (keep string, lost []Lost, err error) {
	check, found, err := db.One(ctx, d, db.Value[string], "SELECT value FROM meta WHERE name = $1", KeyCheckName)
	if err != nil {
		return "", nil, err
	}
	opens := func(k secret.Keys) bool {
		b, err := base64.StdEncoding.DecodeString(check)
		return found && err == nil && k.VerifyKeyCheck(b) == nil
	}
	if ring.HasOwn && opens(ring.Own) {
		return "", nil, nil
	}
	var old *secret.Keys
	if ring.FromFile != "" {
		if k, err := secret.NewKeys(ring.FromFile); err == nil && opens(k) {
			old = &k
		}
	}
	if old != nil && !ring.HasOwn {
		return ring.FromFile, nil, nil
	}
	for _, column := range sealed {
		n, err := reseal(ctx, d, column.table, column.key, column.column, column.clear, old, ring.Own)
		if err != nil {
			return "", nil, err
		}
		if n > 0 {
			lost = append(lost, Lost{column.lost, n})
		}
	}
	if _, err := d.Exec(ctx, "DELETE FROM meta WHERE name = $1", KeyCheckName); err != nil {
		return "", nil, err
	}
	if ring.HasOwn { // the next start would make it too
		_, err = d.Exec(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2)", KeyCheckName, base64.StdEncoding.EncodeToString(ring.Own.KeyCheck()))
	}
	return "", lost, err
}

// Reseal turns everything that is sealed over to another key, with the value that
// tells a wrong one at start. It answers how many values these were. One that the
// old key does not open is an error, and nothing is changed. Call it in a transaction.
func Reseal(ctx context.Context, d *db.DB, old, next secret.Keys) (n int64, err error) {
	for _, column := range sealed {
		all, _, err := db.One(ctx, d, db.Value[int64], fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s <> ''", column.table, column.column))
		if err != nil {
			return 0, err
		}
		lost, err := reseal(ctx, d, column.table, column.key, column.column, column.clear, &old, next)
		if err != nil {
			return 0, err
		}
		if lost > 0 {
			return 0, fmt.Errorf("%d values in %s.%s do not open with the present SECRET_KEY (%s): nothing was changed", lost, column.table, column.column, column.lost)
		}
		n += all
	}
	_, err = d.Exec(ctx, "UPDATE meta SET value = $1 WHERE name = $2", base64.StdEncoding.EncodeToString(next.KeyCheck()), KeyCheckName)
	return n, err
}

type sealedValue struct {
	id    int64
	value string
}

// reseal turns the values of a column over to another key, and empties those
// that do not open; it answers how many these were.
func reseal(ctx context.Context, d *db.DB, table, key, column, clear string, old *secret.Keys, own secret.Keys) (lost int64, err error) {
	values, err := db.Query(ctx, d, func(s db.Scanner) (v sealedValue, err error) {
		return v, s.Scan(&v.id, &v.value)
	}, fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s <> ''", key, column, table, column))
	if err != nil {
		return 0, err
	}
	for _, v := range values {
		place := fmt.Sprintf("%s/%d/%s", table, v.id, column)
		set, args := clear, []any{v.id, false}
		again := ""
		if old != nil {
			if b, err := base64.StdEncoding.DecodeString(v.value); err == nil {
				if plain, err := old.Open(b, place); err == nil {
					again, set = base64.StdEncoding.EncodeToString(own.Seal(plain, place)), ""
				}
			}
		}
		if again == "" {
			lost++
		}
		if set == "" {
			args = args[:1]
		}
		// What is sealed is no user's change: revision and journal stay.
		query := fmt.Sprintf("UPDATE %s SET %s = '%s'%s WHERE %s = $1", table, column, again, set, key)
		if _, err := d.Exec(ctx, query, args...); err != nil {
			return lost, err
		}
	}
	return lost, nil
}
