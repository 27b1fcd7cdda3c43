package cmd

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal how a long thing comes along, in one line that
// is gone at its end. Elsewhere it says nothing.
type progress struct {
	w    io.Writer
	mu   sync.Mutex // a copy reads and fills at once
	rows map[string]int64
	last time.Time
}

const showEvery = 100 * time.Millisecond

func (e *env) progress() *progress {
	f, ok := e.Err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{w: f, rows: map[string]int64{}}
}

func (p *progress) say(step, table string, rows int64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows[step] += rows
	if now := time.Now(); now.Sub(p.last) >= showEvery {
		p.last = now
		fmt.Fprintf(p.w, "\r\x1b[K%s: %d records, %s", step, p.rows[step], table)
	}
}

func (p *progress) end() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
