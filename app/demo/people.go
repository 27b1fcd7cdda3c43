package demo

import (
	"fmt"
	"strings"
	"time"

	"umbra/app/calendar"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/person"
	"umbra/app/template"
)

func (h *household) addPlaces() error {
	for i := range Places {
		place := places[i%len(places)]
		u := location.Update{Name: opt.Some(place.name), Category: opt.Some(place.category), Favourite: opt.Some(h.one(6)),
			Address: opt.Some(fmt.Sprintf("%d %s, %s", 1+h.chance.IntN(90), pick(h, streets), pick(h, cities)))}
		if h.one(2) {
			u.Latitude = opt.Some(float64(40_000+h.chance.IntN(20_000)) / 1000)
			u.Longitude = opt.Some(float64(h.chance.IntN(30_000)-8_000) / 1000)
		}
		if h.one(4) {
			u.Notes = opt.Some(pick(h, placeNotes))
		}
		l, err := h.locations.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.locationIDs = with(h.locationIDs, l.ID)
	}
	return nil
}

func (h *household) addPeople() error {
	for i := range People {
		given, family := givenNames[i%len(givenNames)], familyNames[(i*7+i/len(givenNames))%len(familyNames)]
		u := person.Update{GivenName: opt.Some(given), FamilyName: opt.Some(family), Relationship: opt.Some(pick(h, relationships)),
			Category: opt.Some(pick(h, []string{"family", "friends", "work", "school"})), Favourite: opt.Some(h.one(8)), Company: opt.Some(pick(h, companies))}
		if given[0] < 0x80 && family[0] < 0x80 { // addresses are in ASCII
			local := strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' || r == '.' {
					return r
				}
				return -1
			}, strings.ToLower(given+"."+family))
			u.Emails = opt.Some([]person.Contact{{Label: "home", Value: fmt.Sprintf("%s%d@example.org", local, i), Preferred: true}})
		}
		if h.one(2) {
			u.Phones = opt.Some([]person.Contact{{Label: "mobile", Value: fmt.Sprintf("+49 151 %07d", h.chance.IntN(10_000_000))}})
		}
		born := h.now.AddDate(-8-h.chance.IntN(70), 0, h.chance.IntN(365))
		switch h.chance.IntN(4) {
		case 0:
			u.Birthday = opt.Some(born.Format("--01-02"))
		case 1, 2:
			u.Birthday = opt.Some(born.Format(time.DateOnly))
		}
		if h.one(3) {
			u.ContactEveryDays = opt.Some(int64([]int{14, 30, 90, 180}[h.chance.IntN(4)]))
			u.LastContactedAt = opt.Some(h.now.AddDate(0, 0, -h.chance.IntN(120)))
		}
		if h.one(4) {
			u.Notes = opt.Some(pick(h, personNotes))
		}
		p, err := h.people.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.known = with(h.known, known{p.ID, given})
	}
	return nil
}

// addCalendars adds what is missing to the one that everyone starts with.
func (h *household) addCalendars() error {
	had, err := h.calendars.List(h.ctx, h.c, calendar.Filter{}, page.Request{Limit: 1})
	if err != nil {
		return err
	}
	for _, cal := range had.Items {
		h.calendarIDs = with(h.calendarIDs, cal.ID)
	}
	for i, x := range []struct{ name, color string }{{"Personal", "#7a3b69"}, {"Family", "#3a7d44"}, {"Work", "#2f5d8a"}, {"School", "#b5651d"}} {
		if i < len(had.Items) {
			continue
		}
		cal, err := h.calendars.Create(h.ctx, h.c, calendar.Update{Name: opt.Some(x.name), Color: opt.Some(x.color)})
		if err != nil {
			return err
		}
		h.calendarIDs = with(h.calendarIDs, cal.ID)
	}
	return nil
}

func (h *household) addTemplates() error {
	for i, x := range []struct {
		name, at string
		minutes  int64
	}{{"Choir", "19:30", 90}, {"Doctor", "08:15", 30}, {"Dinner at ours", "18:30", 180}, {"Training", "17:00", 75}, {"Call home", "20:00", 45}} {
		_, err := h.templates.Create(h.ctx, h.c, template.Update{Name: opt.Some(x.name), Title: opt.Some(x.name), StartTime: opt.Some(x.at),
			DurationMinutes: opt.Some(x.minutes), LocationID: opt.Some(h.locationIDs[i])})
		if err != nil {
			return err
		}
	}
	return nil
}
