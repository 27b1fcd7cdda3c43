package moving

import (
	"strings"
	"time"

	"umbra/app/opt"
	"umbra/app/project"
)

// trello is a board as Trello exports it in JSON: a project, its cards tasks, the
// points of their checklists parts of those.
var trello = Format{Name: "trello", Recognise: func(f *File) bool { return f.keys("cards", "lists", "name") }, Read: readTrello}

type trelloCard struct {
	ID     key     `json:"id"`
	Name   string  `json:"name"`
	Desc   string  `json:"desc"`
	Due    string  `json:"due"`
	Done   bool    `json:"dueComplete"`
	Closed bool    `json:"closed"`
	List   key     `json:"idList"`
	Pos    float64 `json:"pos"`
	Labels []struct {
		Name  string `json:"name"`
		Color string `json:"color"`
	} `json:"labels"`
	Attachments []struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"attachments"`
}

func readTrello(f *File, b *Batch) error {
	var in struct {
		ID     key    `json:"id"`
		Name   string `json:"name"`
		Desc   string `json:"desc"`
		Closed bool   `json:"closed"`
		Lists  []struct {
			ID     key    `json:"id"`
			Name   string `json:"name"`
			Closed bool   `json:"closed"`
		} `json:"lists"`
		Cards      []trelloCard `json:"cards"`
		Checklists []struct {
			Card  key `json:"idCard"`
			Items []struct {
				ID    key    `json:"id"`
				Name  string `json:"name"`
				State string `json:"state"`
			} `json:"checkItems"`
		} `json:"checklists"`
	}
	if err := decodeJSON(f.Data, &in); err != nil {
		return err
	}
	board := "board " + in.ID.String()
	if err := b.project("trello", board, in.Name, in.Desc, "", in.Closed); err != nil {
		return err
	}
	lists, archived := map[key]string{}, map[key]bool{}
	for _, l := range in.Lists {
		lists[l.ID], archived[l.ID] = l.Name, l.Closed
	}
	taken := map[key]bool{}
	put := 0
	for _, c := range in.Cards {
		c.Closed = c.Closed || archived[c.List]
		if c.Closed {
			put++
		}
		taken[c.ID] = true
		if err := b.trelloCard(c, lists[c.List], board); err != nil {
			return err
		}
	}
	if put > 0 {
		b.change(0, in.Name, "Archived cards come as done tasks.")
	}
	for _, l := range in.Checklists {
		for _, i := range l.Items {
			if !taken[l.Card] {
				continue
			}
			status := "todo"
			if i.State == "complete" {
				status = project.Done
			}
			if err := b.task("trello", i.ID.String(), i.Name, "", status, "", board, l.Card.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Batch) trelloCard(c trelloCard, list, board string) error {
	notes := c.Desc
	var names []string
	for _, l := range c.Labels {
		if l.Name == "" {
			l.Name = l.Color
		}
		names = append(names, l.Name)
	}
	if len(names) > 0 {
		notes = paragraphs(notes, "Labels: "+strings.Join(names, ", "))
	}
	if list != "" {
		notes = paragraphs(notes, "List: "+list)
	}
	for _, a := range c.Attachments {
		notes = further(notes, a.Name+" "+a.URL)
	}
	due := ""
	if at := instant(c.Due); !at.IsZero() {
		at = at.In(b.Home)
		due = at.Format(time.DateOnly)
		notes = paragraphs(notes, "Due at "+at.Format("15:04"))
	}
	status := stateOf(list)
	if c.Done || c.Closed {
		status = project.Done
	}
	return b.task("trello", c.ID.String(), c.Name, notes, status, due, board, "")
}

// stateOf is where the cards of a list stand, by its name.
func stateOf(list string) string {
	list = strings.ToLower(list)
	for _, x := range []struct{ word, status string }{{"done", project.Done}, {"complete", project.Done}, {"erledigt", project.Done}, {"fertig", project.Done},
		{"doing", "in_progress"}, {"progress", "in_progress"}, {"arbeit", "in_progress"}, {"block", "blocked"}, {"wait", "blocked"}, {"wart", "blocked"}} {
		if strings.Contains(list, x.word) {
			return x.status
		}
	}
	return "todo"
}

// task adds a task of a project of an application.
func (b *Batch) task(app, id, name, notes, status, due, in, parent string) error {
	title, notes := titled(name, notes)
	if title == "" {
		if title = oneLine(notes, 100); title == "" {
			b.refuse(0, "", "It has no title.")
			return nil
		}
	}
	u := project.TaskUpdate{Title: opt.Some(title), Description: opt.Some(notes), Status: opt.Some(status)}
	if due != "" {
		u.DueDate = opt.Some(due)
	}
	r := &Record{Kind: project.TaskKind, UID: uid(app, "task", id), Key: id, Fields: u, Links: []Link{{"project_id", project.KindName, in}}}
	if parent != "" {
		r.Links = append(r.Links, Link{"parent_task_id", project.TaskKind, parent})
	}
	return b.add(r)
}
