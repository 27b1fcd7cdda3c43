package backup_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/backup"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/demo"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func source(d *db.DB) backup.Source {
	return backup.Source{DB: d, Migrations: dbtest.Migrations(), Version: "1.2.3", Clock: clock.NewFake(noon)}
}

// household fills a database with Ann's demo household.
func household(t testing.TB, d *db.DB) {
	t.Helper()
	c := clock.NewFake(noon)
	j := journal.New(d, c)
	accounts := account.New(account.Deps{DB: d, Journal: j, Clock: c})
	services := api.NewServices(d, j, c, accounts)
	ann := journaltest.User(t, d, j, "ann", "Europe/Berlin")
	if err := services.Welcome(context.Background(), ann); err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(context.Background(), d, ann, noon); err != nil {
		t.Fatal(err)
	}
}

func TestABackupProves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		household(t, d)
		var file bytes.Buffer
		_, m, err := source(d).Write(t.Context(), &file, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, got, err := backup.Prove(t.Context(), &file, nil, dbtest.Migrations(), "1.2.3", t.TempDir(), nil)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if got.Digest != m.Digest || m.Records < 100 {
			t.Errorf("%+v", m)
		}
		t.Log(m.Records)
	})
}
