package moving

import (
	"strings"
	"time"

	"umbra/app/clock"
)

// tickTick is the CSV of TickTick's backup: some lines about itself, then a row a
// task.
var tickTick = Format{Name: "ticktick", Recognise: func(f *File) bool {
	head := f.head(4096)
	return strings.Contains(head, "folder name") && strings.Contains(head, "list name") && strings.Contains(head, "title")
}, Read: readTickTick}

func readTickTick(f *File, b *Batch) error {
	_, rows, err := sheet(f.Data, b, "Folder Name", "List Name", "Title")
	if err != nil {
		return err
	}
	for _, r := range rows {
		x := item{id: r.get("taskid"), line: r.line, title: r.get("title"), notes: strings.ReplaceAll(r.get("content"), "\r", "\n"), category: r.get("list name"),
			tags: strings.Split(r.get("tags"), ","), done: r.get("status") == "1" || r.get("status") == "2", doneAt: instant(r.get("completed time")),
			created: instant(r.get("created time")), rule: firstRule(r.get("repeat")), priority: map[string]string{"1": "low", "3": "medium", "5": "high"}[r.get("priority")]}
		if p := r.get("parentid"); p != "0" {
			x.parent = p
		}
		if x.category == "Inbox" {
			x.category = ""
		}
		x.due, x.at = b.tickTickDue(r)
		if err := b.todo("ticktick", x); err != nil {
			return err
		}
	}
	return nil
}

// tickTickDue is when a task is due on the clock of its own zone.
func (b *Batch) tickTickDue(r row) (date, at string) {
	said := r.get("due date", "start date")
	t := instant(said)
	if t.IsZero() {
		return b.local(said)
	}
	zone := b.Home
	if z, err := clock.Zone(r.get("timezone")); err == nil && r.get("timezone") != "" {
		zone = z
	}
	t = t.In(zone)
	if allDay := r.get("is all day"); strings.EqualFold(allDay, "true") || allDay == "1" {
		return t.Format(time.DateOnly), ""
	}
	return t.Format(time.DateOnly), t.Format("15:04")
}

// firstRule is the first of several lines.
func firstRule(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(strings.TrimSpace(first), "RRULE:")
}
