package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"umbra/app/alarm"
	"umbra/app/fault"
	"umbra/app/limit"
)

// The links in messages. GET shows what a link would do and does nothing, for
// mail programs open links before people do; POST does it. The token is worth
// one answer to one message: no session is looked at, and none is needed.

const maxLink = 2000 // characters of a token

var linkWords = map[bool]map[string]string{
	false: {alarm.Done: "Done", "seen": "Seen", alarm.Hour: "Remind me in an hour", alarm.Tomorrow: "Remind me tomorrow",
		"did": "Thank you: that is noted.", "was": "This was answered already."},
	true: {alarm.Done: "Erledigt", "seen": "Gesehen", alarm.Hour: "In einer Stunde erinnern", alarm.Tomorrow: "Morgen erinnern",
		"did": "Danke, das ist vermerkt.", "was": "Das wurde schon beantwortet."},
}

func (a *API) registerLinks(r chi.Router) {
	admit := &buckets{most: 30, every: 2 * time.Second}
	handle := func(do bool) http.HandlerFunc {
		return func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			// Somebody else's page may send it (ntfy's own does): the token is all that counts.
			w.Header().Set("Access-Control-Allow-Origin", "*")
			if !admit.take(limit.Address(client(req.Context()).Address), time.Now()) {
				a.WriteProblem(w, req, fault.New(fault.Limited, "too_many_requests", "Too many links were opened from here. Wait a minute.").After(time.Minute))
				return
			}
			token := req.URL.Query().Get("t")
			if len(token) > maxLink {
				token = ""
			}
			look := a.Alarms.Look
			if do {
				look = a.Alarms.Follow
			}
			l, err := look(req.Context(), token)
			v := plainPage{german: l.German, heading: l.Title, home: true}
			status := http.StatusOK
			say := linkWords[l.German]
			switch {
			case fault.Is(err, fault.NotFound):
				status, v.heading, v.text = http.StatusNotFound, "Umbra", "This link is not valid any more. · Dieser Link gilt nicht mehr."
			case fault.Is(err, fault.Conflict) || err == nil && !do && l.Answered:
				v.text = say["was"]
				if do {
					status = http.StatusConflict
				}
			case err != nil:
				a.WriteProblem(w, req, err)
				return
			case do:
				v.text = say["did"]
			default:
				v.button = say[l.Answer]
				if l.Answer == alarm.Done && !alarm.CanBeDone(l.Kind) {
					v.button = say["seen"]
				}
			}
			v.show(w, status)
		}
	}
	r.Get(alarm.LinkPath, handle(false))
	r.Post(alarm.LinkPath, handle(true))
}

// buckets limits requests by address (IPv6: /64), in memory: one token comes back every so often.
type buckets struct {
	most  float64
	every time.Duration

	mu sync.Mutex
	by map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// maxBuckets bounds the memory; a full one begins anew.
const maxBuckets = 10_000

func (b *buckets) take(address string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil || len(b.by) >= maxBuckets {
		b.by = map[string]bucket{}
	}
	k, seen := b.by[address]
	if !seen {
		k = bucket{left: b.most, at: now}
	}
	k.left = min(b.most, k.left+float64(max(now.Sub(k.at), 0))/float64(b.every))
	k.at = now
	ok := k.left >= 1
	if ok {
		k.left--
	}
	b.by[address] = k
	return ok
}
