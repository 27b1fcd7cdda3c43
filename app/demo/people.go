package demo

import (
	"fmt"
	"strings"
	"time"

	"umbra/app/calendar"
	"umbra/app/location"
	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/project"
	"umbra/app/reminder"
	"umbra/app/template"
)

func (h *household) addPlaces() error {
	for i := range Places {
		name := places[i%len(places)]
		if i >= len(places) {
			name += ", " + pick(h, cities)
		}
		u := location.Update{Name: opt.Some(name), Category: opt.Some(pick(h, placeCategories)), Favourite: opt.Some(h.one(6)),
			Address: opt.Some(fmt.Sprintf("%d %s, %s", 1+h.chance.IntN(90), pick(h, streets), pick(h, cities)))}
		if h.one(2) {
			u.Latitude = opt.Some(float64(40_000+h.chance.IntN(20_000)) / 1000)
			u.Longitude = opt.Some(float64(h.chance.IntN(30_000)-8_000) / 1000)
		}
		if h.one(4) {
			u.Notes = opt.Some("Closed on Mondays.")
		}
		l, err := h.locations.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.locationIDs = append(h.locationIDs[:len(h.locationIDs):len(h.locationIDs)], l.ID)
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
		if h.one(5) {
			u.Notes = opt.Some("Met at the school fair. Likes hiking and bad puns.")
		}
		p, err := h.people.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.peopleIDs = append(h.peopleIDs[:len(h.peopleIDs):len(h.peopleIDs)], p.ID)
	}
	return nil
}

func (h *household) addCalendars() error {
	for _, x := range []struct{ name, color string }{{"Family", "#3a7d44"}, {"Work", "#2f5d8a"}, {"School", "#b5651d"}} {
		cal, err := h.calendars.Create(h.ctx, h.c, calendar.Update{Name: opt.Some(x.name), Color: opt.Some(x.color)})
		if err != nil {
			return err
		}
		h.calendarIDs = append(h.calendarIDs[:len(h.calendarIDs):len(h.calendarIDs)], cal.ID)
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

func (h *household) addProjects() error {
	statuses := []string{"in_progress", "in_progress", "not_started", "on_hold", "completed", "in_progress"}
	for i := range Projects {
		u := project.Update{Name: opt.Some(projectNames[i%len(projectNames)]), Status: opt.Some(statuses[i%len(statuses)]), Starred: opt.Some(i%5 == 0),
			Color: opt.Some(pick(h, []string{"#3a7d44", "#2f5d8a", "#b5651d", "#7a3b69"}))}
		if i%3 != 2 {
			u.DueDate = opt.Some(h.day(10 + h.chance.IntN(120)))
		}
		p, err := h.projects.Create(h.ctx, h.c, u)
		if err != nil {
			return err
		}
		h.projectIDs = append(h.projectIDs[:len(h.projectIDs):len(h.projectIDs)], p.ID)
		var first int64
		for n := range share(Tasks, i, Projects) {
			status := pick(h, []string{"todo", "todo", "in_progress", "blocked", "done", "done"})
			if statuses[i%len(statuses)] == "completed" {
				status = "done"
			}
			tu := project.TaskUpdate{Title: opt.Some(taskTitles[n%len(taskTitles)]), Status: opt.Some(status),
				Priority: opt.Some(pick(h, []string{"none", "low", "medium", "high"}))}
			if h.one(2) {
				tu.DueDate = opt.Some(h.day(h.chance.IntN(60) - 10))
			}
			if h.one(4) {
				tu.PersonID = opt.Some(pick(h, h.peopleIDs))
			}
			if first != 0 && h.one(6) {
				tu.ParentTaskID = opt.Some(first)
			}
			t, err := h.projects.CreateTask(h.ctx, h.c, p.ID, tu)
			if err != nil {
				return err
			}
			if first == 0 {
				first = t.ID
			}
		}
	}
	return nil
}

func (h *household) addReminders() error {
	for i := range Reminders {
		u := reminder.Update{Title: opt.Some(reminderTitles[i%len(reminderTitles)]), TimeZone: opt.Some(h.c.Location().String()),
			RemindAt: opt.Some(h.now.Add(time.Duration(h.chance.IntN(30*24)-48) * time.Hour).Truncate(15 * time.Minute))}
		if i%6 == 0 {
			u.RecurrenceRule = opt.Some(pick(h, []string{"FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY"}))
		}
		switch h.chance.IntN(5) {
		case 0:
			u.TodoID = opt.Some(pick(h, h.todoIDs))
		case 1:
			u.EventID = opt.Some(pick(h, h.eventIDs))
		case 2:
			u.PersonID = opt.Some(pick(h, h.peopleIDs))
		}
		if _, err := h.reminders.Create(h.ctx, h.c, u); err != nil {
			return err
		}
	}
	return nil
}
