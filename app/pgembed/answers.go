//go:build !linux

package pgembed

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"time"
)

// answers says whether a server listens where postmaster.pid says.
func (p postmaster) answers() bool {
	network, address := "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port))
	if p.socketDir != "" {
		network, address = "unix", filepath.Join(p.socketDir, ".s.PGSQL."+strconv.Itoa(p.port))
	}
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), network, address)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}
