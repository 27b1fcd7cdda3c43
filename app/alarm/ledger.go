package alarm

import (
	"context"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/notify"
	"umbra/app/page"
)

// Delivery is a line of the ledger: something that rang.
type Delivery struct {
	ID             int64      `json:"id" doc:"Number of the delivery." example:"17"`
	Kind           string     `json:"kind" enum:"todo,event,reminder,birthday,anniversary,contact,digest" doc:"What rang; contact is a person to get in touch with, digest the summary of the day." example:"event"`
	RecordID       int64      `json:"record_id" doc:"Number of the record; of the person for birthday, anniversary and contact; of the user for digest." example:"42"`
	Title          string     `json:"title" doc:"What the record is called now; empty where it is gone." example:"Choir"`
	Occurrence     *string    `json:"occurrence" doc:"Which occurrence of a repeating event: its recurrence id." example:"2025-01-31T19:00:00"`
	AboutAt        time.Time  `json:"about_at" doc:"When what it is about begins or is due." example:"2025-01-31T18:00:00Z"`
	AllDay         bool       `json:"all_day" doc:"Whether that is a day without a time." example:"false"`
	DueAt          time.Time  `json:"due_at" doc:"When it was to ring." example:"2025-01-31T17:30:00Z"`
	State          string     `json:"state" enum:"pending,sent,acknowledged,failed,missed" doc:"pending: on its way. sent: at least one channel took it. acknowledged: answered. failed: no channel took it within a day. missed: no channel was on, or a backup from before it went out was restored." example:"sent"`
	Late           bool       `json:"late" doc:"Whether its time had passed by more than a minute when it rang: the server was not running then." example:"false"`
	StandsFor      int64      `json:"stands_for" doc:"How many earlier occurrences were missed and are told with this one." example:"0"`
	HeldUntil      *time.Time `json:"held_until" doc:"When the quiet hours that hold it back end."`
	SentAt         *time.Time `json:"sent_at" doc:"When the first channel took it." example:"2025-01-31T17:30:01Z"`
	AcknowledgedAt *time.Time `json:"acknowledged_at" doc:"When it was answered."`
	Answer         string     `json:"answer" doc:"How: done, snoozed, seen, or moot where the record was done, dismissed or deleted; empty before." example:""`
	Rings          int        `json:"rings" doc:"How often it has rung; more than once where the reminder insists." example:"1"`
	NextRingAt     *time.Time `json:"next_ring_at" doc:"When it rings again unless it is answered."`
	Channels       []Channel  `json:"channels" doc:"What came of it on each channel."`

	uid, rule, mark, occurrence string
	userID                      int64
}

// Channel is what came of a delivery on one channel.
type Channel struct {
	Channel   string     `json:"channel" doc:"ntfy, mail, push or webhook." example:"ntfy"`
	State     string     `json:"state" enum:"pending,sent,failed" doc:"Where it stands." example:"sent"`
	Attempts  int        `json:"attempts" doc:"How often it was tried." example:"1"`
	NextTryAt *time.Time `json:"next_try_at" doc:"When it is tried next."`
	SentAt    *time.Time `json:"sent_at" doc:"When it was taken." example:"2025-01-31T17:30:01Z"`
	Error     string     `json:"error" doc:"Why the last attempt failed, in plain words, in English, or German for users of that language; empty where it did not." example:""`

	why string // the same without a language
}

// Say puts what went wrong into a language.
func (d *Delivery) Say(language string) {
	for i := range d.Channels {
		c := &d.Channels[i]
		c.Error = notify.SayKept(c.why, language, c.Error)
	}
}

// waits says whether it may still be sent.
func (d *Delivery) waits() bool { return d.AcknowledgedAt == nil && d.State != "missed" }

const deliveryColumns = `id, user_id, uid, kind, record_id, rule, mark, occurrence, due_at, about_at, all_day, state, late, stands_for, held_until,
rings, next_ring_at, sent_at, acknowledged_at, answer`

func scanDelivery(s db.Scanner) (Delivery, error) {
	var d Delivery
	var due, about int64
	var held, next, sent, ack *int64
	err := s.Scan(&d.ID, &d.userID, &d.uid, &d.Kind, &d.RecordID, &d.rule, &d.mark, &d.occurrence, &due, &about, &d.AllDay, &d.State, &d.Late, &d.StandsFor, &held,
		&d.Rings, &next, &sent, &ack, &d.Answer)
	d.DueAt, d.AboutAt = clock.FromMicros(due), clock.FromMicros(about)
	d.HeldUntil, d.NextRingAt, d.SentAt, d.AcknowledgedAt = clock.FromMicrosPtr(held), clock.FromMicrosPtr(next), clock.FromMicrosPtr(sent), clock.FromMicrosPtr(ack)
	if d.occurrence != "" {
		d.Occurrence = &d.occurrence
	}
	d.Channels = []Channel{}
	return d, err
}

func (s *Service) delivery(ctx context.Context, userID, id int64) (Delivery, bool, error) {
	return db.One(ctx, s.DB, scanDelivery, "SELECT "+deliveryColumns+" FROM deliveries WHERE user_id = $1 AND id = $2", userID, id)
}

// Filter narrows the ledger; the zero Filter takes all.
type Filter struct {
	State    string
	Kind     string
	From, To time.Time // of due_at; From counts, To does not
}

func (f Filter) where(userID int64) *db.Where {
	w := (&db.Where{}).And("user_id = ?", userID)
	if f.State != "" {
		w.And("state = ?", f.State)
	}
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	}
	if !f.From.IsZero() {
		w.And("due_at >= ?", clock.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.And("due_at < ?", clock.Micros(f.To))
	}
	return w
}

// List answers a page of a user's ledger, the latest first.
func (s *Service) List(ctx context.Context, userID int64, f Filter, req page.Request, sort string) (page.Page[Delivery], error) {
	w := f.where(userID)
	p, err := db.List(ctx, s.DB, db.Listing[Delivery]{Select: "SELECT " + deliveryColumns + "\nFROM deliveries", Where: w, Default: "-due_at",
		Scan: scanDelivery, Sorts: []db.Sort{{Name: "due_at", Column: "due_at", Int: true}}}, req, sort)
	if err != nil {
		return p, err
	}
	return p, s.fill(ctx, userID, p.Items)
}

// Find answers one line of a user's ledger; NotFound.
func (s *Service) Find(ctx context.Context, userID, id int64) (Delivery, error) {
	d, found, err := s.delivery(ctx, userID, id)
	if err == nil && !found {
		err = fault.Missing("delivery", id)
	}
	if err != nil {
		return d, err
	}
	one := []Delivery{d}
	err = s.fill(ctx, userID, one)
	return one[0], err
}

// fill adds channels and titles.
func (s *Service) fill(ctx context.Context, userID int64, all []Delivery) error {
	if len(all) == 0 {
		return nil
	}
	byID, ids := map[int64]*Delivery{}, make([]any, 0, len(all))
	records := map[string][]any{}
	for i := range all {
		d := &all[i]
		byID[d.ID] = d
		ids = append(ids, d.ID)
		if t := titles[d.Kind]; t != "" {
			records[t] = append(records[t], d.RecordID)
		}
	}
	w := db.In((&db.Where{}).And("user_id = ?", userID), "delivery_id", ids)
	if _, err := db.Query(ctx, s.DB, func(r db.Scanner) (bool, error) {
		var c Channel
		var id int64
		var next, sent *int64
		if err := r.Scan(&id, &c.Channel, &c.State, &c.Attempts, &next, &sent, &c.Error, &c.why); err != nil {
			return false, err
		}
		c.NextTryAt, c.SentAt = clock.FromMicrosPtr(next), clock.FromMicrosPtr(sent)
		if byID[id].AcknowledgedAt != nil {
			c.NextTryAt = nil // there is nothing to tell any more
		}
		byID[id].Channels = append(byID[id].Channels, c)
		return true, nil
	}, "SELECT delivery_id, channel, state, attempts, next_try_at, sent_at, error, reason FROM delivery_channels"+w.Text()+" ORDER BY delivery_id, channel", w.Args()...); err != nil {
		return err
	}
	for from, list := range records {
		w := db.In((&db.Where{}).And("user_id = ?", userID), "id", list)
		_, err := db.Query(ctx, s.DB, func(r db.Scanner) (bool, error) {
			var id int64
			var title string
			err := r.Scan(&id, &title)
			for i := range all {
				if titles[all[i].Kind] == from && all[i].RecordID == id {
					all[i].Title = title
				}
			}
			return true, err
		}, "SELECT "+from+w.Text(), w.Args()...)
		if err != nil {
			return err
		}
	}
	return nil
}

// titles is where the title of a kind's record is read.
var titles = map[string]string{
	Todo: "id, title FROM todos", Event: "id, title FROM calendar_events", Reminder: "id, title FROM reminders",
	Birthday: "id, display_name FROM people", Anniversary: "id, display_name FROM people", Contact: "id, display_name FROM people",
}

// keepLedger is how long the ledger goes back. It is longer than a clock is
// likely to be wrong: what is in it never rings again.
const keepLedger = 400 * 24 * time.Hour

// Expire removes what rang long ago.
func (s *Service) Expire(ctx context.Context) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		_, err := s.DB.Exec(ctx, "DELETE FROM deliveries WHERE rang_at < $1", clock.Micros(s.Clock.Now().Add(-keepLedger)))
		return err
	})
}

// Count says how many lines of a user's ledger a filter takes.
func (s *Service) Count(ctx context.Context, userID int64, f Filter) (int64, error) {
	w := f.where(userID)
	n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM deliveries"+w.Text(), w.Args()...)
	return n, err
}
