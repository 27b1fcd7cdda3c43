package webcal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"umbra/app/account"
	"umbra/app/api"
	"umbra/app/calendar"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/event"
	"umbra/app/fault"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/journal/journaltest"
	"umbra/app/notify"
	"umbra/app/opt"
	"umbra/app/page"
	"umbra/app/secret"
	"umbra/app/webcal"
)

// house is a user with a calendar that is filled from a peer on this machine.
type house struct {
	api.Services
	t     *testing.T
	db    *db.DB
	j     *journal.Journal
	clock *clock.Fake
	queue *jobs.Queue
	s     *webcal.Service
	ann   caller.Caller
	cal   calendar.Calendar

	peer  *httptest.Server
	mu    sync.Mutex // for what the peer's goroutines share
	serve http.HandlerFunc
	asked atomic.Int32
	last  http.Header // of the last request
}

// answers sets what the peer does.
func (h *house) answers(f http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serve = f
}

func (h *house) lastHeader() http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &house{t: t, db: d, clock: clock.NewFake(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))}
		h.j = journal.New(d, h.clock)
		keys, err := secret.NewKeys("a key for tests, which is long enough to be one")
		h.ok(err)
		accounts := account.New(account.Deps{DB: d, Journal: h.j, Clock: h.clock, Keys: keys})
		h.Services = api.NewServices(d, h.j, h.clock, accounts)
		h.ann = journaltest.User(t, d, h.j, "ann", "Europe/Berlin")
		h.ok(h.Welcome(t.Context(), h.ann))
		h.queue = jobs.NewQueue(d, h.clock)
		h.peer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.asked.Add(1)
			h.mu.Lock()
			h.last = r.Header.Clone()
			serve := h.serve
			h.mu.Unlock()
			serve(w, r)
		}))
		t.Cleanup(h.peer.Close)
		at := netip.MustParseAddrPort(strings.TrimPrefix(h.peer.URL, "http://"))
		out := notify.NewOutbound(notify.OutboundOptions{Limits: notify.Limits{Answer: 300 * time.Millisecond, Whole: 2 * time.Second},
			Allow: func(_ string, ip netip.Addr, port uint16) bool { return ip == at.Addr() && port == at.Port() }})
		t.Cleanup(out.Close)
		h.s = webcal.New(webcal.Deps{DB: d, Journal: h.j, Queue: h.queue, Clock: h.clock, Out: out, Accounts: accounts, Calendars: h.Calendars, Events: h.Events})
		h.cal, err = h.Calendars.Create(t.Context(), h.ann, calendar.Update{Name: opt.Some("Holidays"), Source: opt.Some(h.peer.URL + "/feed.ics?key=zebrafinch")})
		h.ok(err)
		test(t, h)
	})
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// gives makes the peer answer with a body.
func (h *house) gives(body string, headers ...string) {
	h.answers(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		_, _ = w.Write([]byte(body))
	})
}

// fetch fetches as due work and answers what came of it, and when it is due again.
func (h *house) fetch() (webcal.Status, time.Duration) {
	h.t.Helper()
	res := h.s.Do(h.t.Context(), jobs.Job{Kind: webcal.JobName, Key: strconv.FormatInt(h.cal.ID, 10)})
	if res.Err != nil || !res.Repeats {
		h.t.Fatalf("%+v", res)
	}
	var settled jobs.Settled
	h.ok(res.Save(h.t.Context(), &settled))
	st, err := h.s.Status(h.t.Context(), h.ann, h.cal.ID)
	h.ok(err)
	return st, settled.Again.Sub(h.clock.Now())
}

// titles are what the calendar holds, by uid.
func (h *house) events() map[string]event.Event {
	h.t.Helper()
	p, err := h.Events.List(h.t.Context(), h.ann, event.Filter{CalendarID: h.cal.ID}, page.Request{Limit: 500})
	h.ok(err)
	out := map[string]event.Event{}
	for _, e := range p.Items {
		out[e.UID] = e
	}
	return out
}

func (h *house) head() int64 {
	h.t.Helper()
	head, err := h.j.Head(h.t.Context(), h.ann.UserID)
	h.ok(err)
	return head.Seq
}

// vevent is an event of a day in June 2026.
func vevent(uid, title string, day int, more ...string) string {
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\nDTSTART;VALUE=DATE:202606%02d\r\n%sEND:VEVENT\r\n", uid, title, day, strings.Join(more, ""))
}

func ics(parts ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n" + strings.Join(parts, "") + "END:VCALENDAR\r\n"
}

func TestACalendarFollowsItsAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		alarm := "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\n"
		series := "BEGIN:VEVENT\r\nUID:choir\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Choir\r\nDTSTART;TZID=Europe/Berlin:20260605T190000\r\nDTEND;TZID=Europe/Berlin:20260605T203000\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:choir\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260612T190000\r\nSUMMARY:Concert\r\nDTSTART;TZID=Europe/Berlin:20260612T200000\r\nDTEND;TZID=Europe/Berlin:20260612T220000\r\nEND:VEVENT\r\n"
		h.gives(ics("REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n", vevent("a", "Corpus Christi", 4, alarm), vevent("b", "Gone soon", 5), series, "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:No event\r\nEND:VTODO\r\n"), "ETag", `"1"`, "Last-Modified", "Sun, 01 Mar 2026 07:00:00 GMT")
		st, again := h.fetch()
		if st.State != "good" || st.Events != 3 || st.Refused != 0 || again != 12*time.Hour || st.Every != 43200 {
			t.Errorf("%+v, again in %v", st, again)
		}
		got := h.events()
		if len(got) != 3 || got["a"].Title != "Corpus Christi" || len(got["a"].Reminders) != 0 {
			t.Fatalf("%v", got)
		}
		choir := got["choir"]
		if c := choir.Changed(); len(c) != 1 || c[0].Title != "Concert" || c[0].Start != "2026-06-12T20:00:00" || choir.RecurrenceRule != "FREQ=WEEKLY;COUNT=4" {
			t.Errorf("%v %+v", choir.RecurrenceRule, c)
		}

		// Nothing new: neither by what the server says, nor by what it sends, nor
		// where it only stamps everything anew.
		was := h.head()
		h.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) })
		if st, _ := h.fetch(); st.State != "good" || h.lastHeader().Get("If-None-Match") != `"1"` || h.lastHeader().Get("If-Modified-Since") != "Sun, 01 Mar 2026 07:00:00 GMT" {
			t.Errorf("%+v %v", st, h.lastHeader())
		}
		h.gives(strings.ReplaceAll(ics(vevent("a", "Corpus Christi", 4), vevent("b", "Gone soon", 5), series), "DTSTAMP:20260101", "DTSTAMP:20260301"))
		if st, again := h.fetch(); st.State != "good" || again != 6*time.Hour {
			t.Errorf("%+v, again in %v", st, again)
		}
		if now := h.head(); now != was {
			t.Errorf("the journal went from %d to %d", was, now)
		}

		// What changed is changed, what is gone goes, in one change-set that can be undone.
		h.gives(ics(vevent("a", "Fronleichnam", 4), vevent("c", "New", 6), series))
		h.fetch()
		if got := h.events(); len(got) != 3 || got["a"].Title != "Fronleichnam" || got["c"].Title != "New" || got["b"].ID != 0 || got["choir"].Rev != choir.Rev {
			t.Errorf("%v", got)
		}
		sets, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
		h.ok(err)
		if s := sets.Items[0]; s.Source != caller.Fetch || len(s.Entries) != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAFetchThatFailsTakesNothingAway(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		whole := ics(vevent("a", "Kept", 4), vevent("b", "Kept too", 5))
		h.gives(whole)
		h.fetch()
		was := h.head()
		elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(ics(vevent("x", "Inside", 7)))) }))
		t.Cleanup(elsewhere.Close)
		failures := 0
		for what, tt := range map[string]struct {
			serve http.HandlerFunc
			why   string
		}{
			"an error":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "500"},
			"not found":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "404"},
			"a web page": {text("<!doctype html><html><body>Sign in</body></html>"), "no calendar"},
			"nothing":    {text(""), "no calendar"},
			"no events":  {text(ics()), "no event"},
			"cut off":    {text(whole[:len(whole)-30]), "middle"},
			"cut off on its way": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
				_, _ = w.Write([]byte(whole[:len(whole)/2]))
			}, "127.0.0.1"},
			"NUL":      {text(whole + "\x00"), "cannot be read"},
			"too deep": {text(strings.Repeat("BEGIN:VEVENT\r\n", 5000)), "cannot be read"},
			"too much": {func(w http.ResponseWriter, _ *http.Request) {
				for range 10 << 4 {
					if _, err := w.Write([]byte(strings.Repeat("x", 1<<16))); err != nil {
						return
					}
				}
			}, "more than 8 MB"},
			"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write([]byte("\x1f\x8b"))
			}, "compressed"},
			"too slow":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "in time"},
			"on to elsewhere":   {redirect(elsewhere.URL), "not reached"},
			"on to the machine": {redirect("http://169.254.169.254/latest/meta-data"), "not reached"},
			"on to a file":      {redirect("file:///etc/passwd"), "cannot be used"},
			"on and on":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "more than 3 times"},
		} {
			h.answers(tt.serve)
			st, again := h.fetch()
			failures++
			if st.State != "failed" || !strings.Contains(st.Failure, tt.why) || st.GoodAt == nil || strings.Contains(st.Failure, "zebrafinch") {
				t.Errorf("%s: %+v", what, st)
			}
			if want := min(15*time.Minute<<(failures-1), 24*time.Hour); again != want {
				t.Errorf("%s: again in %v, want %v", what, again, want)
			}
			if n := len(h.events()); n != 2 || h.head() != was {
				t.Fatalf("%s: %d events are left", what, n)
			}
		}
		h.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(503)
		})
		if _, again := h.fetch(); again != 24*time.Hour { // by then longer than was asked
			t.Errorf("again in %v", again)
		}
		h.gives(whole)
		if st, again := h.fetch(); st.State != "good" || st.Failure != "" || again != 6*time.Hour {
			t.Errorf("%+v, again in %v", st, again)
		}
	})
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
	}
}

func TestOddCalendarsAreRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.answers(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed.ics" {
				http.Redirect(w, r, "/moved.ics", http.StatusFound)
				return
			}
			_, _ = w.Write([]byte(ics(vevent("latin", "Stra\xdfenfest", 4), vevent("", "No uid", 5), vevent("bad", "Bad", 6, "RRULE:FREQ=SECONDLY;INTERVAL=0\r\n"),
				"BEGIN:VEVENT\r\nUID:timeless\r\nSUMMARY:When?\r\nEND:VEVENT\r\n")))
		})
		st, _ := h.fetch()
		got := h.events()
		if st.State != "good" || st.Events != 4 || got["latin"].Title != "Straßenfest" {
			t.Errorf("%+v %v", st, got)
		}
		n, was := len(got), h.head()
		if n+int(st.Refused) != 4 || n < 2 {
			t.Errorf("%d events, %+v", n, st)
		}
		// The one without a uid is known by what it says
		h.answers(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(ics("X-NOTE:other bytes\r\n", vevent("latin", "Stra\xdfenfest", 4), vevent("", "No uid", 5))))
		})
		h.fetch()
		for uid, e := range h.events() {
			if uid != "latin" && e.Title != "No uid" {
				t.Errorf("%s %v", uid, e.Title)
			}
			if e.Rev > was {
				t.Errorf("%s was written anew", uid)
			}
		}
	})
}

func TestHowOftenACalendarIsFetched(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for line, want := range map[string]time.Duration{"": 6 * time.Hour, "X-PUBLISHED-TTL:PT1M\r\n": time.Hour, "X-PUBLISHED-TTL:P1D\r\n": 24 * time.Hour, "REFRESH-INTERVAL;VALUE=DURATION:P4W\r\n": 7 * 24 * time.Hour,
			"REFRESH-INTERVAL:nonsense\r\n": 6 * time.Hour, "REFRESH-INTERVAL:-P1D\r\n": 6 * time.Hour} {
			h.gives(ics(line, vevent("a", "x", 4)))
			if _, again := h.fetch(); again != want {
				t.Errorf("%q: %v", line, again)
			}
		}
	})
}

func TestWhatIsFetchedIsNotChangedHere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gives(ics(vevent("a", "Holiday", 4)))
		h.fetch()
		e := h.events()["a"]
		e.Say(h.ann)
		if e.Access != caller.Read {
			t.Errorf("%+v", e)
		}
		ctx := t.Context()
		own, err := h.Events.Create(ctx, h.ann, event.Update{Title: opt.Some("Mine"), Start: opt.Some("2026-06-01")})
		h.ok(err)
		if own.CalendarID == h.cal.ID {
			t.Fatal("it went into the calendar that is fetched")
		}
		into := event.Update{Title: opt.Some("x"), Start: opt.Some("2026-06-01"), CalendarID: opt.Some(h.cal.ID)}
		for what, err := range map[string]error{
			"create":   second(h.Events.Create(ctx, h.ann, into)),
			"update":   second(h.Events.Update(ctx, h.ann, e.ID, event.Part{}, nil, event.Update{Title: opt.Some("x")})),
			"delete":   h.Events.Delete(ctx, h.ann, e.ID, event.Part{}, nil),
			"put":      second(h.Events.Put(ctx, h.ann.By(caller.DAV), e.ID, journal.Origin{}, nil, event.Update{Title: opt.Some("x")}, nil)),
			"put new":  second(h.Events.Put(ctx, h.ann.By(caller.DAV), 0, journal.Origin{}, nil, into, nil)),
			"move in":  second(h.Events.Update(ctx, h.ann, own.ID, event.Part{}, nil, event.Update{CalendarID: opt.Some(h.cal.ID)})),
			"move out": second(h.Events.Update(ctx, h.ann, e.ID, event.Part{}, nil, event.Update{CalendarID: opt.Some(own.CalendarID)})),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, u := range map[string]calendar.Update{
			"the default one": {Default: opt.Some(true)}, "another scheme": {Source: opt.Some("file:///etc/passwd")}, "a password": {Source: opt.Some("https://a:b@example.org/x.ics")}, "words": {Source: opt.Some("holidays")},
		} {
			if _, err := h.Calendars.Update(ctx, h.ann, h.cal.ID, nil, u); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if c, err := h.Calendars.Update(ctx, h.ann, h.cal.ID, nil, calendar.Update{Source: opt.Some("webcal://example.org/x.ics")}); err != nil || c.Source != "https://example.org/x.ics" {
			t.Errorf("%v %v", c, err)
		}
		for i := range calendar.MaxSources {
			_, err := h.Calendars.Create(ctx, h.ann, calendar.Update{Name: opt.Some("More"), Source: opt.Some("https://example.org/y.ics")})
			if last := i == calendar.MaxSources-1; last != fault.Is(err, fault.Conflict) || !last && err != nil {
				t.Fatalf("%d: %v", i, err)
			}
		}
		// Without an address it is people's, and what is in it stays.
		if _, err := h.Calendars.Update(ctx, h.ann, h.cal.ID, nil, calendar.Update{Source: opt.Null[string]()}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Events.Update(ctx, h.ann, e.ID, event.Part{}, nil, event.Update{Title: opt.Some("Mine now")}); err != nil {
			t.Error(err)
		}
	})
}

// What a window remembers of a series does not outlast the address.
func TestWhoMayChangeASeriesFollowsItsCalendar(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gives(ics("BEGIN:VEVENT\r\nUID:choir\r\nSUMMARY:Choir\r\nDTSTART;TZID=Europe/Berlin:20260605T190000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n"))
		h.fetch()
		access := func(want string) {
			t.Helper()
			for range 2 { // the second time from memory
				p, err := h.Events.List(t.Context(), h.ann, event.Filter{Start: "2026-06-01", End: "2026-06-30"}, page.Request{Limit: 9})
				h.ok(err)
				if len(p.Items) != 4 {
					t.Fatalf("%d occurrences", len(p.Items))
				}
				for _, e := range p.Items {
					if e.Say(h.ann); e.Access != want {
						t.Errorf("%s, want %s", e.Access, want)
					}
				}
			}
		}
		access(caller.Read)
		_, err := h.Calendars.Update(t.Context(), h.ann, h.cal.ID, nil, calendar.Update{Source: opt.Some("")})
		h.ok(err)
		access(caller.Owner)
		_, err = h.Calendars.Update(t.Context(), h.ann, h.cal.ID, nil, calendar.Update{Source: opt.Some(h.cal.Source)})
		h.ok(err)
		access(caller.Read)
	})
}

func second[T any](_ T, err error) error { return err }

// A calendar that is deleted is fetched no more; brought back, it is again.
func TestTheEndOfACalendarIsTheEndOfItsFetches(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gives(ics(vevent("a", "Holiday", 4)))
		h.fetch()
		job := jobs.Job{Kind: webcal.JobName, Key: strconv.FormatInt(h.cal.ID, 10)}
		h.ok(h.db.Tx(t.Context(), func(ctx context.Context) error { return h.queue.Drop(ctx, job.Kind, job.Key) }))
		h.ok(h.Calendars.Delete(t.Context(), h.ann, h.cal.ID, nil))
		asked := h.asked.Load()
		if res := h.s.Do(t.Context(), job); res.Err != nil || res.Repeats || h.asked.Load() != asked {
			t.Errorf("%+v", res)
		}
		due := func() int64 {
			n, _, err := db.One(t.Context(), h.db, db.Value[int64], "SELECT COUNT(*) FROM jobs WHERE kind = $1", webcal.JobName)
			h.ok(err)
			return n
		}
		if n := due(); n != 0 {
			t.Fatalf("%d are due", n)
		}
		sets, err := h.j.History(t.Context(), h.ann, page.Request{Limit: 1})
		h.ok(err)
		if _, err := h.j.Undo(t.Context(), h.ann, sets.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		if c, err := h.Calendars.Find(t.Context(), h.ann, h.cal.ID); err != nil || c.Source != h.cal.Source || len(h.events()) != 1 || due() != 1 {
			t.Errorf("%+v %v, %d are due", c, err, due())
		}
		was := h.head()
		if st, _ := h.fetch(); st.State != "good" || h.head() != was && len(h.events()) != 1 {
			t.Errorf("%+v", st)
		}
		// A restored backup has the calendar and no due work.
		h.ok(h.db.Tx(t.Context(), func(ctx context.Context) error { return h.queue.Drop(ctx, job.Kind, job.Key) }))
		h.ok(h.s.Plan(t.Context()))
		if n := due(); n != 1 {
			t.Errorf("%d are due", n)
		}
	})
}
