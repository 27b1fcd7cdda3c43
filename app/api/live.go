package api

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/account"
	"umbra/app/fault"
)

// Bounds of live streams.
const (
	maxStreams = 20 // at once, a user
	liveBatch  = 200
)

// LiveLimits are how long a live stream waits; 0 means the default.
type LiveLimits struct {
	Heartbeat    time.Duration // 25 s; also how often the session of a quiet stream is checked
	WriteTimeout time.Duration // 10 s; a client that takes nothing for so long is dropped
}

func (l LiveLimits) orDefault() LiveLimits {
	if l.Heartbeat <= 0 {
		l.Heartbeat = 25 * time.Second
	}
	if l.WriteTimeout <= 0 {
		l.WriteTimeout = 10 * time.Second
	}
	return l
}

// live serves the stream of a user's changes (server-sent events, as the HTML
// standard has them). It is a plain handler: it never ends.
type live struct {
	api     *API
	limits  LiveLimits
	mu      sync.Mutex
	streams map[int64]int
}

func (a *API) registerLive(handle func(pattern string, h http.HandlerFunc)) {
	l := &live{api: a, limits: a.Live.orDefault(), streams: map[int64]int{}}
	a.live = l
	handle("/api/live", l.serve)
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/api/live", Tags: []string{"History and trash"},
		Summary: "Follow changes as they happen",
		Description: "Server-sent events. `change` carries one change as the history has it; its id can be sent as Last-Event-ID to go on after it. " +
			"What changes in what others share with you comes too, with owner_id; that they share it, or no more, is a change of the kind share: read everything anew. " +
			"`ready` comes first and says where the stream begins. `reset` means that changes were missed that are no longer kept: read everything anew.",
		Security:   signedIn.security(),
		Extensions: map[string]any{"x-access": string(signedIn)},
		Metadata:   map[string]any{"access": signedIn},
		Parameters: []*huma.Param{{Name: "Last-Event-ID", In: "header", Description: "The id of the last event seen.", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(8000)}}},
		Responses: map[string]*huma.Response{
			"200": {Description: "A stream of events.", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString},
				Example: "event: change\nid: 4f2a6c1d-17\ndata: {\"kind\":\"todo\",\"id\":42,\"operation\":\"update\"}\n\n"}}},
			"401": problemResponse("Unauthorized"), "403": problemResponse("Forbidden"), "429": problemResponse("Too Many Requests"), "500": problemResponse("Internal Server Error"), "503": problemResponse("Service Unavailable"),
		},
	})
}

func ptr[T any](v T) *T { return &v }

func problemResponse(description string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}
}

func (l *live) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		l.fail(w, r, newProblem(r.Context(), http.StatusMethodNotAllowed, "method_not_allowed", "Only GET is answered here."))
		return
	}
	p, err := l.identify(r)
	if err != nil {
		l.fail(w, r, err)
		return
	}
	c := callerOf(p)
	if !l.enter(c.UserID) {
		l.fail(w, r, fault.Newf(fault.Limited, "too_many_streams", "At most %d live streams are open at once.", maxStreams).After(l.limits.Heartbeat))
		return
	}
	defer l.leave(c.UserID)
	s := &stream{w: w, out: http.NewResponseController(w), patience: l.limits.WriteTimeout, journal: l.api.Journal, now: l.api.Clock.Now}
	s.watch(c)
	defer func() { s.stop() }()
	kept, err := s.stand(r.Context())
	if err != nil {
		l.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	s.begin(lastEventID(r), kept)
	l.follow(r, s)
}

// identify says whose stream it is, by the session or by a token that may read.
func (l *live) identify(r *http.Request) (account.Principal, error) {
	p, err := l.api.identify(r.Context(), r.Header.Get("Authorization"), r.Header.Get("Cookie"))
	if err == nil && !p.May(account.Read) {
		err = account.BeyondScope(account.Read)
	}
	return p, err
}

// follow sends changes until the client, its session or token, or the server goes.
func (l *live) follow(r *http.Request, s *stream) {
	ctx := r.Context()
	tick := time.NewTicker(l.limits.Heartbeat)
	defer tick.Stop()
	for quiet := false; s.err == nil; {
		batch, err := s.read(ctx)
		if err != nil {
			return // the client comes again with its Last-Event-ID
		}
		// Nothing leaves once the session has ended, or a share was taken back: who
		// asks is read anew after what they would see. Either end is a signal too.
		p, err := l.identify(r)
		if err != nil {
			return
		}
		if c := callerOf(p); s.differs(c) {
			if err := s.share(ctx, c); err != nil {
				return
			}
			continue
		}
		if quiet {
			s.write(": still here\n\n")
		}
		if s.send(batch); batch.full {
			continue
		}
		quiet = false
		select {
		case <-s.signal:
		case <-tick.C:
			quiet = true
		case <-ctx.Done():
			return
		case <-l.api.Stopping:
			return
		}
	}
}

func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get("last_event_id") // for those whose client cannot set headers
}

func (l *live) enter(userID int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[userID] >= maxStreams {
		return false
	}
	l.streams[userID]++
	return true
}

func (l *live) leave(userID int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams[userID]--; l.streams[userID] == 0 {
		delete(l.streams, userID)
	}
}

// LiveStreams is how many live streams are open.
func (a *API) LiveStreams() (n int) {
	a.live.mu.Lock()
	defer a.live.mu.Unlock()
	for _, open := range a.live.streams {
		n += open
	}
	return n
}

func (l *live) fail(w http.ResponseWriter, r *http.Request, err error) {
	l.api.WriteProblem(w, r, err)
}

// WriteProblem answers an error outside of huma's operations.
func (a *API) WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problem(r.Context(), err)
	for k, vs := range p.GetHeaders() {
		w.Header()[k] = vs
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
