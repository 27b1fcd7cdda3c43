package server

import (
	"context"
	"encoding/base64"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/todo"
)

// Services are the features.
type Services struct {
	Todos *todo.Service
}

func newServices(d *db.DB, j *journal.Journal, c clock.Clock, accounts *account.Service) Services {
	return Services{Todos: todo.New(d, j, c)}
}

// newUser gives a new user what everyone starts with, in the transaction that makes them.
func (s Services) newUser(ctx context.Context, c caller.Caller) error { return nil }

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// decode answers nil for what encode did not write, which no key opens.
func decode(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
