package api

import (
	"context"
	"net/http"

	"umbra/app/fault"
)

type health struct {
	Status string `json:"status" doc:"ok" example:"ok"`
}

type readiness struct {
	Status   string   `json:"status" doc:"ok" example:"ok"`
	Warnings []string `json:"warnings" doc:"What works and wants looking after, such as a last good backup that is too old." example:"[\"The last good backup is 9 days old.\"]"`
}

type version struct {
	Name    string `json:"name" doc:"The program." example:"Umbra"`
	Version string `json:"version" doc:"Its version." example:"1.0.0"`
}

func (a *API) registerMeta() {
	const tag = "Server"
	register(a, op{id: "health", method: http.MethodGet, path: "/api/health", tag: tag, access: public, summary: "Say that the server is up"},
		func(context.Context, *struct{}) (*struct{ Body health }, error) {
			return &struct{ Body health }{health{"ok"}}, nil
		})
	register(a, op{id: "ready", method: http.MethodGet, path: "/api/ready", tag: tag, access: public, summary: "Say whether the database can be reached and is migrated",
		description: "Answers 503 where it is not. Warnings do not change the status."},
		func(ctx context.Context, _ *struct{}) (*struct{ Body readiness }, error) {
			if err := a.Ready(ctx); err != nil {
				return nil, fault.New(fault.Overloaded, "not_ready", "The database cannot be reached, or is not migrated.").Because(err)
			}
			out := readiness{"ok", []string{}}
			if a.Backups != nil {
				late, err := a.Backups.Late(ctx)
				if err != nil {
					return nil, err
				}
				if late != "" {
					out.Warnings = append(out.Warnings, late)
				}
			}
			return &struct{ Body readiness }{out}, nil
		})
	register(a, op{id: "version", method: http.MethodGet, path: "/api/version", tag: tag, access: public, summary: "Say the server's version"},
		func(context.Context, *struct{}) (*struct{ Body version }, error) {
			return &struct{ Body version }{version{"Umbra", a.Version}}, nil
		})
}
