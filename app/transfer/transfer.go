// Package transfer brings records in from elsewhere: other applications'
// databases, and files.
//
// It makes everything through the services that the API uses, and is therefore
// one of the few packages that know all features. An import is one transaction:
// it happens whole or not at all, and each user's part of it is one change-set,
// which can be undone.
package transfer

import (
	"errors"

	"umbra/app/account"
	"umbra/app/db"
	"umbra/app/event"
	"umbra/app/journal"
	"umbra/app/location"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// Target is where an import writes.
type Target struct {
	DB        *db.DB
	Journal   *journal.Journal
	Accounts  *account.Service
	Todos     *todo.Service
	Events    *event.Service
	Reminders *reminder.Service
	Projects  *project.Service
	People    *person.Service
	Locations *location.Service
}

// Report is what an import did, or, in a dry run, would do.
type Report struct {
	Source         string   `json:"source"` // without its password
	DryRun         bool     `json:"dry_run"`
	Users          []User   `json:"users"`
	Notes          []Note   `json:"notes"`   // values that had to be changed, each kept in the record's text
	Refused        []Note   `json:"refused"` // records that were not imported
	LeftOut        []Column `json:"left_out"`
	UnknownTables  []Column `json:"unknown_tables"`
	UnknownColumns []Column `json:"unknown_columns"`
}

// User is one user's part.
type User struct {
	Username    string           `json:"username"`
	Made        bool             `json:"made"`           // the account did not exist before
	Password    string           `json:"first_password"` // what it logs in with, in words
	PasswordDue bool             `json:"password_change_due"`
	ChangeSet   int64            `json:"change_set"` // for undo; 0 where nothing was to be done
	Records     map[string]Count `json:"records"`    // by the table they come from
}

// Count says what became of the rows of a table.
type Count struct {
	Read     int `json:"read"`
	Imported int `json:"imported"`
	There    int `json:"there_already"`
	Deleted  int `json:"deleted_since"` // imported before, and deleted here: left alone
	Refused  int `json:"refused"`
}

// Note is something to know about one row.
type Note struct {
	Table string `json:"table"`
	Row   string `json:"row"` // its id there
	Text  string `json:"text"`
}

// Column is a table or column that has no place here.
type Column struct {
	Table  string `json:"table"`
	Column string `json:"column,omitempty"`
	Type   string `json:"type,omitempty"`
	Values int64  `json:"values"` // rows of the table, or values that are not null
	Why    string `json:"why,omitempty"`
}

// Imported is how many records are new.
func (r Report) Imported() (n int) {
	for _, u := range r.Users {
		for _, c := range u.Records {
			n += c.Imported
		}
	}
	return n
}

// errDryRun takes everything back.
var errDryRun = errors.New("this was a dry run")
