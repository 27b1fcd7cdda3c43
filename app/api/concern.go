package api

import (
	"context"
	"net/http"
	"time"

	"umbra/app/care"
)

// concern is care's, for people.
type concern struct {
	Kind string     `json:"kind" enum:"late_backup,late_copy,certificate,disk" doc:"late_backup: no good backup for two turns of the schedule; never where there is none. late_copy: the second place lacks backups for as long. certificate: the one of HTTPS ends within a week and was not renewed. disk: less than 500 MiB are left where the data is." example:"late_backup"`
	At   *time.Time `json:"at" doc:"When the last good backup was made, the first one that the second place lacks, or when the certificate ends; null where there is none." example:"2026-11-20T03:00:00Z"`
	Free *uint64    `json:"free_bytes" doc:"What is left on the disk; null where it is about something else." example:"104857600"`
}

type concerns struct {
	Items []concern `json:"items" doc:"Empty where all is well."`
}

func (a *API) registerConcerns() {
	register(a, op{id: "listConcerns", access: admin, method: http.MethodGet, path: "/api/concerns", tag: "Server", summary: "Say what an administrator must see to",
		description: "What does not get better by itself: backups, the certificate, the disk. Administrators are told by their own channels too, when it begins, and at most weekly."},
		func(ctx context.Context, _ *struct{}) (*struct{ Body concerns }, error) {
			out := concerns{Items: []concern{}}
			if a.Care == nil {
				return &struct{ Body concerns }{out}, nil
			}
			all, err := a.Care.Concerns(ctx)
			if err != nil {
				return nil, err
			}
			for _, c := range all {
				item := concern{Kind: c.Kind, At: c.At}
				if c.Kind == care.Disk {
					item.Free = &c.Free
				}
				out.Items = append(out.Items, item)
			}
			return &struct{ Body concerns }{out}, nil
		})
}
