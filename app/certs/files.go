package certs

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"umbra/app/clock"
)

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

// Files are a certificate and its key that somebody else renews: when they have
// changed they are read again.
type Files struct {
	cert, key string
	now       clock.Clock
	log       *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	looked  time.Time
	changed string // what tells one state of the files from another
}

// OpenFiles reads a certificate with its chain, and its key, in PEM.
func OpenFiles(cert, key string, now clock.Clock, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, now: now, log: log}
	f.looked, f.changed = now.Now(), f.state()
	return f, f.read()
}

func (f *Files) read() error {
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("the certificate %s with the key %s: %w", f.cert, f.key, err)
	}
	f.pair = &pair
	return nil
}

func (f *Files) state() (s string) {
	for _, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return "missing"
		}
		s += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
	}
	return s
}

// Certificate is what a handshake is answered with. While new files do not fit
// together, as between the writing of the one and the other, the old pair stays.
func (f *Files) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now.Now()
	if since := now.Sub(f.looked); since >= 0 && since < lookEvery {
		return f.pair, nil
	}
	f.looked = now
	if state := f.state(); state != f.changed {
		f.changed = state
		if err := f.read(); err != nil {
			f.changed = "" // looked at again
			f.log.Warn("the new certificate cannot be used, the old one stays", "error", err)
		} else {
			f.log.Info("a new certificate is used", "until", f.pair.Leaf.NotAfter)
		}
	}
	return f.pair, nil
}
