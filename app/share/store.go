package share

import (
	"context"
	"encoding/json"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
)

const columns = `id, uid, calendar_id, project_id, with_user_id, access, color, visible, rev, created_at, updated_at,
COALESCE((SELECT COALESCE(NULLIF(t.preferred_name, ''), u.username) FROM users u JOIN settings t ON t.user_id = u.id WHERE u.id = shares.with_user_id), ''),
COALESCE((SELECT name FROM calendars c WHERE c.user_id = shares.user_id AND c.id = shares.calendar_id),
    (SELECT name FROM projects p WHERE p.user_id = shares.user_id AND p.id = shares.project_id), '')`

func scan(row db.Scanner) (Share, error) {
	var s Share
	var calendar, project *int64
	var created, updated int64
	err := row.Scan(&s.ID, &s.UID, &calendar, &project, &s.User.ID, &s.Access, &s.look.color, &s.look.visible, &s.Rev, &created, &updated, &s.User.Name, &s.Title)
	if calendar != nil {
		s.Kind, s.Record = caller.Calendars, *calendar
	} else if project != nil {
		s.Kind, s.Record = caller.Projects, *project
	}
	s.CreatedAt, s.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return s, err
}

// column is the one that names a shared record of a kind.
func column(kind string) string {
	if kind == caller.Projects {
		return "project_id"
	}
	return "calendar_id"
}

func (s *Service) find(ctx context.Context, userID, id int64) (Share, error) {
	v, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM shares WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return v, err
}

// with is the share of a record with a user.
func (s *Service) with(ctx context.Context, userID int64, kind string, record, withID int64) (Share, bool, error) {
	return db.One(ctx, s.db, scan, "SELECT "+columns+" FROM shares WHERE user_id = $1 AND "+column(kind)+" = $2 AND with_user_id = $3", userID, record, withID)
}

// recordName is what a calendar or project is called; NotFound.
func (s *Service) recordName(ctx context.Context, userID int64, kind string, record int64) (string, error) {
	table := "calendars"
	if kind == caller.Projects {
		table = "projects"
	}
	name, found, err := db.One(ctx, s.db, db.Value[string], "SELECT name FROM "+table+" WHERE user_id = $1 AND id = $2", userID, record)
	if err == nil && !found {
		err = fault.Missing(kind, record)
	}
	return name, err
}

var setters = []string{"uid", "calendar_id", "project_id", "with_user_id", "access", "color", "visible", "rev", "created_at", "updated_at"}

func (s *Share) values() []any {
	var calendar, project *int64
	if s.Kind == caller.Projects {
		project = &s.Record
	} else {
		calendar = &s.Record
	}
	return []any{s.UID, calendar, project, s.User.ID, s.Access, s.look.color, s.look.visible, s.Rev, clock.Micros(s.CreatedAt), clock.Micros(s.UpdatedAt)}
}

var (
	insertSQL   = db.InsertSQL("shares", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("shares", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("shares", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, v *Share) (err error) {
	v.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, v.values()...)...)
	return err
}

// write puts a share that has an id already: over its row or, restored, anew.
func (s *Service) write(ctx context.Context, query string, userID int64, v *Share) error {
	return s.db.Later(ctx, query, append([]any{userID, v.ID}, v.values()...)...)
}

func readImage(b []byte) (Share, error) {
	var i image
	err := json.Unmarshal(b, &i)
	v := i.Share
	v.Kind, v.Record, v.look = i.Kind, i.Record, look{i.Color, !i.Hidden}
	return v, err
}
