package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is a kept-alive HTTP/1.1 connection that does as little as it can, so
// that what shares the machine with it is measured, not the load generator.
type conn struct {
	addr string
	c    net.Conn
	r    *bufio.Reader
	body []byte
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &conn{addr: addr, c: c, r: bufio.NewReaderSize(c, 64<<10)}, nil
}

func (c *conn) close() { _ = c.c.Close() }

// do sends a request and answers the response. header and body are valid until
// the next call; header is read only when wanted is not "".
func (c *conn) do(request []byte, wanted string) (status int, header string, body []byte, err error) {
	if _, err := c.c.Write(request); err != nil {
		return 0, "", nil, err
	}
	line, err := c.line()
	if err != nil {
		return 0, "", nil, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, "", nil, fmt.Errorf("odd status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, "", nil, err
	}
	length := 0
	for {
		if line, err = c.line(); err != nil {
			return 0, "", nil, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case isHeader(name, "content-length"):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, "", nil, err
			}
		case isHeader(name, "transfer-encoding"):
			length = -1
		case wanted != "" && isHeader(name, wanted):
			header = string(value)
		}
	}
	body, err = c.readBody(length)
	return status, header, body, err
}

// readBody reads length bytes, or chunks when it is negative.
func (c *conn) readBody(length int) ([]byte, error) {
	c.body = c.body[:0]
	if length >= 0 {
		err := c.read(length)
		return c.body, err
	}
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return nil, err
		}
		if err := c.read(int(n)); err != nil {
			return nil, err
		}
		if line, err = c.line(); err != nil || len(line) > 0 {
			return nil, errors.Join(err, errors.New("odd end of a chunk"))
		}
		if n == 0 {
			return c.body, nil
		}
	}
}

func (c *conn) read(n int) error {
	at := len(c.body)
	for cap(c.body)-at < n {
		c.body = append(c.body[:cap(c.body)], 0)
	}
	c.body = c.body[:at+n]
	_, err := io.ReadFull(c.r, c.body[at:])
	return err
}

func (c *conn) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// isHeader compares without case; lower is in lower case.
func isHeader(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

// appendRequest builds a request; headers are whole lines with their ends.
func appendRequest(b []byte, addr, method, path, headers, body string) []byte {
	for _, s := range []string{method, " ", path, " HTTP/1.1\r\nHost: ", addr, "\r\n", headers} {
		b = append(b, s...)
	}
	if body != "" {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	return append(b, body...)
}
