package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"umbra/app/fault"
	"umbra/app/moving"
	objects "umbra/app/resource"
)

// uploadTime is how long a file may take to arrive.
const uploadTime = 5 * time.Minute

// movings are the imports that run in this process: one at a time, for each holds
// its file in memory.
type movings struct {
	house moving.House
	turn  chan struct{}

	mu  sync.Mutex
	now map[int64]importProgress // by user
}

type importProgress struct {
	Running bool `json:"running" doc:"Whether an import of the user's runs, in this server." example:"true"`
	Done    int  `json:"done" doc:"How many records of the file it has looked at." example:"150"`
	Total   int  `json:"total" doc:"How many the file holds; 0 while it is being read." example:"1200"`
}

func newMovings(d Deps) *movings {
	return &movings{turn: make(chan struct{}, 1), now: map[int64]importProgress{}, house: houseOf(d)}
}

// houseOf is where files are read into, and written from.
func houseOf(d Deps) moving.House {
	return moving.House{DB: d.DB, Journal: d.Journal, Todos: d.Todos, Calendars: d.Calendars,
		Events: d.Events, Templates: d.Templates, Reminders: d.Reminders, Projects: d.Projects, People: d.People, Locations: d.Locations, Resources: objects.New(d.DB)}
}

func (m *movings) say(user int64, p importProgress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.Running {
		m.now[user] = p
	} else {
		delete(m.now, user)
	}
}

func (m *movings) said(user int64) importProgress {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now[user]
}

// importInput is a file, which is read when its turn comes.
type importInput struct {
	Name    string   `query:"name" maxLength:"300" doc:"What the file is called: its ending helps to tell what it is, and Todoist calls a project so." example:"Garden.csv"`
	Format  string   `query:"format" doc:"What the file is; left out, it is recognised." example:"csv"`
	DryRun  bool     `query:"dry_run" doc:"Try everything and change nothing." example:"true"`
	Columns []string `query:"column,explode" maxItems:"200" doc:"What a column of a table means, as heading:field, once for each; a field left empty leaves the column out. Left out: guessed." example:"[\"due date:due\"]"`

	body   io.Reader
	extend func()
}

// Resolve takes hold of the body without reading it.
func (in *importInput) Resolve(ctx huma.Context) []error {
	in.body = ctx.BodyReader()
	_, w := humachi.Unwrap(ctx)
	in.extend = func() {
		// A server that cannot is a test's; its own limit holds there.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	}
	return nil
}

// columns reads what the columns mean; nil where nothing was said.
func (in *importInput) columns() (map[string]string, error) {
	if len(in.Columns) == 0 {
		return nil, nil
	}
	known := map[string]bool{"": true}
	for _, f := range moving.TableFields() {
		known[f] = true
	}
	out := map[string]string{}
	for i, c := range in.Columns {
		at := strings.LastIndexByte(c, ':')
		if at < 0 || !known[c[at+1:]] {
			return nil, fault.BadField(fmt.Sprintf("column[%d]", i), "choice", "must be heading:field with one of the fields "+strings.Join(moving.TableFields(), ", "))
		}
		out[strings.ToLower(strings.TrimSpace(c[:at]))] = c[at+1:]
	}
	return out, nil
}

func (a *API) registerMoving() {
	const tag = "Moving in and out"
	m := newMovings(a.Deps)
	register(a, op{id: "importFile", method: http.MethodPost, path: "/api/imports", tag: tag, status: http.StatusOK, summary: "Import a file",
		file: "The file itself: .ics, .vcf, .csv, todo.txt, or an export of Umbra, Todoist, TickTick, Trello, Microsoft To Do, Vikunja, Google Takeout or Monica; at most 32 MB.",
		description: "All of it in one change-set, or nothing. What is there already, by its uid or by what it says, is left as it is. Try it with dry_run first: the answer is the same. " +
			"503 while another import runs."},
		func(ctx context.Context, in *importInput) (*struct{ Body moving.Result }, error) {
			r, err := a.importFile(ctx, m, in)
			if err != nil {
				return nil, err
			}
			return &struct{ Body moving.Result }{r}, nil
		})
	register(a, op{id: "findImportProgress", method: http.MethodGet, path: "/api/imports/progress", tag: tag, summary: "Say how far an import is"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body importProgress }, error) {
			return &struct{ Body importProgress }{m.said(principal(ctx).UserID)}, nil
		})
	register(a, op{id: "exportAll", method: http.MethodGet, path: "/api/export", tag: tag, summary: "Export everything",
		description: "A zip of all of one's own records: umbra.json, which is complete and can be imported, and .ics, .vcf and Markdown files.",
		download:    "application/zip"},
		func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) { return a.export(ctx, m) })
}

func (a *API) importFile(ctx context.Context, m *movings, in *importInput) (moving.Result, error) {
	columns, err := in.columns()
	if err != nil {
		return moving.Result{}, err
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	default:
		return moving.Result{}, fault.New(fault.Overloaded, "busy", "Another import is running. Try again in a moment.").After(10 * time.Second)
	}
	user := who(ctx).UserID
	m.say(user, importProgress{Running: true})
	defer m.say(user, importProgress{})
	in.extend()
	data, err := io.ReadAll(io.LimitReader(in.body, moving.MaxFile+1))
	switch {
	case err != nil:
		return moving.Result{}, fault.New(fault.Invalid, "file", "The file did not arrive whole. Try again.").Because(err)
	case len(data) > moving.MaxFile:
		return moving.Result{}, newProblem(ctx, http.StatusRequestEntityTooLarge, "request_entity_too_large",
			fmt.Sprintf("The file is larger than %d MB. Export in parts, or leave attachments and photos out.", moving.MaxFile>>20))
	}
	f, err := moving.NewFile(in.Name, data)
	if err != nil {
		return moving.Result{}, moving.SayIn(who(ctx).Language, err)
	}
	f.Columns = columns
	return m.house.Import(ctx, who(ctx), f, moving.Options{Format: in.Format, DryRun: in.DryRun, Now: a.Clock.Now(),
		Progress: func(done, total int) { m.say(user, importProgress{true, done, total}) }})
}

func (a *API) export(ctx context.Context, m *movings) (*huma.StreamResponse, error) {
	c := who(ctx)
	settings, err := a.Accounts.Settings(ctx, c)
	if err != nil {
		return nil, err
	}
	name := principal(ctx).Username
	now := a.Clock.Now()
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/zip")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="umbra-%s.zip"`, now.In(c.Location()).Format("2006-01-02")))
		hc.SetHeader("Cache-Control", "no-store")
		err := m.house.Write(ctx, c, hc.BodyWriter(), moving.Export{Username: name, Settings: settings, Version: a.Version, Now: now})
		if err == nil {
			return
		}
		if !errors.Is(err, context.Canceled) {
			a.log.ErrorContext(ctx, "an export ended early", "request", RequestID(ctx), "cause", err)
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}}, nil
}
