package moving

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/opt"
	"umbra/app/project"
)

// todoistCSV is a project as Todoist exports it, and writes it into backups: a
// row a task, a section or a comment. Its file is called like the project.
var todoistCSV = Format{Name: "todoist-csv", Recognise: func(f *File) bool { return f.zip == nil && isTodoist(f.Data) },
	Read: func(f *File, b *Batch) error { return readTodoistCSV(f.Name, f.Data, b) }}

func isTodoist(data []byte) bool {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	return bytes.HasPrefix(bytes.ToUpper(bytes.ReplaceAll(first, []byte(`"`), nil)), []byte("TYPE,CONTENT"))
}

// backupNumber is what backups put behind a project's name.
var backupNumber = regexp.MustCompile(` \[\d+\]$`)

func readTodoistCSV(name string, data []byte, b *Batch) error {
	_, rows, err := sheet(data, b, "TYPE", "CONTENT", "PRIORITY", "INDENT")
	if err != nil {
		return err
	}
	title := backupNumber.ReplaceAllString(strings.TrimSuffix(path.Base(name), path.Ext(name)), "")
	in := ""
	if title != "" && !strings.EqualFold(title, "inbox") {
		if in, err = b.named(title); err != nil {
			return err
		}
	}
	var above []string // keys of the tasks that the next may be part of, by indent
	var items []item
	section := ""
	for _, r := range rows {
		switch strings.ToLower(r.get("type")) {
		case "section":
			section, above = r.get("content"), nil
		case "note":
			if len(items) == 0 {
				b.refuse(r.line, r.get("content"), "A comment of the project itself has no place.")
				continue
			}
			last := &items[len(items)-1]
			last.notes = further(last.notes, r.get("content"))
		case "task":
			x := item{line: r.line, key: b.file + " line " + strconv.Itoa(r.line), notes: r.get("description"), project: in, category: section,
				priority: map[string]string{"1": "high", "2": "medium", "3": "low"}[r.get("priority")]}
			x.title, x.tags = labels(r.get("content"))
			indent, _ := strconv.Atoi(r.get("indent")) // none is the first
			indent = min(max(indent, 1), len(above)+1)
			above = append(above[:indent-1:indent-1], x.key)
			if indent > 1 {
				x.parent = above[indent-2]
			}
			x.due, x.at, x.rule = b.spoken(r.get("date"))
			if deadline := r.get("deadline"); x.due == "" && isDate(deadline) {
				x.due = deadline
			}
			x.title = strings.TrimPrefix(x.title, "* ") // it cannot be completed there
			items = append(items, x)
		case "meta", "":
		default:
			b.refuse(r.line, r.get("content"), "It is no task, no section and no note.")
		}
	}
	for _, x := range items {
		if err := b.todo("todoist", x); err != nil {
			return err
		}
	}
	return nil
}

// named is the key of a project that is known by its name alone.
func (b *Batch) named(name string) (string, error) {
	short := oneLine(name, check.MaxTitle)
	key := "name " + strings.ToLower(short)
	if b.has(project.KindName, key) {
		return key, nil
	}
	return key, b.add(&Record{Kind: project.KindName, Key: key, Fields: project.Update{Name: opt.Some(short), Status: opt.Some("in_progress")}})
}

// labels takes the words that begin with @ out of a title.
func labels(s string) (title string, tags []string) {
	var rest []string
	for _, w := range strings.Fields(s) {
		if len(w) > 1 && w[0] == '@' {
			tags = append(tags, w[1:])
		} else {
			rest = append(rest, w)
		}
	}
	return strings.Join(rest, " "), tags
}

var weekdays = map[string]string{"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}

// spoken reads a date as Todoist lets people write it, in English: 2025-01-31,
// 31 Jan 2025, Jan 31, each with a time, today, tomorrow, every day, every! 2
// weeks, every mon. What it does not know comes back as it is.
func (b *Batch) spoken(s string) (date, at, rule string) {
	s = strings.TrimSpace(s)
	lower := strings.ToLower(s)
	body, clock, timed := strings.Cut(lower, " at ")
	if !timed {
		if i := strings.LastIndexByte(lower, ' '); i > 0 && isClock(lower[i+1:]) {
			body, clock, timed = lower[:i], lower[i+1:], true
		}
	}
	if timed {
		if at = readClock(clock); at == "" {
			return s, "", ""
		}
	}
	today := b.Now.In(b.Home)
	switch body {
	case "":
		return "", "", ""
	case "today", "tod":
		return today.Format(time.DateOnly), at, ""
	case "tomorrow", "tom":
		return today.AddDate(0, 0, 1).Format(time.DateOnly), at, ""
	}
	if every, ok := strings.CutPrefix(strings.Replace(body, "every!", "every", 1), "every "); ok {
		if rule = everyRule(every); rule == "" {
			return s, "", ""
		}
		first := today
		for code, day := range weekdays {
			if i := strings.Index(rule, "BYDAY="+day); i > 0 && len(rule) == i+8 {
				for strings.ToLower(first.Weekday().String()[:3]) != code {
					first = first.AddDate(0, 0, 1)
				}
			}
		}
		return first.Format(time.DateOnly), at, rule
	}
	for _, form := range []string{"2006-01-02", "2 Jan 2006", "Jan 2 2006", "Jan 2, 2006", "2 January 2006", "January 2 2006", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, title(body)); err == nil {
			return t.Format(time.DateOnly), at, ""
		}
	}
	for _, form := range []string{"2 Jan", "Jan 2", "2 January", "January 2"} {
		if t, err := time.Parse(form, title(body)); err == nil {
			day := time.Date(today.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
			if day.Before(time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)) {
				day = day.AddDate(1, 0, 0)
			}
			return day.Format(time.DateOnly), at, ""
		}
	}
	if date, at = b.local(s); isDate(date) {
		return date, at, ""
	}
	return s, "", ""
}

// title puts the names of months as time.Parse knows them.
func title(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if w[0] >= 'a' && w[0] <= 'z' {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

func isClock(s string) bool { return s != "" && strings.ContainsAny(s, ":m") && readClock(s) != "" }

func readClock(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(strings.ToLower(s)), " ", "")
	for _, form := range []string{"15:04", "3:04pm", "3pm", "15"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format("15:04")
		}
	}
	return ""
}

// everyRule is the rule of what stands behind "every".
func everyRule(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 2 {
		return ""
	}
	n := 1
	if len(words) == 2 {
		if words[0] == "other" {
			n = 2
		} else if n, _ = strconv.Atoi(words[0]); n < 1 || n > 999 {
			return ""
		}
	}
	unit := strings.TrimSuffix(words[len(words)-1], "s")
	interval := ""
	if n > 1 {
		interval = ";INTERVAL=" + strconv.Itoa(n)
	}
	switch unit {
	case "day":
		return "FREQ=DAILY" + interval
	case "week":
		return "FREQ=WEEKLY" + interval
	case "month":
		return "FREQ=MONTHLY" + interval
	case "year":
		return "FREQ=YEARLY" + interval
	case "weekday", "workday":
		if n == 1 {
			return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
		}
	default:
		if len(unit) >= 3 && weekdays[unit[:3]] != "" && strings.HasPrefix("monday tuesday wednesday thursday friday saturday sunday", unit) ||
			len(unit) >= 3 && strings.Contains(" monday tuesday wednesday thursday friday saturday sunday", " "+unit) {
			return "FREQ=WEEKLY" + interval + ";BYDAY=" + weekdays[unit[:3]]
		}
	}
	return ""
}

// todoistJSON is what Todoist's sync API answers, which export tools save.
var todoistJSON = Format{Name: "todoist-json", Recognise: func(f *File) bool { return f.keys("items", "projects") }, Read: readTodoistJSON}

func readTodoistJSON(f *File, b *Batch) error {
	var in struct {
		Projects []struct {
			ID       key    `json:"id"`
			Name     string `json:"name"`
			Inbox    bool   `json:"inbox_project"`
			Archived bool   `json:"is_archived"`
			Deleted  bool   `json:"is_deleted"`
		} `json:"projects"`
		Sections []struct {
			ID   key    `json:"id"`
			Name string `json:"name"`
		} `json:"sections"`
		Notes []struct {
			Item    key    `json:"item_id"`
			Content string `json:"content"`
			Deleted bool   `json:"is_deleted"`
		} `json:"notes"`
		Items []struct {
			ID          key      `json:"id"`
			Content     string   `json:"content"`
			Description string   `json:"description"`
			Project     key      `json:"project_id"`
			Section     key      `json:"section_id"`
			Parent      key      `json:"parent_id"`
			Priority    int      `json:"priority"`
			Labels      []string `json:"labels"`
			Checked     bool     `json:"checked"`
			Deleted     bool     `json:"is_deleted"`
			Added       string   `json:"added_at"`
			Completed   string   `json:"completed_at"`
			Due         *struct {
				Date      string `json:"date"`
				String    string `json:"string"`
				Recurring bool   `json:"is_recurring"`
			} `json:"due"`
			Deadline *struct {
				Date string `json:"date"`
			} `json:"deadline"`
		} `json:"items"`
	}
	if err := decodeJSON(f.Data, &in); err != nil {
		return err
	}
	known, sections, notes := map[key]bool{}, map[key]string{}, map[key]string{}
	for _, p := range in.Projects {
		if p.Inbox || p.Deleted {
			continue
		}
		known[p.ID] = true
		if err := b.project("todoist", p.ID.String(), p.Name, "", "", p.Archived); err != nil {
			return err
		}
	}
	for _, s := range in.Sections {
		sections[s.ID] = s.Name
	}
	for _, n := range in.Notes {
		if !n.Deleted {
			notes[n.Item] = further(notes[n.Item], n.Content)
		}
	}
	for _, t := range in.Items {
		if t.Deleted {
			continue
		}
		x := item{id: t.ID.String(), title: t.Content, notes: paragraphs(t.Description, notes[t.ID]), tags: t.Labels, done: t.Checked, doneAt: instant(t.Completed),
			created: instant(t.Added), parent: t.Parent.String(), category: sections[t.Section], priority: map[int]string{4: "high", 3: "medium", 2: "low"}[t.Priority]}
		if known[t.Project] {
			x.project = t.Project.String()
		}
		if t.Due != nil {
			x.due, x.at = b.local(t.Due.Date)
			if t.Due.Recurring {
				if _, _, x.rule = b.spoken(t.Due.String); x.rule == "" {
					x.rule = t.Due.String // it is kept in the text
				}
			}
		} else if t.Deadline != nil {
			x.due = t.Deadline.Date
		}
		if err := b.todo("todoist", x); err != nil {
			return err
		}
	}
	return nil
}
