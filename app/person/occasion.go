package person

import (
	"context"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/page"
)

// Occasion is a birthday or an anniversary on a day ahead.
type Occasion struct {
	PersonID    int64   `json:"person_id" doc:"Whose it is." example:"5"`
	DisplayName string  `json:"display_name" doc:"What they are shown as." example:"Ada Lovelace"`
	Photo       *string `json:"photo" doc:"Where their photo is, or null." example:"/api/people/5/photo?v=17"`
	Date        string  `json:"date" format:"date" doc:"The day it falls on; 29 February is celebrated on the 28th in common years." example:"2025-12-10"`
	Years       *int    `json:"years" doc:"How many years it makes (the age they turn); null where the year is not known." example:"210"`
}

// Birthdays answers the birthdays from a day on, for a number of days (1 is
// that day alone, 366 at most), soonest first, at most limit of them. Nobody has
// a birthday before they are born; the day of birth itself counts, with 0 years.
func (s *Service) Birthdays(ctx context.Context, c caller.Caller, from clock.Date, days, limit int) ([]Occasion, error) {
	return s.ahead(ctx, c, "birthday", from, days, limit)
}

// Anniversaries is Birthdays for anniversaries.
func (s *Service) Anniversaries(ctx context.Context, c caller.Caller, from clock.Date, days, limit int) ([]Occasion, error) {
	return s.ahead(ctx, c, "anniversary", from, days, limit)
}

// ahead reads a column and its _day index, once for each year that is touched.
func (s *Service) ahead(ctx context.Context, c caller.Caller, column string, from clock.Date, days, limit int) ([]Occasion, error) {
	limit = page.Request{Limit: limit}.Size()
	to := from.AddDays(min(max(days, 1), 366) - 1)
	out := []Occasion{}
	for year := from.Year; year <= to.Year && len(out) < limit; year++ {
		first, last := clock.Date{Year: year, Month: 1, Day: 1}, clock.Date{Year: year, Month: 12, Day: 31}
		if year == from.Year {
			first = from
		}
		if year == to.Year {
			last = to
		}
		lastKey := Day(last).key()
		if lastKey == "02-28" && !leap(year) {
			lastKey = "02-29"
		}
		found, err := db.Query(ctx, s.db, func(r db.Scanner) (Occasion, error) { return scanOccasion(r, year) },
			"SELECT id, display_name, photo_rev, "+column+` FROM people
WHERE user_id = $1 AND `+column+"_day <> '' AND "+column+"_day BETWEEN $2 AND $3 AND "+column+` <= $4
ORDER BY `+column+"_day, id LIMIT $5", c.UserID, Day(first).key(), lastKey, last.String(), limit-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func scanOccasion(r db.Scanner, year int) (Occasion, error) {
	var o Occasion
	var photoRev int64
	var text string
	if err := r.Scan(&o.PersonID, &o.DisplayName, &photoRev, &text); err != nil {
		return o, err
	}
	d, err := ParseDay(text)
	if err != nil {
		return o, err
	}
	o.Photo = photoPath(o.PersonID, photoRev)
	o.Date = d.In(year).String()
	if d.Year != 0 {
		years := year - d.Year
		o.Years = &years
	}
	return o, nil
}

// NotHeardFrom answers the people the user should have been in touch with by
// a moment, longest overdue first, at most limit of them.
func (s *Service) NotHeardFrom(ctx context.Context, c caller.Caller, now time.Time, limit int) ([]Person, error) {
	people, err := db.Query(ctx, s.db, scan, "SELECT "+columns+` FROM people
WHERE user_id = $1 AND contact_due_at IS NOT NULL AND contact_due_at <= $2 ORDER BY contact_due_at, id LIMIT $3`,
		c.UserID, clock.Micros(now), page.Request{Limit: limit}.Size())
	if people == nil {
		people = []Person{}
	}
	return people, err
}
