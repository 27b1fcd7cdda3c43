package dbtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy stands between a program and a PostgreSQL server. It makes each round
// trip slower, as a network does, and counts them: a query in a loop shows.
type Proxy struct {
	Address string // leads through the proxy

	to    string
	delay time.Duration
	trips atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// NewProxy begins to stand before the server at a postgres:// address.
func NewProxy(t testing.TB, address string, delay time.Duration) *Proxy {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{to: u.Host, delay: delay, conns: map[net.Conn]bool{}}
	u.Host = listener.Addr().String()
	p.Address = u.String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.Cut()
		all.Wait()
	})
	return p
}

// Trips is how many round trips there were so far: how often a client, having
// heard from the server, spoke again. Connections that tell other servers
// are left out, by their synchronous_commit: no request waits for them.
func (p *Proxy) Trips() int64 { return p.trips.Load() }

// Cut breaks all connections, as a server that stops does.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) serve(client net.Conn) {
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.to)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	defer func() {
		_, _ = client.Close(), server.Close()
		p.mu.Lock()
		delete(p.conns, client)
		delete(p.conns, server)
		p.mu.Unlock()
	}()
	var asked, apart atomic.Bool // the client spoke last; nobody waits for this connection
	var trips atomic.Int64
	go func() {
		_, _ = io.Copy(server, through{client, func(b []byte) {
			if !apart.Load() && bytes.Contains(b, []byte("synchronous_commit")) {
				apart.Store(true)
				p.trips.Add(-trips.Load())
			}
			if !asked.Swap(true) && !apart.Load() {
				trips.Add(1)
				p.trips.Add(1)
			}
		}})
		_ = server.Close()
	}()
	_, _ = io.Copy(client, through{server, func([]byte) {
		if asked.Swap(false) {
			time.Sleep(p.delay)
		}
	}})
}

// through tells of each read that brought something.
type through struct {
	from io.Reader
	tell func([]byte)
}

func (r through) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	if n > 0 {
		r.tell(b[:n])
	}
	return n, err
}
