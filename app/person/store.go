package person

import (
	"context"
	"slices"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/fold"
	"umbra/app/page"
)

const columns = `id, uid, given_name, family_name, display_name, display_name_given, nickname, emails, phones, addresses, groups,
birthday, anniversary, company, job_title, category, relationship, favourite, notes, last_contacted_at, contact_every_days,
photo_rev, rev, created_at, updated_at`

func scan(s db.Scanner) (Person, error) {
	var p Person
	var emails, phones, addresses, groups, birthday, anniversary string
	var contacted *int64
	var created, updated int64
	err := s.Scan(&p.ID, &p.UID, &p.GivenName, &p.FamilyName, &p.DisplayName, &p.NameGiven, &p.Nickname, &emails, &phones, &addresses, &groups,
		&birthday, &anniversary, &p.Company, &p.JobTitle, &p.Category, &p.Relationship, &p.Favourite, &p.Notes, &contacted, &p.ContactEveryDays,
		&p.PhotoRev, &p.Rev, &created, &updated)
	if err != nil {
		return p, err
	}
	if birthday != "" {
		p.Birthday = &birthday
	}
	if anniversary != "" {
		p.Anniversary = &anniversary
	}
	p.Photo = photoPath(p.ID, p.PhotoRev)
	p.LastContactedAt = clock.FromMicrosPtr(contacted)
	p.CreatedAt, p.UpdatedAt = clock.FromMicros(created), clock.FromMicros(updated)
	if p.Emails, err = db.FromJSON[Contact](emails); err != nil {
		return p, err
	}
	if p.Phones, err = db.FromJSON[Contact](phones); err != nil {
		return p, err
	}
	if p.Addresses, err = db.FromJSON[Address](addresses); err != nil {
		return p, err
	}
	p.Groups, err = db.Strings(groups)
	return p, err
}

func (s *Service) find(ctx context.Context, userID, id int64) (Person, error) {
	p, found, err := db.ByKey(ctx, s.db, scan, "SELECT "+columns+" FROM people WHERE user_id = $1 AND id = $2", userID, id)
	if err == nil && !found {
		err = fault.Missing(KindName, id)
	}
	return p, err
}

func (s *Service) list(ctx context.Context, c caller.Caller, f Filter, req page.Request) (page.Page[Person], error) {
	return db.List(ctx, s.db, db.Listing[Person]{
		Select:  "SELECT " + columns + "\nFROM people",
		Where:   where(c, f),
		Default: "name",
		Scan:    scan,
		Sorts: []db.Sort{
			{Name: "name", Column: "name_key"},
			{Name: "contact_due_at", Column: "contact_due_at", Int: true},
			{Name: "birthday", Column: "birthday_day"},
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
	if f.Group != "" {
		w.And("id IN (SELECT person_id FROM person_groups WHERE user_id = ? AND group_key = ?)", c.UserID, fold.Key(f.Group))
	}
	if those := f.those(); those != "" {
		w.And(those)
	}
	if f.Query != "" {
		w.Contains("search", fold.Text(f.Query))
	}
	return w
}

func (s *Service) count(ctx context.Context, c caller.Caller, f Filter) (int64, error) {
	w := where(c, f)
	n, _, err := db.One(ctx, s.db, db.Value[int64], "SELECT COUNT(*) FROM people"+w.Text(), w.Args()...)
	return n, err
}

// values are the columns that a person can change, in the order of setters.
func (p *Person) values() []any {
	birthday, birthdayDay := stored(p.Birthday)
	anniversary, anniversaryDay := stored(p.Anniversary)
	return []any{p.UID, p.GivenName, p.FamilyName, p.DisplayName, p.NameGiven, fold.Key(p.DisplayName), p.Nickname,
		db.JSON(p.Emails), db.JSON(p.Phones), db.JSON(p.Addresses), db.JSON(p.Groups), birthday, birthdayDay, anniversary, anniversaryDay,
		p.Company, p.JobTitle, p.Category, p.Relationship, p.Favourite, p.Notes, clock.MicrosPtr(p.LastContactedAt), p.ContactEveryDays,
		p.contactDue(), p.PhotoRev, p.search(), p.Rev, clock.Micros(p.CreatedAt), clock.Micros(p.UpdatedAt)}
}

// stored is a day as it is kept, and the MM-DD it is found by.
func stored(s *string) (text, key string) {
	if s == nil {
		return "", ""
	}
	d, err := ParseDay(*s)
	if err != nil {
		return *s, "" // what validate refuses
	}
	return *s, d.key()
}

var setters = []string{"uid", "given_name", "family_name", "display_name", "display_name_given", "name_key", "nickname",
	"emails", "phones", "addresses", "groups", "birthday", "birthday_day", "anniversary", "anniversary_day",
	"company", "job_title", "category", "relationship", "favourite", "notes", "last_contacted_at", "contact_every_days",
	"contact_due_at", "photo_rev", "search", "rev", "created_at", "updated_at"}

var (
	insertSQL   = db.InsertSQL("people", append([]string{"user_id"}, setters...)) + " RETURNING id"
	reinsertSQL = db.InsertSQL("people", append([]string{"user_id", "id"}, setters...))
	updateSQL   = db.UpdateSQL("people", setters)
)

func (s *Service) insert(ctx context.Context, userID int64, p *Person) (err error) {
	p.ID, _, err = db.One(ctx, s.db, db.Value[int64], insertSQL, append([]any{userID}, p.values()...)...)
	return err
}

func (s *Service) reinsert(ctx context.Context, userID int64, p *Person) error {
	err := s.db.Later(ctx, reinsertSQL, append([]any{userID, p.ID}, p.values()...)...)
	return err
}

func (s *Service) update(ctx context.Context, userID int64, p *Person) error {
	err := s.db.Later(ctx, updateSQL, append([]any{userID, p.ID}, p.values()...)...)
	return err
}

// setGroups keeps the index of groups, only where they changed.
func (s *Service) setGroups(ctx context.Context, userID int64, p *Person, before []string) error {
	if slices.Equal(before, p.Groups) {
		return nil
	}
	if len(before) > 0 {
		if err := s.db.Later(ctx, "DELETE FROM person_groups WHERE user_id = $1 AND person_id = $2", userID, p.ID); err != nil {
			return err
		}
	}
	for _, g := range p.Groups {
		if err := s.db.Later(ctx, "INSERT INTO person_groups (user_id, group_key, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			userID, fold.Key(g), p.ID); err != nil {
			return err
		}
	}
	return nil
}
