package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"umbra/app/fault"
)

// Options say where backups go, how often, and for how long they are kept.
type Options struct {
	Dir        string // made when it is needed
	Every      time.Duration
	Keep       Keep
	Second     Second                 // nil: none
	Passphrase func() (string, error) // nil, or "" of it: backups are not encrypted
	Scratch    string                 // the folder where proofs are unpacked, on a disk with room
	DataFolder string                 // on the data's own device; "" when the data is on another machine
	NoRuns     bool                   // the schema is older than backup_runs: attempts are not written down
	Log        *slog.Logger
}

// Service makes the backups of one database, by itself and when asked.
type Service struct {
	Source
	Options

	ctx     context.Context // of what was begun in the background
	stop    context.CancelFunc
	begun   sync.WaitGroup
	mu      sync.Mutex
	nextDue time.Time // what the last look at the database said; zero is unknown
}

// New makes the service.
func New(s Source, o Options) *Service {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	v := &Service{Source: s, Options: o}
	v.ctx, v.stop = context.WithCancel(context.Background())
	return v
}

// Close ends what runs in the background and waits for it.
func (s *Service) Close() {
	s.stop()
	s.begun.Wait()
}

// Settle waits for what was begun in the background.
func (s *Service) Settle() { s.begun.Wait() }

// Made is a backup that was proven and is in its place.
type Made struct {
	Path     string
	Bytes    int64
	Manifest Manifest
	Header   Header
	Warning  string // it is good, and yet something is not
}

// Begin makes a backup in the background. It answers Conflict while one is made,
// here or on another server of the same database.
func (s *Service) Begin(ctx context.Context) error {
	r, err := s.claim(ctx, false)
	if err != nil {
		return err
	}
	s.begun.Go(func() {
		if _, err := s.scheduled(s.ctx, r, true, nil); err != nil {
			s.Log.Error("making a backup failed", "error", err)
		}
	})
	return nil
}

// Make makes a backup in the folder, whether anything has changed or not.
func (s *Service) Make(ctx context.Context, progress Progress) (Made, error) {
	r, err := s.claim(ctx, false)
	if err != nil {
		return Made{}, err
	}
	return s.scheduled(ctx, r, true, progress)
}

// MakeAt makes a backup under a path of somebody's choice, which must be free.
func (s *Service) MakeAt(ctx context.Context, path, passphrase string, progress Progress) (Made, error) {
	r, err := s.claim(ctx, false)
	if err != nil {
		return Made{}, err
	}
	defer s.signs(ctx, r)()
	made, err := s.write(ctx, path, passphrase, progress)
	return made, s.finished(ctx, r, made, path, false, err)
}

// Tick makes a backup when one is due. Call it once a minute; it asks the
// database only when the time has come.
func (s *Service) Tick(ctx context.Context) {
	if s.Every <= 0 {
		return
	}
	s.mu.Lock()
	wait := s.Clock.Now().Before(s.nextDue)
	s.mu.Unlock()
	if wait {
		return
	}
	err := s.whenDue(ctx)
	if err != nil && ctx.Err() == nil && !fault.Is(err, fault.Conflict) {
		s.Log.ErrorContext(ctx, "making the backup that is due failed", "error", err)
	}
}

func (s *Service) whenDue(ctx context.Context) error {
	due, err := s.due(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if due.IsZero() { // nobody is set up: there is nothing to keep
		due = now.Add(10 * time.Minute)
	}
	if now.Before(due) {
		s.mu.Lock()
		s.nextDue = due
		s.mu.Unlock()
		return nil
	}
	r, err := s.claim(ctx, true)
	if err != nil {
		return err
	}
	_, err = s.scheduled(ctx, r, false, nil)
	return err
}

// scheduled makes a backup in the folder, copies it to the second place and
// removes what need not be kept. Unless always, none is written when nothing
// has changed since the last one.
func (s *Service) scheduled(ctx context.Context, r run, always bool, progress Progress) (Made, error) {
	defer s.signs(ctx, r)()
	if !always {
		done, err := s.unchanged(ctx, r)
		if done || err != nil {
			return Made{}, err
		}
	}
	made, err := s.inFolder(ctx, progress)
	elsewhere := false
	if err == nil && s.Second != nil {
		if err := s.toSecond(ctx, made.Path); err != nil {
			made.Warning = err.Error()
			s.Log.WarnContext(ctx, "a backup could not be copied to the second place", "error", err)
		} else {
			elsewhere = true
		}
	}
	if err == nil {
		if err := prune(ctx, Folder(s.Dir), s.Keep); err != nil && made.Warning == "" {
			made.Warning = "removing old backups failed: " + err.Error()
		}
		s.Log.InfoContext(ctx, "backup made", "file", made.Path, "bytes", made.Bytes, "records", made.Manifest.Records)
	}
	return made, s.finished(ctx, r, made, filepath.Base(made.Path), elsewhere, err)
}

func (s *Service) inFolder(ctx context.Context, progress Progress) (Made, error) {
	pass := ""
	if s.Passphrase != nil {
		var err error
		if pass, err = s.Passphrase(); err != nil {
			return Made{}, fmt.Errorf("the passphrase of backups: %w", err)
		}
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return Made{}, fmt.Errorf("making the folder of backups: %w", err)
	}
	Folder(s.Dir).tidy()
	name := nameFor(s.Clock.Now(), pass != "")
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(s.Dir, name)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		name = nameNext(nameFor(s.Clock.Now(), pass != ""), n)
	}
	return s.write(ctx, filepath.Join(s.Dir, name), pass, progress)
}

func (s *Service) toSecond(ctx context.Context, path string) error {
	if err := s.Second.Put(ctx, path); err != nil {
		return err
	}
	return prune(ctx, s.Second, s.Keep)
}

// lister is a place as prune sees it.
type lister interface {
	List(ctx context.Context) ([]Stored, error)
	Remove(ctx context.Context, name string) error
}

func prune(ctx context.Context, place lister, keep Keep) error {
	files, err := place.List(ctx)
	if err != nil {
		return err
	}
	for _, f := range keep.surplus(files) {
		if err := place.Remove(ctx, f.Name); err != nil {
			return err
		}
	}
	return nil
}

// write writes a backup beside its final name, proves what is on the disk, and
// gives it the name then.
func (s *Service) write(ctx context.Context, path, passphrase string, progress Progress) (made Made, err error) {
	if passphrase != "" {
		defer debug.FreeOSMemory() // scrypt's 64 MiB are wanted twice, and then not for a day
	}
	if _, err := os.Lstat(path); err == nil {
		return made, fault.Newf(fault.Conflict, "exists", "%s is there already: name another file.", path)
	}
	part := filepath.Join(filepath.Dir(path), ".umbra-"+filepath.Base(path)+".part")
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return made, err
	}
	defer func() {
		_ = f.Close()
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if _, made.Manifest, err = s.Write(ctx, f, passphrase, progress); err != nil {
		return made, err
	}
	if err = f.Sync(); err != nil {
		return made, err
	}
	if _, err = f.Seek(0, 0); err != nil {
		return made, err
	}
	var proven Manifest
	made.Header, proven, err = Prove(ctx, f, func() (string, error) { return passphrase, nil }, s.Migrations, s.Version, s.scratch(path), progress)
	if err != nil {
		return made, fmt.Errorf("the backup that was just made does not restore, and was thrown away: %w", err)
	}
	if proven.Digest != made.Manifest.Digest {
		err = errors.New("the backup that was just made holds something else than the database did, and was thrown away")
		return made, err
	}
	info, err := f.Stat()
	if err != nil {
		return made, err
	}
	made.Path, made.Bytes = path, info.Size()
	if made.Manifest.Mended > 0 {
		made.Warning = fmt.Sprintf("%d texts held bytes that are no text; they got U+FFFD in their place", made.Manifest.Mended)
	}
	if err = f.Close(); err != nil { // Windows renames no file that is open
		return made, err
	}
	if err = os.Rename(part, path); err != nil {
		return made, err
	}
	return made, syncFolder(filepath.Dir(path))
}

// scratch is where a proof is unpacked.
func (s *Service) scratch(path string) string {
	if s.Scratch != "" {
		return s.Scratch
	}
	return filepath.Dir(path)
}
