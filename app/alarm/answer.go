package alarm

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/secret"
)

// What a person can answer with the links of a message.
const (
	Done     = "done" // carried out on the record; seen, where that cannot be done
	Hour     = "hour" // again in an hour
	Tomorrow = "tomorrow"
)

const (
	// linkAge is how long the links of a message are good for.
	linkAge = 7 * 24 * time.Hour
	// LinkPath is where they lead.
	LinkPath = "/act"
)

// actions are the buttons of a message: links that are worth one answer to this
// one delivery, and nothing else.
func (s *Service) actions(d Delivery, w words) []notify.Action {
	if d.Kind == Digest {
		return nil
	}
	done := w.done
	if !CanBeDone(d.Kind) {
		done = w.seen
	}
	link := func(label, answer string) notify.Action {
		token := s.Keys.SignToken(secret.Action, linkPayload{d.userID, d.ID, answer, d.uid}.bytes(), s.Clock.Now())
		return notify.Action{Label: label, URL: s.Public + LinkPath + "?t=" + url.QueryEscape(token), Method: "POST"}
	}
	return []notify.Action{link(done, Done), link(w.hour, Hour), link(w.tomorrow, Tomorrow)}
}

// CanBeDone says whether a kind has something to carry out; of others one can say only that they were seen.
func CanBeDone(kind string) bool { return kind == Todo || kind == Reminder || kind == Contact }

// Link is what a link of a message would do.
type Link struct {
	Answer   string // Done, Hour or Tomorrow
	Kind     string
	Title    string
	German   bool
	Answered bool // it, or another of the same message, was used
}

// badLink is the one answer to a link that is not ours, too old, or of what is gone.
func badLink() error {
	return fault.New(fault.NotFound, "link_over", "This link is not valid any more. Open Umbra to answer there.")
}

// linkPayload is what the token of a link says.
type linkPayload struct {
	userID, id  int64 // of the delivery
	answer, uid string
}

func (p linkPayload) bytes() []byte {
	return fmt.Appendf(nil, "%d %d %s %s", p.userID, p.id, p.answer, p.uid)
}

// parseLink reads what bytes wrote, and nothing that is only like it.
func parseLink(b []byte) (p linkPayload, ok bool) {
	part := strings.Fields(string(b))
	if len(part) != 4 {
		return p, false
	}
	user, errUser := strconv.ParseInt(part[0], 10, 64)
	id, errID := strconv.ParseInt(part[1], 10, 64)
	p = linkPayload{user, id, part[2], part[3]}
	return p, errUser == nil && errID == nil && string(p.bytes()) == string(b)
}

func (s *Service) linkOf(ctx context.Context, token string) (u user, d Delivery, answer string, err error) {
	payload, _, err := s.Keys.VerifyToken(secret.Action, token, s.Clock.Now(), linkAge)
	if err != nil {
		return u, d, "", badLink()
	}
	p, ok := parseLink(payload)
	if !ok {
		return u, d, "", badLink()
	}
	u, found, err := s.user(ctx, p.userID)
	if err != nil {
		return u, d, "", err
	}
	if !found || u.disabled {
		return u, d, "", badLink()
	}
	// The uid keeps a link from meaning another delivery after a restore.
	d, err = s.Find(ctx, p.userID, p.id)
	if fault.Is(err, fault.NotFound) || err == nil && d.uid != p.uid {
		return u, d, "", badLink()
	}
	return u, d, p.answer, err
}

// Look says what a link would do, and does nothing: mail programs open links
// before people do. It answers NotFound.
func (s *Service) Look(ctx context.Context, token string) (Link, error) {
	u, d, answer, err := s.linkOf(ctx, token)
	return Link{Answer: answer, Kind: d.Kind, Title: d.Title, German: u.german(), Answered: d.AcknowledgedAt != nil}, err
}

// Follow carries out a link, once. It answers NotFound, and Conflict for a
// message that was answered already.
func (s *Service) Follow(ctx context.Context, token string) (Link, error) {
	u, d, answer, err := s.linkOf(ctx, token)
	if err != nil {
		return Link{}, err
	}
	err = s.reply(ctx, u, d, answer)
	return Link{Answer: answer, Kind: d.Kind, Title: d.Title, German: u.german(), Answered: true}, err
}

// Reply answers a delivery in the interface: NotFound, Invalid for an answer
// that there is not, Conflict for one that was answered already.
func (s *Service) Reply(ctx context.Context, userID, id int64, answer string) (Delivery, error) {
	u, found, err := s.user(ctx, userID)
	if err != nil {
		return Delivery{}, err
	}
	if !found {
		return Delivery{}, fault.Missing("user", userID)
	}
	d, err := s.Find(ctx, userID, id)
	if err != nil {
		return d, err
	}
	if err := s.reply(ctx, u, d, answer); err != nil {
		return d, err
	}
	return s.Find(ctx, userID, id)
}

func (s *Service) reply(ctx context.Context, u user, d Delivery, answer string) error {
	now := s.Clock.Now()
	until := now.Add(time.Hour).Truncate(time.Second)
	switch answer {
	case Done, Hour:
	case Tomorrow:
		until = u.at(clock.DateOf(now.In(u.Location())).AddDays(1), u.dayTime)
	default:
		return fault.BadField("answer", "choice", "must be one of done, hour, tomorrow")
	}
	// The record comes first: its journal number is the user's write lock.
	return s.Journal.Write(ctx, u.Caller, func(ctx context.Context, w *journal.Writer) error {
		w.ChangeSet()
		how := "snoozed"
		if answer == Done {
			how = "done"
			if !CanBeDone(d.Kind) {
				how = "seen"
			} else if err := s.Answers.Done(ctx, u.Caller, d.Kind, d.RecordID); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		} else if err := s.snooze(ctx, u, d, until); err != nil {
			return err
		}
		ok, err := s.answered(ctx, u.UserID, d.ID, how)
		if err == nil && !ok {
			return fault.New(fault.Conflict, "answered_already", "This was answered already.")
		}
		return err
	})
}

func (s *Service) snooze(ctx context.Context, u user, d Delivery, until time.Time) error {
	own, err := s.Answers.Snooze(ctx, u.Caller, d.Kind, d.RecordID, until)
	if err != nil || own {
		return err
	}
	r := Ring{At: until, About: d.AboutAt, Mark: "again " + until.UTC().Format(time.RFC3339), Occurrence: d.occurrence, AllDay: d.AllDay}
	if err := s.put(ctx, u.UserID, alarmKey{d.Kind, d.RecordID, ruleAgain}, r); err != nil {
		return err
	}
	return s.schedule(ctx, u.UserID)
}
