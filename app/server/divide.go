package server

import (
	"bufio"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// recordHandshake is the first byte of a TLS connection (RFC 8446 section 5.1),
// and of nothing that HTTP begins with.
const recordHandshake = 0x16

// divide makes two listeners of one port: who begins a TLS handshake comes out of
// the first, decrypted, everyone else of the second. So the address somebody
// types without https:// leads on, and one open port is enough.
func divide(l net.Listener, c *tls.Config) (encrypted, plain net.Listener) {
	d := &divided{Listener: l, done: make(chan struct{})}
	e, p := &half{divided: d, conns: make(chan net.Conn)}, &half{divided: d, conns: make(chan net.Conn)}
	go d.accept(e, p, c)
	return e, p
}

type divided struct {
	net.Listener
	once sync.Once
	done chan struct{}
	err  error
}

type half struct {
	*divided
	conns chan net.Conn
}

func (d *divided) accept(encrypted, plain *half, c *tls.Config) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			if passing, ok := err.(interface{ Temporary() bool }); ok && passing.Temporary() { // as net/http does: no file handle is left
				time.Sleep(50 * time.Millisecond)
				continue
			}
			d.end(err)
			return
		}
		go d.sort(conn, encrypted, plain, c)
	}
}

// sort waits for the first byte, which a client sends at once.
func (d *divided) sort(conn net.Conn, encrypted, plain *half, c *tls.Config) {
	_ = conn.SetReadDeadline(time.Now().Add(headerTimeout))
	r := bufio.NewReaderSize(conn, 1024)
	first, err := r.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	var to *half
	conn = &peeked{Conn: conn, r: r}
	if first[0] == recordHandshake {
		to, conn = encrypted, tls.Server(conn, c)
	} else {
		to = plain
	}
	select {
	case to.conns <- conn:
	case <-d.done:
		_ = conn.Close()
	}
}

func (d *divided) end(err error) {
	d.once.Do(func() {
		d.err = err
		close(d.done)
	})
}

// Accept answers the next connection of this half.
func (h *half) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, h.err
	}
}

// Close closes the port, and so both halves.
func (h *half) Close() error {
	h.end(net.ErrClosed)
	return h.Listener.Close()
}

// peeked is a connection of which the beginning was read already.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }
