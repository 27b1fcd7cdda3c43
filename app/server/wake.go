package server

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"umbra/app/db"
	"umbra/app/journal"
	"umbra/app/secret"
)

// wakeChannel is where servers on one PostgreSQL tell each other whose records
// have changed. It only wakes: what changed is in the journal, and a word that
// is lost costs the time to the next one, or to a stream's heartbeat.
const wakeChannel = "umbra_journal"

// maxPayload keeps below what NOTIFY carries.
const maxPayload = 7000

// waker tells the other servers. Users are gathered while a word is under way.
type waker struct {
	to   *db.Notifier
	name string // tells our own words apart

	mu    sync.Mutex
	users map[int64]bool
	poke  chan struct{}
	stop  chan struct{}
	done  chan struct{}
}

// startWaker tells others of the journal's commits, on PostgreSQL, until close.
func startWaker(d *db.DB, j *journal.Journal) *waker {
	if d.Engine != db.Postgres {
		return nil
	}
	w := &waker{to: d.NewNotifier(), name: secret.NewToken()[:12], users: map[int64]bool{}, poke: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	j.Tell(w.add)
	go w.run()
	return w
}

func (w *waker) add(userID int64) {
	w.mu.Lock()
	w.users[userID] = true
	w.mu.Unlock()
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

func (w *waker) run() {
	defer close(w.done)
	defer w.to.Close()
	for {
		select {
		case <-w.poke:
			w.send()
		case <-w.stop:
			w.send()
			return
		}
	}
}

func (w *waker) send() {
	w.mu.Lock()
	var b strings.Builder
	b.WriteString(w.name)
	for id := range w.users {
		b.WriteString(" " + strconv.FormatInt(id, 10))
	}
	some := len(w.users) > 0
	clear(w.users)
	w.mu.Unlock()
	if !some {
		return
	}
	payload := b.String()
	if len(payload) > maxPayload {
		payload = w.name + " *"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = w.to.Notify(ctx, wakeChannel, payload) // the heartbeat makes up for it
}

// close sends what is left.
func (w *waker) close() {
	if w == nil {
		return
	}
	close(w.stop)
	<-w.done
}

// hearOthers wakes live streams when another server has written.
func (a *App) hearOthers(ctx context.Context) {
	pause := time.Second
	for ctx.Err() == nil {
		err := a.DB.Listen(ctx, wakeChannel, func() {
			pause = time.Second
			a.Journal.WakeAll() // of what was missed so far
		}, a.hear)
		if ctx.Err() != nil {
			return
		}
		a.log.WarnContext(ctx, "live changes of other servers come late until the database answers again", "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, 30*time.Second)
		case <-ctx.Done():
		}
	}
}

func (a *App) hear(payload string) {
	from, users, _ := strings.Cut(payload, " ")
	if from == a.waker.name {
		return
	}
	for _, user := range strings.Fields(users) {
		id, err := strconv.ParseInt(user, 10, 64)
		if err != nil {
			a.Journal.WakeAll()
			return
		}
		a.Journal.Wake(id)
	}
}
