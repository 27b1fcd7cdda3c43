package agenda

import (
	"fmt"
	"strconv"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
)

// row is a line of a view over several tables. What n, m, ref and text mean
// depends on the section.
type row struct {
	section   string
	id        int64
	title     string
	day, time string
	text      string
	at, ref   *int64
	n, m      int64
}

func scanRow(s db.Scanner) (r row, err error) {
	return r, s.Scan(&r.section, &r.id, &r.title, &r.day, &r.time, &r.text, &r.at, &r.ref, &r.n, &r.m)
}

var priorities = []string{"none", "low", "medium", "high"} // as they are stored

func (r row) todo() Todo {
	t := Todo{ID: r.id, Title: r.title, DueDate: r.day, Priority: priorities[r.n], ProjectID: r.ref}
	if r.time != "" {
		t.DueTime = &r.time
	}
	return t
}

// part is one SELECT of a view: at most limit rows, in the order of an index.
// columns are id, title, day, time, text, at, ref, n, m.
func part(section, columns, from, order, limit string) string {
	// PostgreSQL takes the types of the whole from the first.
	return "SELECT * FROM (SELECT CAST('" + section + "' AS TEXT), " + columns + " FROM " + from + " ORDER BY " + order + " LIMIT " + limit + ") AS " + section
}

// sharedParts adds a part for each project that others share with the caller, with
// its two arguments: from names them, as "… user_id = %s AND id = %s".
func sharedParts(c caller.Caller, query string, args []any, section, columns, from, order, limit string) (string, []any) {
	for i, s := range c.Of(caller.Projects) {
		args = append(args, s.Owner.ID, s.Record)
		one := fmt.Sprintf(from, "$"+strconv.Itoa(len(args)-1), "$"+strconv.Itoa(len(args)))
		query += "\nUNION ALL\nSELECT * FROM (SELECT CAST('" + section + "' AS TEXT), " + columns + " FROM " + one +
			" ORDER BY " + order + " LIMIT " + limit + ") AS shared" + strconv.Itoa(i)
	}
	return query, args
}

// yearlyPart is the part of birthdays or anniversaries between two MM-DD. Nobody
// has a birthday before being born: end is the day after the last.
func yearlyPart(section, end, low, high, limit string) string {
	return part(section, "id, display_name, '', '', "+section+", CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), 0, 0",
		"people WHERE user_id = $1 AND "+section+"_day <> '' AND "+section+"_day >= "+low+" AND "+section+"_day <= "+high+
			" AND "+section+" < "+end, section+"_day, id", limit)
}

// occasion is a birthday or anniversary on its next day; none where the stored
// text is no day.
func (r row) occasion(from clock.Date) []Occasion {
	day, years, ok := keptOn(r.text, from)
	if !ok {
		return nil
	}
	return []Occasion{{PersonID: r.id, Name: r.title, Date: day.String(), Years: years}}
}
