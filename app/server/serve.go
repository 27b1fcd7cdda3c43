package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Time limits of connections. There is no limit on writing a whole answer, for
// streams; live.go sets one for each write.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 8 * time.Second // within the 10 s that SIGTERM is given
	maxHeader     = 64 << 10
)

// Serve listens, calls ready with the address to open, and answers requests
// until ctx ends; then it lets requests in flight end and returns.
func (a *App) Serve(ctx context.Context, ready func(url string)) error {
	if a.lock == nil {
		if err := a.Lock(); err != nil {
			return err
		}
	}
	stopping := make(chan struct{})
	var err error
	if a.tls, err = a.encrypt(ctx); err != nil {
		return err
	}
	handler, err := a.Handler(stopping)
	if err != nil {
		return err
	}
	on, err := a.listen(ctx, a.tls)
	if err != nil {
		return err
	}
	endWatchers, err := a.watchers(ctx)
	defer endWatchers()
	if err != nil {
		on.close()
		return err
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: discardConnectionNoise(a.log)}
	background, endBackground := context.WithCancel(context.WithoutCancel(ctx))
	chores := a.startChores(background)
	defer func() {
		endBackground()
		chores.Wait()
	}()
	due, endDue := context.WithCancel(ctx) // it ends while requests drain
	dueEnded := a.startDue(due)
	defer func() {
		endDue()
		dueEnded()
	}()
	failed := make(chan error, 1)
	url := openAt("http", on.main.Addr())
	if a.tls != nil {
		srv.TLSConfig = a.tls.config // tells that HTTP/2 is spoken; the connections come decrypted
		url = openAt("https", on.main.Addr())
		_, port, _ := net.SplitHostPort(on.main.Addr().String())
		forward := &http.Server{Handler: a.tls.plain(a, handler, port), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: headerTimeout,
			MaxHeaderBytes: maxHeader, ErrorLog: srv.ErrorLog}
		defer func() { _ = forward.Close() }()
		for _, l := range on.plain {
			go func() { _ = forward.Serve(l) }()
		}
	}
	go func() { failed <- srv.Serve(on.main) }()
	ready(url)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	if a.engine.stopping != nil {
		a.engine.stopping.Store(time.Now().UnixNano())
	}
	close(stopping) // live streams would not end by themselves
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return srv.Close()
}

// openAt is the address a person on this machine opens.
func openAt(scheme string, addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return scheme + "://" + addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
