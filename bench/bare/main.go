// Command bare is the limit that Umbra is measured beside: the same web framework
// over the same SQLite, and nothing else. It knows no users, checks no rule,
// keeps no history and answers no conditional request; what it stores it syncs to
// the disk at each commit, as Umbra does.
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"path/filepath"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	_ "modernc.org/sqlite"
)

// todo has the fields of Umbra's to-dos.
type todo struct {
	ID             int64      `json:"id"`
	UID            string     `json:"uid"`
	Title          string     `json:"title"`
	Description    string     `json:"description"`
	Priority       string     `json:"priority"`
	DueDate        *string    `json:"due_date"`
	DueTime        *string    `json:"due_time"`
	Completed      bool       `json:"completed"`
	CompletedAt    *time.Time `json:"completed_at"`
	Category       string     `json:"category"`
	Tags           []string   `json:"tags"`
	RecurrenceRule string     `json:"recurrence_rule"`
	RepeatFrom     string     `json:"repeat_from"`
	ProjectID      *int64     `json:"project_id"`
	PersonID       *int64     `json:"person_id"`
	LocationID     *int64     `json:"location_id"`
	ParentID       *int64     `json:"parent_id"`
	Position       int64      `json:"position"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
}

type change struct {
	Title       string   `json:"title,omitempty" maxLength:"500"`
	Description string   `json:"description,omitempty" maxLength:"100000"`
	Priority    string   `json:"priority,omitempty" enum:"none,low,medium,high"`
	DueDate     *string  `json:"due_date,omitempty" format:"date"`
	Completed   bool     `json:"completed,omitempty"`
	Category    string   `json:"category,omitempty" maxLength:"200"`
	Tags        []string `json:"tags,omitempty"`
	Position    int64    `json:"position,omitempty"`
}

type (
	one  struct{ Body todo }
	many struct{ Body []todo }
	byID struct {
		ID int64 `path:"id"`
	}
	body struct{ Body change }
	edit struct {
		ID   int64 `path:"id"`
		Body change
	}
)

const columns = `id, uid, title, description, priority, due_date, due_time, completed, completed_at, category, tags,
recurrence_rule, repeat_from, project_id, person_id, location_id, parent_id, position, created_at, updated_at`

const schema = `CREATE TABLE IF NOT EXISTS todos (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,
priority TEXT NOT NULL, due_date TEXT, due_time TEXT, completed INTEGER NOT NULL, completed_at INTEGER, category TEXT NOT NULL, tags TEXT NOT NULL,
recurrence_rule TEXT NOT NULL, repeat_from TEXT NOT NULL, project_id INTEGER, person_id INTEGER, location_id INTEGER, parent_id INTEGER,
position INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS todos_open ON todos (completed, due_date, id);`

func main() {
	dir := flag.String("dir", ".", "folder of the database")
	listen := flag.String("listen", "127.0.0.1:8000", "host:port")
	flag.Parse()
	pragmas := "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-8000)"
	path := "file:" + filepath.Join(*dir, "bare.db") + pragmas
	writes, err := sql.Open("sqlite", path)
	if err != nil {
		log.Fatal(err)
	}
	writes.SetMaxOpenConns(1)
	if _, err := writes.Exec(schema); err != nil {
		log.Fatal(err)
	}
	reads, err := sql.Open("sqlite", path)
	if err != nil {
		log.Fatal(err)
	}
	reads.SetMaxOpenConns(4)
	reads.SetMaxIdleConns(4)
	s, err := prepare(reads, writes)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *listen, Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// store holds its statements prepared.
type store struct{ find, list, insert, update, remove *sql.Stmt }

func prepare(reads, writes *sql.DB) (s store, err error) {
	for _, p := range []struct {
		to   **sql.Stmt
		on   *sql.DB
		text string
	}{
		{&s.find, reads, "SELECT " + columns + " FROM todos WHERE id = ?"},
		{&s.list, reads, "SELECT " + columns + " FROM todos WHERE completed = 0 ORDER BY due_date, id LIMIT ?"},
		{&s.insert, writes, "INSERT INTO todos (uid, title, description, priority, due_date, completed, category, tags, recurrence_rule, repeat_from, position, created_at, updated_at) " +
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'due', ?, ?, ?) RETURNING " + columns},
		{&s.update, writes, "UPDATE todos SET title = ?, priority = ?, completed = ?, updated_at = ? WHERE id = ? RETURNING " + columns},
		{&s.remove, writes, "DELETE FROM todos WHERE id = ?"},
	} {
		if *p.to, err = p.on.Prepare(p.text); err != nil {
			return s, err
		}
	}
	return s, nil
}

func scan(r interface{ Scan(...any) error }) (t todo, err error) {
	var tags string
	var completedAt *int64
	var created, updated int64
	err = r.Scan(&t.ID, &t.UID, &t.Title, &t.Description, &t.Priority, &t.DueDate, &t.DueTime, &t.Completed, &completedAt, &t.Category, &tags,
		&t.RecurrenceRule, &t.RepeatFrom, &t.ProjectID, &t.PersonID, &t.LocationID, &t.ParentID, &t.Position, &created, &updated)
	if err != nil {
		return t, err
	}
	t.CreatedAt, t.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return t, json.Unmarshal([]byte(tags), &t.Tags)
}

func (s store) handler() http.Handler {
	r := chi.NewMux()
	config := huma.DefaultConfig("bare", "1")
	config.CreateHooks = nil // they write a link to its schema into each answer
	api := humachi.New(r, config)
	huma.Get(api, "/api/health", func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }, func(o *huma.Operation) { o.DefaultStatus = http.StatusOK })
	huma.Get(api, "/api/todos/{id}", func(ctx context.Context, in *byID) (*one, error) {
		t, err := scan(s.find.QueryRowContext(ctx, in.ID))
		return &one{t}, err
	})
	huma.Get(api, "/api/todos", func(ctx context.Context, in *struct {
		Limit int `query:"limit" default:"50" maximum:"500"`
	}) (*many, error) {
		rows, err := s.list.QueryContext(ctx, in.Limit)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		out := &many{Body: make([]todo, 0, in.Limit)}
		for rows.Next() {
			t, err := scan(rows)
			if err != nil {
				return nil, err
			}
			out.Body = append(out.Body, t)
		}
		return out, rows.Err()
	})
	huma.Post(api, "/api/todos", func(ctx context.Context, in *body) (*one, error) {
		tags, err := json.Marshal(in.Body.Tags)
		if err != nil {
			return nil, err
		}
		now := time.Now().UnixMicro()
		c := in.Body
		t, err := scan(s.insert.QueryRowContext(ctx, rand.Text(), c.Title, c.Description, c.Priority, c.DueDate, c.Completed, c.Category, string(tags), c.Position, now, now))
		return &one{t}, err
	})
	huma.Patch(api, "/api/todos/{id}", func(ctx context.Context, in *edit) (*one, error) {
		t, err := scan(s.update.QueryRowContext(ctx, in.Body.Title, in.Body.Priority, in.Body.Completed, time.Now().UnixMicro(), in.ID))
		return &one{t}, err
	})
	huma.Delete(api, "/api/todos/{id}", func(ctx context.Context, in *byID) (*struct{}, error) {
		_, err := s.remove.ExecContext(ctx, in.ID)
		return nil, err
	})
	return r
}
