package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"umbra/app/clock"
	"umbra/app/db"
)

// Status is how the backups stand.
type Status struct {
	Folder     string // where they are
	Second     string // and where else; "" for nowhere
	Every      time.Duration
	Running    bool
	LastGoodAt *time.Time // when one was made, or nothing had changed since
	NextDueAt  *time.Time // nil without a schedule, or while nobody is set up
	Warnings   []string   // what is better changed, for people
	Items      []Item     // in the folder, the newest first
}

// Item is one backup in the folder.
type Item struct {
	Stored
	Records   int64 // 0 when it was made by another server
	Encrypted bool
	Elsewhere bool // the second place has it too
}

const maxItems = 200

// Status reads how the backups stand, without asking the second place.
func (s *Service) Status(ctx context.Context) (Status, error) {
	out := Status{Folder: s.Dir, Every: s.Every, Items: []Item{}, Warnings: []string{}}
	if s.Second != nil {
		out.Second = s.Second.String()
	}
	good, found, err := s.lastGood(ctx)
	if err != nil {
		return out, err
	}
	if found {
		out.LastGoodAt = &good.started
	}
	last, any, err := s.lastRun(ctx, "1 = 1")
	if err != nil {
		return out, err
	}
	out.Running = any && last.alive(s.Clock.Now())
	if s.Every > 0 {
		due, err := s.due(ctx)
		if err != nil {
			return out, err
		}
		if now := s.Clock.Now(); !due.IsZero() && due.Before(now) {
			due = now
		}
		if !due.IsZero() {
			out.NextDueAt = &due
		}
	}
	age, err := s.Late(ctx)
	if err != nil {
		return out, err
	}
	if age != "" {
		out.Warnings = append(out.Warnings, age)
	}
	ended, is, err := s.lastRun(ctx, "outcome <> 'running'")
	if err != nil {
		return out, err
	}
	if is && ended.outcome == "failed" {
		out.Warnings = append(out.Warnings, "The last attempt failed: "+ended.message)
	} else if is && ended.message != "" {
		out.Warnings = append(out.Warnings, "The last backup is good, but: "+ended.message)
	}
	if near := s.near(); near != "" {
		out.Warnings = append(out.Warnings, near)
	}
	return out, s.items(ctx, &out)
}

func (s *Service) items(ctx context.Context, out *Status) error {
	files, err := Folder(s.Dir).List(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		out.Warnings = append(out.Warnings, "The folder of backups cannot be read: "+err.Error())
	}
	runs, err := db.Query(ctx, s.DB, scanRun, "SELECT "+runColumns+" FROM backup_runs WHERE outcome = 'made' ORDER BY id DESC LIMIT 500")
	if err != nil {
		return err
	}
	by := map[string]run{}
	for _, r := range runs {
		by[r.file] = r
	}
	for _, f := range files[:min(len(files), maxItems)] {
		r := by[f.Name]
		out.Items = append(out.Items, Item{Stored: f, Records: r.records, Elsewhere: r.elsewhere, Encrypted: named.FindStringSubmatch(f.Name)[3] != ""})
	}
	return nil
}

// Late says that the last good backup is too old, "" when it is not.
func (s *Service) Late(ctx context.Context) (string, error) {
	last, late, err := s.Overdue(ctx)
	switch {
	case err != nil || !late:
		return "", err
	case last == nil:
		return "There is no backup.", nil
	}
	return fmt.Sprintf("The last good backup is %s old.", inWords(s.Clock.Now().Sub(*last))), nil
}

// mostAge is how old a backup may become: two turns of the schedule, or a month
// without one.
func (s *Service) mostAge() time.Duration {
	if s.Every <= 0 {
		return 30 * 24 * time.Hour
	}
	return 2 * s.Every
}

// Overdue says when the last good backup was made, nil for never, and whether
// that is too long ago: two turns of the schedule, or a month without one.
func (s *Service) Overdue(ctx context.Context) (last *time.Time, late bool, err error) {
	oldest := s.Clock.Now().Add(-s.mostAge())
	good, found, err := s.lastGood(ctx)
	if err != nil {
		return nil, false, err
	}
	if found {
		return &good.started, good.started.Before(oldest), nil
	}
	first, found, err := db.One(ctx, s.DB, db.Value[int64], "SELECT created_at FROM users ORDER BY id LIMIT 1")
	return nil, found && clock.FromMicros(first).Before(oldest), err
}

// Uncopied says when the first backup was made that the second place, where there
// is one, still lacks, and whether it lacks them for as long as makes a backup
// overdue: the last attempt to copy failed too.
func (s *Service) Uncopied(ctx context.Context) (first *time.Time, late bool, err error) {
	if s.Second == nil {
		return nil, false, nil
	}
	last, found, err := s.lastRun(ctx, "outcome IN ('made', 'unchanged')")
	if err != nil || !found || last.message == "" {
		return nil, false, err
	}
	missing, found, err := db.One(ctx, s.DB, db.Value[int64], `SELECT started_at FROM backup_runs WHERE outcome = 'made' AND NOT elsewhere
AND id > (SELECT COALESCE(MAX(id), 0) FROM backup_runs WHERE elsewhere) ORDER BY id LIMIT 1`)
	if err != nil || !found {
		return nil, false, err
	}
	at := clock.FromMicros(missing)
	return &at, at.Before(s.Clock.Now().Add(-s.mostAge())), nil
}

// near warns while one broken disk would take the data and every copy of it.
func (s *Service) near() string {
	if s.DataFolder == "" {
		return ""
	}
	if same, known := sameDevice(s.DataFolder, s.Dir); known && !same {
		return ""
	}
	switch second := s.Second.(type) {
	case nil:
	case Folder:
		if same, known := sameDevice(s.DataFolder, string(second)); !known || !same {
			return "" // one that is not there is told by the attempt that failed
		}
	default:
		return ""
	}
	return "All backups lie on the same disk as the data: set UMBRA_BACKUP_COPY to a folder on another disk, a mounted share, or S3 storage."
}

func inWords(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}
