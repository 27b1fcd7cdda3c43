package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/account"
	"umbra/app/fault"
	"umbra/app/moving"
	"umbra/app/opt"
	"umbra/app/page"
)

type newFeed struct {
	Name   string         `json:"name" minLength:"1" maxLength:"100" doc:"Who it is for." example:"Grandma"`
	Kind   string         `json:"kind" enum:"calendar,project,todos,reminders" doc:"What it is of." example:"calendar"`
	Record opt.Opt[int64] `json:"record_id,omitzero" nullable:"false" minimum:"1" maximum:"9007199254740991" doc:"The calendar or project, one's own; left out for the other kinds." example:"1"`
	Busy   opt.Opt[bool]  `json:"busy_only,omitzero" nullable:"false" doc:"Of a calendar: say when alone, and not what." example:"false"`
}

// madeFeed is a new feed with its link, which is shown this once.
type madeFeed struct {
	account.Feed
	URL string `json:"url" doc:"The link itself; without a host where the server does not know how it is reached. It is shown once and kept nowhere." example:"http://192.168.1.20:8000/feeds/4Yb….ics"`
}

// feedPath is where feeds are read; what stands for the secret never gets into a log.
const feedPath = "/feeds/{secret}"

func (a *API) registerFeeds(r chi.Router) {
	const path = "/api/feeds"
	register(a, op{id: "createFeed", access: inPerson, proof: proofAlways, unjournaled: true, method: http.MethodPost, path: path, tag: tagAuth, status: http.StatusCreated,
		summary: "Make a secret link",
		description: "Whoever has the link reads what it is of, as iCalendar, until it is revoked: applications subscribe to it. It is in this answer and nowhere else. " +
			"At most 50 a user. A calendar or project that is deleted takes its links along."},
		func(ctx context.Context, in *struct{ Body newFeed }) (*createdOnce[madeFeed], error) {
			b := in.Body
			f, text, err := a.Accounts.CreateFeed(ctx, principal(ctx).UserID, account.NewFeed{Name: b.Name, Kind: b.Kind, Record: b.Record.Value, Busy: b.Busy.Value})
			if err != nil {
				return nil, err
			}
			return &createdOnce[madeFeed]{Location: fmt.Sprintf("%s/%d", path, f.ID), CacheControl: "no-store", Body: madeFeed{f, a.PublicURL.String() + "/feeds/" + text + ".ics"}}, nil
		})
	register(a, op{id: "listFeeds", access: inPerson, method: http.MethodGet, path: path, tag: tagAuth, summary: "List the secret links, newest first"},
		func(ctx context.Context, in *PageInput) (*many[account.Feed], error) {
			p, err := a.Accounts.Feeds(ctx, principal(ctx).UserID, in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, *in, p, func() (int64, error) {
				all, err := a.Accounts.Feeds(ctx, principal(ctx).UserID, page.Request{Limit: page.MaxLimit}) // more there are never
				return int64(len(all.Items)), err
			})
		})
	register(a, op{id: "revokeFeed", access: inPerson, unjournaled: true, method: http.MethodDelete, path: path + "/{id}", tag: tagAuth, status: http.StatusNoContent,
		summary: "Revoke a secret link", description: "It shows nothing any more, at once."},
		func(ctx context.Context, in *OneInput) (*struct{}, error) {
			return nil, a.Accounts.RevokeFeed(ctx, principal(ctx).UserID, in.ID)
		})
	house := houseOf(a.Deps)
	read := func(w http.ResponseWriter, req *http.Request) { a.readFeed(house, w, req) }
	r.Get(feedPath, read)
	r.Head(feedPath, read)
}

// readFeed answers a feed. It needs no session: the link is what lets in.
func (a *API) readFeed(house moving.House, w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer")
	ctx := r.Context()
	secret, named := strings.CutSuffix(chi.URLParam(r, "secret"), ".ics")
	if !named {
		secret = "" // none of ours
	}
	f, c, err := a.Accounts.OpenFeed(ctx, secret, client(ctx).Address)
	if err != nil {
		a.WriteProblem(w, r, err)
		return
	}
	head, err := a.Journal.Head(ctx, c.UserID)
	if err != nil {
		a.WriteProblem(w, r, err)
		return
	}
	// Whatever the owner changes makes it another: to ask costs little.
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d %s %s", f.ID, head.Epoch, head.Seq, c.Zone, c.Language))
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h.Set("ETag", etag)
	for t := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="umbra.ics"`)
	if r.Method == http.MethodHead {
		return
	}
	out := &feedWriter{w: w}
	if err := house.WriteFeed(ctx, c, f, out); err != nil {
		if !out.begun {
			h.Del("ETag")
			h.Del("Content-Disposition")
			if fault.Is(err, fault.NotFound) {
				err = fault.New(fault.NotFound, "no_such_feed", "This link is not valid any more. Ask whoever gave it to you for a new one.")
			}
			a.WriteProblem(w, r, err)
			return
		}
		panic(http.ErrAbortHandler) // half of it must not look like the whole
	}
}

// feedWriter knows whether anything was sent, and gives a slow reader time for each piece.
type feedWriter struct {
	w     http.ResponseWriter
	begun bool
}

func (f *feedWriter) Write(b []byte) (int, error) {
	f.begun = true
	_ = http.NewResponseController(f.w).SetWriteDeadline(time.Now().Add(30 * time.Second))
	return f.w.Write(b)
}
