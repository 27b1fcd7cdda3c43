package moving

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"umbra/app/clock"
)

// microsoftCSV is what Outlook exports of the tasks that Microsoft To Do shows.
var microsoftCSV = Format{Name: "microsoft-csv", Recognise: func(f *File) bool {
	first, _, _ := strings.Cut(f.head(4096), "\n")
	return strings.Contains(first, "subject") && strings.Contains(first, "due date") && strings.Contains(first, "date completed")
}, Read: readMicrosoftCSV}

func readMicrosoftCSV(f *File, b *Batch) error {
	_, rows, err := sheet(f.Data, b, "Subject", "Due Date")
	if err != nil {
		return err
	}
	for _, r := range rows {
		x := item{line: r.line, title: r.get("subject"), notes: r.get("notes"), tags: strings.FieldsFunc(r.get("categories"), func(r rune) bool { return r == ';' || r == ',' }),
			priority: map[string]string{"high": "high", "low": "low"}[strings.ToLower(r.get("priority"))], done: r.get("date completed") != "" || strings.EqualFold(r.get("status"), "completed")}
		x.due, _ = b.day(r.get("due date"))
		if day, _ := b.day(r.get("date completed")); isDate(day) {
			x.doneAt = noon(day, b.Home)
		}
		if day, _ := b.day(r.get("reminder date")); isDate(day) && x.due != "" && !strings.EqualFold(r.get("reminder on/off"), "false") {
			for _, form := range []string{"3:04:05 PM", "3:04 PM", "15:04:05", "15:04"} {
				if at, err := time.ParseInLocation(time.DateOnly+" "+form, day+" "+r.get("reminder time"), b.Home); err == nil {
					x.ring = []string{at.UTC().Format("2006-01-02T15:04:05Z")}
					break
				}
			}
		}
		if err := b.todo("microsoft", x); err != nil {
			return err
		}
	}
	return nil
}

// microsoftJSON is what Microsoft Graph answers for /me/todo/lists, with the
// tasks of each list as "tasks", or for the tasks of one.
var microsoftJSON = Format{Name: "microsoft-json", Recognise: func(f *File) bool {
	return (f.keys("value") || f.keys("displayName", "tasks") || f.keys("importance", "title")) && bytes.Contains(f.Data, []byte(`"importance"`))
}, Read: readMicrosoftJSON}

type microsoftTime struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

type microsoftTask struct {
	ID         key            `json:"id"`
	Title      string         `json:"title"`
	Importance string         `json:"importance"`
	Status     string         `json:"status"`
	Created    string         `json:"createdDateTime"`
	Categories []string       `json:"categories"`
	Due        *microsoftTime `json:"dueDateTime"`
	Remind     *microsoftTime `json:"reminderDateTime"`
	Completed  *microsoftTime `json:"completedDateTime"`
	Body       struct {
		Content string `json:"content"`
	} `json:"body"`
	Checklist []struct {
		ID   key    `json:"id"`
		Name string `json:"displayName"`
		Done bool   `json:"isChecked"`
	} `json:"checklistItems"`
	Recurrence *struct {
		Pattern struct {
			Type     string   `json:"type"`
			Interval int      `json:"interval"`
			Days     []string `json:"daysOfWeek"`
		} `json:"pattern"`
	} `json:"recurrence"`
}

type microsoftList struct {
	Name  string          `json:"displayName"`
	Known string          `json:"wellknownListName"`
	Tasks []microsoftTask `json:"tasks"`
}

func readMicrosoftJSON(f *File, b *Batch) error {
	data := f.Data
	var page struct {
		Value json.RawMessage `json:"value"`
	}
	if f.keys("value") {
		if err := decodeJSON(data, &page); err != nil {
			return err
		}
		data = page.Value
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		data = append(append([]byte("["), data...), ']')
	}
	top := jsonKeys(data)
	if !top["displayName"] || top["importance"] {
		var tasks []microsoftTask
		if err := decodeJSON(data, &tasks); err != nil {
			return err
		}
		return b.microsoftList(microsoftList{Tasks: tasks})
	}
	var lists []microsoftList
	if err := decodeJSON(data, &lists); err != nil {
		return err
	}
	for _, l := range lists {
		if err := b.microsoftList(l); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) microsoftList(l microsoftList) error {
	if l.Known == "defaultList" {
		l.Name = ""
	}
	for _, t := range l.Tasks {
		x := item{id: t.ID.String(), title: t.Title, notes: unmarked(t.Body.Content), category: l.Name, tags: t.Categories, done: t.Status == "completed",
			created: instant(t.Created), priority: map[string]string{"high": "high", "low": "low"}[t.Importance], rule: t.rule()}
		if at := t.Completed.at(); !at.IsZero() {
			x.doneAt = at
		}
		if at := t.Due.at(); !at.IsZero() { // a day, written as the moment it begins
			x.due = at.In(b.Home).Format(time.DateOnly)
			if t.Due.TimeZone == "UTC" && at.UTC().Format("15:04") == "00:00" {
				x.due = at.UTC().Format(time.DateOnly)
			}
		}
		if at := t.Remind.at(); !at.IsZero() {
			x.ring = []string{at.UTC().Format("2006-01-02T15:04:05Z")}
		}
		if err := b.todo("microsoft", x); err != nil {
			return err
		}
		for _, c := range t.Checklist {
			if err := b.todo("microsoft", item{id: c.ID.String(), title: c.Name, done: c.Done, parent: x.id}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *microsoftTime) at() time.Time {
	if m == nil {
		return time.Time{}
	}
	zone, err := clock.Zone(m.TimeZone)
	if err != nil || m.TimeZone == "" {
		zone = time.UTC
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05.9999999", strings.TrimSuffix(m.DateTime, "Z"), zone)
	if err != nil || t.Year() < 1900 || t.Year() > 9000 {
		return time.Time{}
	}
	return t
}

func (t microsoftTask) rule() string {
	if t.Recurrence == nil {
		return ""
	}
	p := t.Recurrence.Pattern
	freq := map[string]string{"daily": "DAILY", "weekly": "WEEKLY", "absoluteMonthly": "MONTHLY", "absoluteYearly": "YEARLY"}[p.Type]
	if freq == "" {
		return p.Type // it is kept in the text
	}
	rule := fmt.Sprintf("FREQ=%s;INTERVAL=%d", freq, max(p.Interval, 1))
	var days []string
	for _, d := range p.Days {
		if d = strings.ToLower(d); len(d) > 3 && weekdays[d[:3]] != "" {
			days = append(days, weekdays[d[:3]])
		}
	}
	if len(days) > 0 && freq == "WEEKLY" {
		rule += ";BYDAY=" + strings.Join(days, ",")
	}
	return rule
}
