package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"umbra/app/alarm"
	"umbra/app/api"
	"umbra/app/db"
	"umbra/app/jobs"
	"umbra/app/metrics"
)

// factsFor is how long what the metrics ask the database is taken as known, so
// that an eager scraper costs no more than a lazy one.
const factsFor = 15 * time.Second

// facts are what the metrics have to ask for. What could not be learned is NaN.
type facts struct {
	mu   sync.Mutex
	at   time.Time
	last known
}

type known struct {
	sessions, users, journal, backup float64
	bytes, log                       float64 // of the database, and of SQLite's write-ahead log
}

// observe starts to count what Open has built, when the settings ask for metrics.
func (a *App) observe() {
	if a.Config.MetricsListen == "" {
		return
	}
	a.metrics = metrics.New()
	a.DB.Observe = a.metrics.Database
	for name, of := range map[string]func(known) float64{
		"umbra_sessions":                           func(k known) float64 { return k.sessions },
		"umbra_users":                              func(k known) float64 { return k.users },
		"umbra_journal_entries":                    func(k known) float64 { return k.journal },
		"umbra_backup_last_good_timestamp_seconds": func(k known) float64 { return k.backup },
		"umbra_db_bytes":                           func(k known) float64 { return k.bytes },
		"umbra_db_wal_bytes":                       func(k known) float64 { return k.log },
	} {
		a.metrics.Gauge(name, func() float64 { return of(a.facts.last) }) // Write runs under its lock
	}
	a.metrics.Gauge(`umbra_build_info{version="`+strings.Map(plain, a.Version)+`",engine="`+a.DB.Engine.String()+`",go="`+runtime.Version()+`"}`, func() float64 { return 1 })
	a.metrics.Gauge("umbra_db_connections_in_use", func() float64 { return float64(a.DB.Pool().Stats().InUse) })
	a.metrics.Gauge("umbra_db_connections_waited_seconds", func() float64 { return a.DB.Pool().Stats().WaitDuration.Seconds() })
	a.metrics.Gauge("umbra_password_hashes_running", func() float64 { running, _ := a.hasher.Load(); return float64(running) })
	a.metrics.Gauge("umbra_password_hashes_waiting", func() float64 { _, waiting := a.hasher.Load(); return float64(waiting) })
}

// observeDue adds what due work and deliveries tell of themselves.
func (a *App) observeDue() {
	if a.metrics == nil {
		return
	}
	for name, of := range map[string]func(jobs.Stats) float64{
		"umbra_jobs_running":           func(s jobs.Stats) float64 { return float64(s.Running) },
		"umbra_jobs_done_total":        func(s jobs.Stats) float64 { return float64(s.Done) },
		"umbra_jobs_failed_total":      func(s jobs.Stats) float64 { return float64(s.Failed) },
		"umbra_jobs_given_up_total":    func(s jobs.Stats) float64 { return float64(s.Dead) },
		"umbra_jobs_lag_seconds":       func(s jobs.Stats) float64 { return s.Lag.Seconds() },
		"umbra_jobs_worst_lag_seconds": func(s jobs.Stats) float64 { return s.Worst.Seconds() },
	} {
		a.metrics.Gauge(name, func() float64 { return of(a.Due.Stats()) })
	}
	for name, of := range map[string]func(alarm.Stats) float64{
		"umbra_deliveries_sent_total":        func(s alarm.Stats) float64 { return float64(s.Sent) },
		"umbra_deliveries_failed_total":      func(s alarm.Stats) float64 { return float64(s.Failed) },
		"umbra_deliveries_given_up_total":    func(s alarm.Stats) float64 { return float64(s.GivenUp) },
		"umbra_deliveries_lag_seconds":       func(s alarm.Stats) float64 { return s.Lag.Seconds() },
		"umbra_deliveries_worst_lag_seconds": func(s alarm.Stats) float64 { return s.Worst.Seconds() },
	} {
		a.metrics.Gauge(name, func() float64 { return of(a.Alarms.Stats()) })
	}
}

// observeEdge adds what the API alone can tell.
func (a *App) observeEdge(edge *api.API) {
	a.edge.Store(edge)
	a.metrics.Gauge("umbra_live_streams", func() float64 { return float64(a.edge.Load().LiveStreams()) })
}

func plain(r rune) rune {
	if r == '"' || r == '\\' || r < ' ' {
		return -1
	}
	return r
}

// learn asks the database, unless it was asked just now. It is called with the lock held.
func (a *App) learn(ctx context.Context) {
	if now := time.Now(); a.facts.at.IsZero() || now.Sub(a.facts.at) > factsFor {
		a.facts.at = now
		a.facts.last = a.lookAt(ctx)
	}
}

func (a *App) lookAt(ctx context.Context) known {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	number := func(query string, args ...any) float64 {
		n, _, err := db.One(ctx, a.DB, db.Value[int64], query, args...)
		if err != nil {
			return metrics.Unknown()
		}
		return float64(n)
	}
	k := known{
		sessions: number("SELECT COUNT(*) FROM user_sessions WHERE expires_at > $1", a.Clock.Now().UnixMicro()),
		users:    number("SELECT COUNT(*) FROM users"),
		// Counting rows would read the whole journal; numbers of a user follow each other.
		journal: number(`SELECT CAST(COALESCE(SUM(h.seq + 1 - COALESCE((SELECT MIN(j.seq) FROM journal j WHERE j.user_id = h.user_id), h.seq + 1)), 0) AS BIGINT) FROM journal_heads h`),
		backup:  metrics.Unknown(), log: metrics.Unknown(),
	}
	if a.DB.Engine == db.SQLite {
		k.bytes, k.log = sizeOf(a.DB.Path), sizeOf(a.DB.Path+"-wal")
	} else {
		k.bytes = number("SELECT pg_database_size(current_database())")
	}
	if st, err := a.Backups.Status(ctx); err == nil && st.LastGoodAt != nil {
		k.backup = float64(st.LastGoodAt.Unix())
	}
	return k
}

func sizeOf(path string) float64 {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		return metrics.Unknown()
	}
	return float64(info.Size())
}

// scraped answers /metrics, to whoever has the token when one is set.
func (a *App) scraped() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if token := string(a.Config.MetricsToken); token != "" {
			given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
				w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
				http.Error(w, "send UMBRA_METRICS_TOKEN as a bearer token", http.StatusUnauthorized)
				return
			}
		}
		a.facts.mu.Lock()
		defer a.facts.mu.Unlock()
		a.learn(r.Context())
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		a.metrics.Write(w)
	})
	return mux
}

// certificateEnds is a Unix time; NaN without HTTPS, and while no certificate was given.
func (a *App) certificateEnds() float64 {
	if ends := a.tls.ends(); !ends.IsZero() {
		return float64(ends.Unix())
	}
	return math.NaN()
}

// watchers are the doors for those who look after the server: metrics on their
// own address, profiles on a socket of this machine. They are closed by stop.
func (a *App) watchers(ctx context.Context) (stop func(), err error) {
	var servers []*http.Server
	stop = func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}
	begin := func(l net.Listener, h http.Handler) {
		s := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout, ErrorLog: discardConnectionNoise(a.log)}
		servers = append(servers, s)
		go func() { _ = s.Serve(l) }()
	}
	if address := string(a.Config.MetricsListen); address != "" {
		a.metrics.Gauge("umbra_certificate_ends_timestamp_seconds", a.certificateEnds)
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return stop, fmt.Errorf("listening for metrics on %s: %w", address, err)
		}
		a.log.InfoContext(ctx, "metrics", "at", "http://"+l.Addr().String()+"/metrics")
		begin(l, a.scraped())
	}
	if path := a.Config.DebugSocket; path != "" {
		l, err := debugSocket(ctx, path)
		if err != nil {
			stop()
			return func() {}, fmt.Errorf("listening on UMBRA_DEBUG_SOCKET %s: %w", path, err)
		}
		a.log.InfoContext(ctx, "profiles", "at", path)
		begin(l, profiles())
	}
	return stop, nil
}

// debugSocket makes a socket that its owner alone may use. One that a killed
// server left is replaced; anything else at the path is not.
func debugSocket(ctx context.Context, path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	return l, err
}

func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
