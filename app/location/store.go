package location

import (
	"context"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const columns = `id, uid, name, address, category, latitude, longitude, phone, email, website, notes, favourite, rev, created_at, updated_at`

func scan(s db.Scanner) (Location, error) {
	var l Location
	var created, updated int64
	err := s.Scan(&l.ID, &l.UID, &l.Name, &l.Address, &l.Category, &l.Latitude, &l.Longitude, &l.Phone, &l.Email, &l.Website, &l.Notes,
		&l.Favourite, &l.Rev, &created, &updated)
	l.CreatedAt, l.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	return l, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Location, error) {
	l, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM locations WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return l, err
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Location], error) {
	return db.List(ctx, s.db, db.Listing[Location]{
		Select:  "SELECT " + columns + "\nFROM locations",
		Where:   where(c, f),
		Default: "name",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "name", Column: "name_key"},
			{Name: "created_at", Column: "id", Int: true},
			{Name: "updated_at", Column: "rev", Int: true},
		},
	}, req, f.Sort)
}

func where(c caller.Caller, f Filter) *db.Where {
	w := (&db.Where{}).And("user_id = ?", c.UserID)
	if f.Category != "" {
		w.And("category = ?", f.Category)
	}
	if f.Favourite != nil {
		w.And("favourite = ?", *f.Favourite)
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	w := where(c, f)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM locations"+w.Text(), w.Args()...)
	return n, err
}

// values are the columns that a person can change, in the order of setters.
func (l *Location) values() []any {
	return []any{l.UID, l.Name, fold.Key(l.Name), l.Address, l.Category, l.Latitude, l.Longitude, l.Phone, l.Email, l.Website, l.Notes,
		l.Favourite, l.search(), l.Rev, clock.Micros(l.CreatedAt), clock.Micros(l.UpdatedAt)}
}

var setters = []string{"uid", "name", "name_key", "address", "category", "latitude", "longitude", "phone", "email", "website", "notes",
	"favourite", "search", "rev", "created_at", "updated_at"}

var (
	insertSQL   = db.InsertSQL("locations", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("locations", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("locations", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, l *Location) (err error) {
	l.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, l.values()...)...)
	return err
}

func (s *Service) reinsert(ctx context.Context, userID int64, l *Location) error {
	err := s.db.Later(ctx, reinsertSQL, append([]any{userID, l.ID}, l.values()...)...)
	return err
}

func (s *Service) update(ctx context.Context, userID int64, l *Location) error {
	err := s.db.Later(ctx, updateSQL, append([]any{userID, l.ID}, l.values()...)...)
	return err
}
