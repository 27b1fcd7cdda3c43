package webcal

import (
	"context"
	"encoding/json"
	"time"

	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/notify"
)

// Status is what came of fetching a calendar.
type Status struct {
	State   string     `json:"state" enum:"waiting,good,failed" doc:"Whether it was fetched: not yet, well, or not the last time." example:"good"`
	Failure string     `json:"failure" doc:"Why the last fetch failed, in the user's language; empty where it did not. What was fetched before stays." example:""`
	TriedAt *time.Time `json:"tried_at" doc:"When it was fetched last, well or not; null: never."`
	GoodAt  *time.Time `json:"good_at" doc:"When it was last fetched well, changed or not; null: never."`
	NextAt  *time.Time `json:"next_at" doc:"When it is fetched next; null: at once."`
	Every   int64      `json:"every_seconds" doc:"How many seconds lie between two fetches: what the calendar asks for, from an hour to a week." example:"21600"`
	Events  int64      `json:"events" doc:"How many events it held." example:"16"`
	Refused int64      `json:"refused" doc:"How many of them could not be read." example:"0"`
}

// row is a calendar's row in calendar_fetches.
type row struct {
	etag, modified    string
	hash              []byte
	every             time.Duration // 0: it does not say
	tried, good, next int64
	failures          int64
	failure           reason
	events, refused   int64
}

// reason is why a fetch failed: of the way there, or of what came, by a word of ours.
type reason struct {
	Why  notify.Why
	Word string
}

func (r reason) failed() bool { return r.Word != "" || r.Why.Text != "" }

// words are what can be wrong with what came.
var words = map[string][2]string{
	"no_calendar": {"what is at the address is no calendar (iCalendar), but perhaps a web page", "an der Adresse steht kein Kalender (iCalendar), sondern vielleicht eine Webseite"},
	"odd":         {"the calendar cannot be read", "der Kalender ist nicht zu lesen"},
	"cut_off":     {"the calendar ends in the middle", "der Kalender bricht mittendrin ab"},
	"empty":       {"the calendar holds no event; what was there before stays", "der Kalender enthält keinen Termin; was vorher da war, bleibt"},
	"too_many":    {"the calendar holds more than 10,000 events", "der Kalender enthält mehr als 10.000 Termine"},
}

func (r reason) in(language string) string {
	if w, ours := words[r.Word]; ours {
		if caller.German(language) {
			return w[1]
		}
		return w[0]
	}
	return r.Why.In(language)
}

func (r reason) text() string {
	if !r.failed() {
		return ""
	}
	b, _ := json.Marshal(r) // strings alone
	return string(b)
}

// settle notes what came of a fetch, and plans the next one.
func (r *row) settle(now time.Time, why reason, wait time.Duration) {
	r.tried, r.failure = clock.Micros(now), why
	next := Usual
	if r.every > 0 {
		next = min(max(r.every, shortest), longest)
	}
	if why.failed() {
		r.failures++
		next = max(min(firstWait<<min(r.failures-1, 10), lastWait), min(wait, lastWait))
	} else {
		r.good, r.failures = r.tried, 0
	}
	r.next = clock.Micros(now.Add(next))
}

func (r row) status(language string) Status {
	s := Status{State: "waiting", TriedAt: instant(r.tried), GoodAt: instant(r.good), NextAt: instant(r.next), Every: int64(Usual / time.Second), Events: r.events, Refused: r.refused}
	if r.every > 0 {
		s.Every = int64(min(max(r.every, shortest), longest) / time.Second)
	}
	switch {
	case r.failure.failed():
		s.State, s.Failure = "failed", r.failure.in(language)
	case r.good != 0:
		s.State = "good"
	}
	return s
}

func instant(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	at := clock.FromMicros(micros)
	return &at
}

// row reads what is known of a calendar's fetches from this address.
func (s *Service) row(ctx context.Context, userID, id int64, source string) (row, error) {
	r, _, err := db.One(ctx, s.DB, func(sc db.Scanner) (r row, err error) {
		var every int64
		var failure string
		err = sc.Scan(&r.etag, &r.modified, &r.hash, &every, &r.tried, &r.good, &r.next, &r.failures, &failure, &r.events, &r.refused)
		r.every = time.Duration(every) * time.Second
		if err == nil && failure != "" {
			err = json.Unmarshal([]byte(failure), &r.failure)
		}
		return r, err
	}, `SELECT etag, modified, hash, every, tried_at, good_at, next_at, failures, failure, events, refused
FROM calendar_fetches WHERE user_id = $1 AND calendar_id = $2 AND source = $3`, userID, id, source)
	return r, err
}

func (s *Service) save(ctx context.Context, userID, id int64, source string, r row) error {
	if r.hash == nil {
		r.hash = []byte{}
	}
	_, err := s.DB.Exec(ctx, `INSERT INTO calendar_fetches (calendar_id, user_id, source, etag, modified, hash, every, tried_at, good_at, next_at, failures, failure, events, refused)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (calendar_id) DO UPDATE SET source = excluded.source, etag = excluded.etag, modified = excluded.modified, hash = excluded.hash, every = excluded.every,
    tried_at = excluded.tried_at, good_at = excluded.good_at, next_at = excluded.next_at, failures = excluded.failures, failure = excluded.failure,
    events = excluded.events, refused = excluded.refused`,
		id, userID, source, r.etag, r.modified, r.hash, int64(r.every/time.Second), r.tried, r.good, r.next, r.failures, r.failure.text(), r.events, r.refused)
	return err
}
