package account

import (
	"context"
	"strings"
	"time"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/clock"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/page"
	"umbra/app/secret"
)

// What a feed is of.
const (
	FeedCalendar  = "calendar"  // the events of one calendar
	FeedProject   = "project"   // the tasks of one project
	FeedTodos     = "todos"     // the to-dos
	FeedReminders = "reminders" // the reminders
)

// MaxFeeds bounds the feeds of a user.
const MaxFeeds = 50

// Feed is a link by which whoever has it reads a part of a user's records, as
// its owner sees it. The link itself is shown once and kept nowhere.
type Feed struct {
	ID              int64      `json:"id" doc:"Number of the feed." example:"3"`
	Name            string     `json:"name" doc:"Who it is for." example:"Grandma"`
	Kind            string     `json:"kind" enum:"calendar,project,todos,reminders" doc:"What it is of." example:"calendar"`
	Record          *int64     `json:"record_id" doc:"The calendar or project; null for the other kinds." example:"1"`
	Busy            bool       `json:"busy_only" doc:"Whether events say when alone, and not what." example:"false"`
	CreatedAt       time.Time  `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	LastUsedAt      *time.Time `json:"last_used_at" doc:"When it was last read, to about a minute; null: never."`
	LastUsedAddress string     `json:"last_used_address" doc:"The address that it was last read from." example:"192.168.1.20"`
}

// NewFeed is a feed to be made.
type NewFeed struct {
	Name   string
	Kind   string
	Record int64 // of a calendar or project
	Busy   bool  // of a calendar
}

const feedColumns = "id, name, kind, COALESCE(calendar_id, project_id), busy, created_at, last_used_at, last_used_address"

func scanFeed(row db.Scanner) (f Feed, err error) {
	var created, used int64
	err = row.Scan(&f.ID, &f.Name, &f.Kind, &f.Record, &f.Busy, &created, &used, &f.LastUsedAddress)
	f.CreatedAt, f.LastUsedAt = clock.FromMicros(created), instant(used)
	return f, err
}

func (n *NewFeed) check() error {
	var c check.Check
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" {
		c.Add("name", "required", "must say who the link is for")
	} else {
		c.Line("name", n.Name, maxTokenName)
	}
	c.OneOf("kind", n.Kind, FeedCalendar, FeedProject, FeedTodos, FeedReminders)
	of := n.Kind == FeedCalendar || n.Kind == FeedProject
	switch {
	case of && n.Record == 0:
		c.Add("record_id", "required", "must name the calendar or project")
	case !of && n.Record != 0:
		c.Add("record_id", "unused", "is for calendars and projects alone")
	}
	if n.Busy && n.Kind != FeedCalendar {
		c.Add("busy_only", "unused", "is for calendars alone")
	}
	return c.Err()
}

// CreateFeed makes a feed and answers the secret of its link, which is not kept.
// It answers Invalid, also for a calendar or project that is not the user's own,
// and Conflict for a user with MaxFeeds.
func (s *Service) CreateFeed(ctx context.Context, userID int64, in NewFeed) (made Feed, text string, err error) {
	if err := in.check(); err != nil {
		return Feed{}, "", err
	}
	text = secret.NewToken()
	err = s.alter(ctx, userID, func(ctx context.Context, a account) error {
		n, _, err := db.One(ctx, s.DB, db.Value[int64], "SELECT COUNT(*) FROM feeds WHERE user_id = $1", a.ID)
		if err != nil {
			return err
		}
		if n >= MaxFeeds {
			return fault.Newf(fault.Conflict, "too_many_feeds", "There are %d links already, which is the most. Revoke one that is not needed any more.", MaxFeeds)
		}
		var calendarID, projectID *int64
		switch in.Kind {
		case FeedCalendar:
			calendarID = &in.Record
		case FeedProject:
			projectID = &in.Record
		}
		if in.Record != 0 {
			_, own, err := db.One(ctx, s.DB, db.Value[int64], "SELECT 1 FROM "+in.Kind+"s WHERE user_id = $1 AND id = $2", a.ID, in.Record)
			if err != nil {
				return err
			}
			if !own {
				return fault.BadField("record_id", "reference", "is none of yours")
			}
		}
		made, _, err = db.One(ctx, s.DB, scanFeed, `INSERT INTO feeds (user_id, name, token_hash, kind, calendar_id, project_id, busy, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING `+feedColumns,
			a.ID, in.Name, secret.HashToken(text), in.Kind, calendarID, projectID, in.Busy, clock.Micros(s.Clock.Now()))
		if err != nil {
			return err
		}
		return s.note(ctx, evFeedMade, a.ID, in.Name)
	})
	return made, text, err
}

// Feeds lists a user's feeds, the newest first.
func (s *Service) Feeds(ctx context.Context, userID int64, req page.Request) (page.Page[Feed], error) {
	return db.List(ctx, s.DB, db.Listing[Feed]{
		Select:  "SELECT " + feedColumns + "\nFROM feeds",
		Where:   (&db.Where{}).And("user_id = ?", userID),
		Sorts:   []db.Sort{{Name: "created_at", Column: "created_at", Int: true}},
		Default: "-created_at",
		Scan:    scanFeed,
	}, req, "")
}

// RevokeFeed ends a feed. It answers NotFound, also for somebody else's.
func (s *Service) RevokeFeed(ctx context.Context, userID, id int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context) error {
		name, found, err := db.One(ctx, s.DB, db.Value[string], "DELETE FROM feeds WHERE user_id = $1 AND id = $2 RETURNING name", userID, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Missing("feed", id)
		}
		return s.note(ctx, evFeedRevoked, userID, name)
	})
}

// OpenFeed answers the feed of a link and its owner, by one indexed read. It
// answers NotFound, the same for what never was one, was revoked, or is of a user
// who is shut out, and Limited for an address that makes links up.
func (s *Service) OpenFeed(ctx context.Context, text, address string) (Feed, caller.Caller, error) {
	now, hash := s.Clock.Now(), secret.HashToken(text)
	g := s.guess(hash, address)
	if err := g.limited("links"); err != nil {
		return Feed{}, caller.Caller{}, err
	}
	var f Feed
	c, found, err := db.One(ctx, s.DB, func(row db.Scanner) (c caller.Caller, err error) {
		var created, used int64
		var zone string
		err = row.Scan(&f.ID, &f.Name, &f.Kind, &f.Record, &f.Busy, &created, &used, &f.LastUsedAddress, &c.UserID, &zone, &c.Language, &c.Epoch)
		f.CreatedAt, f.LastUsedAt = clock.FromMicros(created), instant(used)
		c.ActorID, c.Source, c.Zone = c.UserID, caller.System, zoneOf(zone)
		return c, err
	}, `SELECT f.id, f.name, f.kind, COALESCE(f.calendar_id, f.project_id), f.busy, f.created_at, f.last_used_at, f.last_used_address,
    f.user_id, t.time_zone, t.language, h.epoch
FROM feeds f JOIN users u ON u.id = f.user_id JOIN settings t ON t.user_id = f.user_id JOIN journal_heads h ON h.user_id = f.user_id
WHERE f.token_hash = $1 AND NOT u.disabled`, hash)
	if err != nil {
		return f, c, err
	}
	if !found {
		g.wrong()
		return f, c, fault.New(fault.NotFound, "no_such_feed", "This link is not valid any more. Ask whoever gave it to you for a new one.")
	}
	g.right()
	if f.LastUsedAt == nil || now.Sub(*f.LastUsedAt) >= touchEvery {
		id := f.ID
		s.beside(ctx, touched{feed: id}, "when a link was last read was not written", func(ctx context.Context) error {
			_, err := s.DB.Exec(ctx, "UPDATE feeds SET last_used_at = $1, last_used_address = $2 WHERE id = $3 AND last_used_at < $1", clock.Micros(now), line(address, 64), id)
			return err
		})
	}
	return f, c, nil
}
