package moving

import (
	"archive/zip"
	"fmt"
)

// vikunja is the zip of Vikunja's own export: data.json with the projects and
// their tasks.
var vikunja = Format{Name: "vikunja", Recognise: func(f *File) bool { return f.zip != nil && f.entry("data.json") != nil && hasVersion(f.zip) }, Read: readVikunja}

func hasVersion(z *zip.Reader) bool {
	for _, e := range z.File {
		if e.Name == "VERSION" {
			return true
		}
	}
	return false
}

type vikunjaProject struct {
	ID          key              `json:"id"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Color       string           `json:"hex_color"`
	Archived    bool             `json:"is_archived"`
	Tasks       []vikunjaTask    `json:"tasks"`
	Children    []vikunjaProject `json:"child_projects"`
}

type vikunjaTask struct {
	ID          key    `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Done        bool   `json:"done"`
	DoneAt      string `json:"done_at"`
	Due         string `json:"due_date"`
	Created     string `json:"created"`
	Priority    int    `json:"priority"`
	Labels      []struct {
		Title string `json:"title"`
	} `json:"labels"`
	RepeatAfter int64  `json:"repeat_after"` // seconds
	RepeatMode  int    `json:"repeat_mode"`  // 1: by the month
	Repeats     string `json:"repeats"`      // a rule; newer ones
	Reminders   []struct {
		At string `json:"reminder"`
	} `json:"reminders"`
	Related map[string][]struct {
		ID key `json:"id"`
	} `json:"related_tasks"`
	Comments []struct {
		Comment string `json:"comment"`
	} `json:"comments"`
}

func readVikunja(f *File, b *Batch) error {
	data, err := f.read(f.entry("data.json"))
	if err != nil {
		return err
	}
	var all []vikunjaProject
	if err := decodeJSON(data, &all); err != nil {
		return err
	}
	parents := map[key]key{}
	gather(all, 0, func(p vikunjaProject) {
		for _, t := range p.Tasks {
			for _, r := range t.Related["subtask"] {
				parents[r.ID] = t.ID
			}
			for _, r := range t.Related["parenttask"] {
				parents[t.ID] = r.ID
			}
		}
	})
	b.file = "data.json"
	defer func() { b.file = "" }()
	gather(all, 0, func(p vikunjaProject) {
		if err == nil {
			err = b.vikunjaProject(p, parents)
		}
	})
	return err
}

// gather calls do with projects and those within them.
func gather(all []vikunjaProject, depth int, do func(vikunjaProject)) {
	for _, p := range all {
		do(p)
		if depth < 16 {
			gather(p.Children, depth+1, do)
		}
	}
}

func (b *Batch) vikunjaProject(p vikunjaProject, parents map[key]key) error {
	in := p.ID.String()
	if p.Title == "Inbox" {
		in = ""
	} else if err := b.project("vikunja", in, p.Title, unmarked(p.Description), "#"+p.Color, p.Archived); err != nil {
		return err
	}
	for _, t := range p.Tasks {
		x := item{id: t.ID.String(), title: t.Title, notes: unmarked(t.Description), done: t.Done, doneAt: instant(t.DoneAt), created: instant(t.Created),
			parent: parents[t.ID].String(), project: in, rule: vikunjaRule(t), priority: map[int]string{1: "low", 2: "medium", 3: "high", 4: "high", 5: "high"}[t.Priority]}
		x.due, x.at = b.local(t.Due)
		for _, l := range t.Labels {
			x.tags = append(x.tags, l.Title)
		}
		for _, r := range t.Reminders {
			if at := instant(r.At); !at.IsZero() {
				x.ring = append(x.ring, at.UTC().Format("2006-01-02T15:04:05Z"))
			}
		}
		for _, c := range t.Comments {
			x.notes = further(x.notes, unmarked(c.Comment))
		}
		if err := b.todo("vikunja", x); err != nil {
			return err
		}
	}
	return nil
}

// vikunjaRule is how a task repeats.
func vikunjaRule(t vikunjaTask) string {
	const day = 24 * 60 * 60
	switch n := t.RepeatAfter; {
	case t.Repeats != "":
		return t.Repeats
	case t.RepeatMode == 1:
		return "FREQ=MONTHLY"
	case n <= 0:
		return ""
	case n%(7*day) == 0:
		return fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d", n/(7*day))
	case n%day == 0:
		return fmt.Sprintf("FREQ=DAILY;INTERVAL=%d", n/day)
	default:
		return fmt.Sprintf("FREQ=DAILY;INTERVAL=%d", max(n/day, 1))
	}
}
