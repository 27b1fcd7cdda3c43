package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/fault"
)

type backups struct {
	Running    bool         `json:"running" doc:"One is being made right now." example:"false"`
	EveryHours int          `json:"every_hours" doc:"Hours from one backup to the next; 0 where there is no schedule." example:"24"`
	LastGoodAt *time.Time   `json:"last_good_at" doc:"When the last good backup was made, or nothing was found to have changed since; null before the first." example:"2026-11-24T03:00:00Z"`
	NextDueAt  *time.Time   `json:"next_due_at" doc:"When the next one is due; null where there is no schedule." example:"2026-11-25T03:00:00Z"`
	Folder     string       `json:"folder" doc:"The server's folder that backups go to." example:"/var/lib/umbra/backups"`
	Second     string       `json:"second" doc:"The second place, a folder or s3://host/bucket/prefix; empty for none." example:"/mnt/disk/umbra"`
	Warnings   []string     `json:"warnings" doc:"What is better changed, in plain words." example:"[\"All backups lie on the same disk as the data.\"]"`
	Items      []backupItem `json:"items" doc:"The backups in the folder, the newest first, at most 200."`
}

type backupItem struct {
	Name      string    `json:"name" doc:"The file's name." example:"umbra-20261124T030000Z.tar.zst"`
	MadeAt    time.Time `json:"made_at" doc:"When it was made." example:"2026-11-24T03:00:00Z"`
	Bytes     int64     `json:"bytes" doc:"Its size." example:"184320"`
	Records   int64     `json:"records" doc:"The rows in it; 0 where that is not known." example:"3297"`
	Encrypted bool      `json:"encrypted" doc:"It opens with the passphrase alone." example:"true"`
	Elsewhere bool      `json:"elsewhere" doc:"The second place has it too." example:"false"`
}

func (a *API) registerBackups() {
	const tag = "Server"
	register(a, op{id: "list-backups", method: http.MethodGet, path: "/api/backups", tag: tag, access: admin, summary: "Say how the backups stand",
		errors: []int{http.StatusConflict}},
		func(ctx context.Context, _ *struct{}) (*struct{ Body backups }, error) {
			return a.backups(ctx)
		})
	register(a, op{id: "make-backup", method: http.MethodPost, path: "/api/backups", tag: tag, access: admin, status: http.StatusAccepted,
		summary: "Make a backup now", description: "Begins it and answers at once; the list says when it has ended. 409 while one is made already."},
		func(ctx context.Context, _ *struct{}) (*struct{ Body backups }, error) {
			if a.Backups == nil {
				return nil, noBackups()
			}
			if err := a.Backups.Begin(ctx); err != nil {
				return nil, err
			}
			return a.backups(ctx)
		})
}

func noBackups() error {
	return fault.New(fault.Conflict, "no_backups", "This server makes no backups.")
}

func (a *API) backups(ctx context.Context) (*struct{ Body backups }, error) {
	if a.Backups == nil {
		return nil, noBackups()
	}
	s, err := a.Backups.Status(ctx)
	if err != nil {
		return nil, err
	}
	out := backups{Running: s.Running, EveryHours: int(s.Every / time.Hour), LastGoodAt: s.LastGoodAt, NextDueAt: s.NextDueAt,
		Folder: s.Folder, Second: s.Second, Warnings: s.Warnings, Items: make([]backupItem, len(s.Items))}
	for i, x := range s.Items {
		out.Items[i] = backupItem{x.Name, x.MadeAt, x.Bytes, x.Records, x.Encrypted, x.Elsewhere}
	}
	return &struct{ Body backups }{out}, nil
}
