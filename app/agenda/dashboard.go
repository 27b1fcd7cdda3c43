package agenda

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
)

// How much the dashboard shows.
const (
	listed        = 10  // of each list
	maxToday      = 50  // events of the day
	maxCount      = 100 // up to which to-dos and reminders are counted
	birthdayDays  = 30
	completedDays = 28
	failedDays    = 30
)

// Dashboard is everything at a glance.
type Dashboard struct {
	Date             string        `json:"date" format:"date" doc:"Today, in the user's zone." example:"2025-01-31"`
	EventsToday      []Event       `json:"events_today" doc:"What touches today, in the order of the starts; at most 50."`
	StarredEvents    []Event       `json:"starred_events" doc:"The next occurrences of starred events, one an event; at most 10."`
	OverdueTodos     []Todo        `json:"overdue_todos" doc:"Open to-dos whose day, or time today, has passed, longest overdue first; at most 10."`
	OverdueCount     int64         `json:"overdue_count" maximum:"100" doc:"How many are overdue, counted up to 100: 100 means that many or more." example:"3"`
	UpcomingTodos    []Todo        `json:"upcoming_todos" doc:"Open to-dos due today or within upcoming_days (settings) and not overdue, soonest first; at most 10."`
	UpcomingCount    int64         `json:"upcoming_count" maximum:"100" doc:"How many there are, counted up to 100: 100 means that many or more." example:"12"`
	Reminders        []Reminder    `json:"reminders" doc:"The next active reminders; at most 10."`
	RemindersWaiting int64         `json:"reminders_waiting" maximum:"100" doc:"How many reminders have come due and were not dismissed, counted up to 100." example:"1"`
	ProjectCounts    ProjectCounts `json:"project_counts" doc:"How many of the user's own projects stand where."`
	Projects         []Project     `json:"projects" doc:"Projects in progress, in the user's order, then those that others share with the user; at most 10."`
	Birthdays        []Occasion    `json:"birthdays" doc:"Birthdays of the next 30 days, today included; at most 10."`
	NotHeardFrom     []Contact     `json:"not_heard_from" doc:"People whom it is time to get in touch with, longest overdue first; at most 10."`
	DeliveriesFailed int64         `json:"deliveries_failed" maximum:"100" doc:"How many reminders of the last 30 days no channel took, and nobody has answered since, counted up to 100." example:"0"`
	DeliveryFailedAt *time.Time    `json:"delivery_failed_at" doc:"When the latest of them was due; null where there is none."`
	Totals           Totals        `json:"totals" doc:"How many records of their own the user has."`
	Completions      []Day         `json:"completions" doc:"To-dos done on each of the last 28 days, oldest first, today last."`
}

// Dashboard reads the dashboard, in two round trips beside those of Events.
func (s *Service) Dashboard(ctx context.Context, c caller.Caller) (Dashboard, error) {
	now := s.clock.Now()
	local := now.In(c.Location())
	today := clock.DateOf(local)
	d := Dashboard{Date: today.String(), OverdueTodos: []Todo{}, UpcomingTodos: []Todo{}, Reminders: []Reminder{}, Projects: []Project{}, Birthdays: []Occasion{}, NotHeardFrom: []Contact{}}
	days, err := s.numbers(ctx, c, today, &d)
	if err != nil {
		return d, err
	}
	ahead := today.AddDays(birthdayDays)
	y := yearlyOf(today, ahead)
	query, args := sharedParts(c, dashboardSQL, []any{c.UserID, d.Date, d.Date + "T" + local.Format(clock.TimeLayout),
		today.AddDays(days).String(), clock.Micros(now), ahead.String(), y[0].low, y[0].high, y[1].low, y[1].high},
		"project", projectRow, "projects WHERE user_id = %s AND id = %s AND status = 'in_progress'", "id", "1")
	rows, err := db.Query(ctx, s.db, scanRow, query, args...)
	if err != nil {
		return d, err
	}
	for _, r := range rows {
		if r.section == "birthday" {
			d.Birthdays = append(d.Birthdays, r.occasion(today)...)
			continue
		}
		d.add(r)
	}
	slices.SortStableFunc(d.Birthdays, func(a, b Occasion) int { return strings.Compare(a.Date, b.Date) })
	d.Birthdays = d.Birthdays[:min(len(d.Birthdays), listed)]
	d.Projects = d.Projects[:min(len(d.Projects), listed)]
	d.OverdueTodos, d.UpcomingTodos = first(d.OverdueTodos), first(d.UpcomingTodos)
	if d.EventsToday, _, err = s.events.Between(ctx, c, today.Start(c.Location()), today.AddDays(1).Start(c.Location()), maxToday); err != nil {
		return d, err
	}
	if d.StarredEvents, err = s.events.Starred(ctx, c, now, listed); err != nil {
		return d, err
	}
	if d.EventsToday == nil {
		d.EventsToday = []Event{}
	}
	if d.StarredEvents == nil {
		d.StarredEvents = []Event{}
	}
	return d, nil
}

// first takes what is due first from a list that was read in two parts.
func first(list []Todo) []Todo {
	slices.SortStableFunc(list, func(a, b Todo) int { return strings.Compare(a.dueKey(), b.dueKey()) })
	return list[:min(len(list), listed)]
}

func (t Todo) dueKey() string {
	if t.DueTime == nil {
		return t.DueDate
	}
	return t.DueDate + "T" + *t.DueTime
}

const completedOn = "todo.completed:" // and the day: a counter of the to-dos'

// numbers reads the counters, and answers the setting upcoming_days.
func (s *Service) numbers(ctx context.Context, c caller.Caller, today clock.Date, d *Dashboard) (days int, err error) {
	from := today.AddDays(1 - completedDays)
	rows, err := db.Query(ctx, s.db, func(r db.Scanner) (n number, err error) { return n, r.Scan(&n.name, &n.n) },
		`SELECT 'upcoming_days' AS name, upcoming_days AS n FROM settings WHERE user_id = $1
UNION ALL
SELECT name, n FROM record_counts WHERE user_id = $1
    AND name IN ('todo', 'todo.completed', 'event', 'calendar', 'event_template', 'reminder', 'project', 'task', 'person', 'location')
UNION ALL
SELECT name, n FROM record_counts WHERE user_id = $1 AND name >= $2 AND name <= $3
UNION ALL
SELECT status, COUNT(*) FROM projects WHERE user_id = $1 GROUP BY status
UNION ALL
SELECT 'deliveries_failed', COUNT(*) FROM (SELECT 1 AS one FROM deliveries WHERE user_id = $1 AND state = 'failed' AND due_at >= $4 LIMIT `+strconv.Itoa(maxCount)+`) AS few
UNION ALL
SELECT 'delivery_failed_at', COALESCE(MAX(due_at), 0) FROM deliveries WHERE user_id = $1 AND state = 'failed' AND due_at >= $4`,
		c.UserID, completedOn+from.String(), completedOn+today.String(), clock.Micros(today.AddDays(-failedDays).Start(c.Location())))
	if err != nil {
		return 0, err
	}
	t, p := &d.Totals, &d.ProjectCounts
	days = 7
	into := map[string]*int64{"todo": &t.Todos, "todo.completed": &t.TodosCompleted, "event": &t.Events, "calendar": &t.Calendars,
		"event_template": &t.EventTemplates, "reminder": &t.Reminders, "project": &t.Projects, "task": &t.Tasks, "person": &t.People, "location": &t.Locations,
		"not_started": &p.NotStarted, "in_progress": &p.InProgress, "on_hold": &p.OnHold, "completed": &p.Completed, "cancelled": &p.Cancelled}
	failedAt := int64(0)
	into["deliveries_failed"], into["delivery_failed_at"] = &d.DeliveriesFailed, &failedAt
	d.Completions = make([]Day, completedDays)
	for i := range d.Completions {
		day := from.AddDays(i).String()
		d.Completions[i].Date = day
		into[completedOn+day] = &d.Completions[i].Count
	}
	for _, r := range rows {
		if n := into[r.name]; n != nil {
			*n = r.n
		} else if r.name == "upcoming_days" {
			days = int(r.n)
		}
	}
	if failedAt != 0 {
		d.DeliveryFailedAt = clock.FromMicrosPtr(&failedAt)
	}
	return days, nil
}

type number struct {
	name string
	n    int64
}

func (d *Dashboard) add(r row) {
	switch r.section {
	case "overdue":
		d.OverdueTodos = append(d.OverdueTodos, r.todo())
	case "upcoming":
		d.UpcomingTodos = append(d.UpcomingTodos, r.todo())
	case "counts":
		d.OverdueCount, d.UpcomingCount, d.RemindersWaiting = min(r.n, maxCount), min(r.m, maxCount), min(*r.ref, maxCount)
	case "reminder":
		d.Reminders = append(d.Reminders, Reminder{ID: r.id, Title: r.title, DueAt: clock.FromMicros(*r.at)})
	case "project":
		p := Project{ID: r.id, Name: r.title, Color: r.text, TasksTotal: r.n, TasksDone: r.m}
		if r.day != "" {
			p.DueDate = &r.day
		}
		if r.n > 0 {
			p.Progress = r.m * 100 / r.n
		}
		d.Projects = append(d.Projects, p)
	case "contact":
		d.NotHeardFrom = append(d.NotHeardFrom, Contact{PersonID: r.id, Name: r.title, DueAt: clock.FromMicros(*r.at), LastContactedAt: clock.FromMicrosPtr(r.ref)})
	}
}

const (
	projectRow = "id, name, due_date, '', color, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), tasks_total, tasks_done"

	openTodo  = "id, title, due_date, due_time, '', CAST(NULL AS BIGINT), project_id, priority, 0"
	openTodos = "todos WHERE user_id = $1 AND completed = FALSE AND "
	ringing   = "reminders WHERE user_id = $1 AND active = TRUE AND dismissed = FALSE AND "
)

var limit = strconv.Itoa(listed)

// $2 is today, $3 the time of today, $4 the day after the last, $5 now, $6 where
// birthdays end and $7 to $10 their ranges. To-dos
// of today without a time lie between those of earlier days and those of
// earlier times: ranges of their own, so that neither list nor count reads
// past what it does not want.
var dashboardSQL = strings.Join([]string{
	part("overdue", openTodo, openTodos+"due_key < $2", "due_key, id", limit),
	part("overdue", openTodo, openTodos+"due_key > $2 AND due_key < $3", "due_key, id", limit),
	part("upcoming", openTodo, openTodos+"due_key = $2", "due_key, id", limit),
	part("upcoming", openTodo, openTodos+"due_key >= $3 AND due_key < $4", "due_key, id", limit),
	"SELECT 'counts', 0, '', '', '', '', CAST(NULL AS BIGINT), " + upTo100(ringing+"due_at < $5") + ", " +
		upTo100(openTodos+"due_key < $2") + " + " + upTo100(openTodos+"due_key > $2 AND due_key < $3") + ", " +
		upTo100(openTodos+"due_key = $2") + " + " + upTo100(openTodos+"due_key >= $3 AND due_key < $4"),
	part("reminder", "id, title, '', '', '', due_at, CAST(NULL AS BIGINT), 0, 0", ringing+"due_at >= $5", "due_at, id", limit),
	part("project", projectRow,
		"projects WHERE user_id = $1 AND status = 'in_progress'", "position, id", limit),
	part("contact", "id, display_name, '', '', '', contact_due_at, last_contacted_at, 0, 0",
		"people WHERE user_id = $1 AND contact_due_at IS NOT NULL AND contact_due_at <= $5", "contact_due_at, id", limit),
	yearlyPart("birthday", "$6", "$7", "$8", limit), yearlyPart("birthday", "$6", "$9", "$10", limit),
}, "\nUNION ALL\n")

// upTo100 counts rows, but not past 100.
func upTo100(from string) string {
	return "(SELECT COUNT(*) FROM (SELECT 1 AS one FROM " + from + " LIMIT " + strconv.Itoa(maxCount) + ") AS few)"
}
