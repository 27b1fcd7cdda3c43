package cmd

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// notifier talks to systemd (sd_notify(3), Type=notify). The nil one is for
// when nobody listens.
type notifier struct {
	conn  net.Conn
	every time.Duration // of the watchdog; 0 when there is none
}

func newNotifier(environ []string) (*notifier, error) {
	get := lookup(environ)
	socket := get("NOTIFY_SOCKET")
	if socket == "" {
		return nil, nil
	}
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "unixgram", socket) // one that begins with @ is abstract, to net as well
	if err != nil {
		return nil, fmt.Errorf("the NOTIFY_SOCKET that systemd named: %w", err)
	}
	n := &notifier{conn: conn}
	if pid := get("WATCHDOG_PID"); pid == "" || pid == strconv.Itoa(os.Getpid()) {
		usec, _ := strconv.ParseInt(get("WATCHDOG_USEC"), 10, 63)
		n.every = time.Duration(usec) * time.Microsecond / 2
	}
	return n, nil
}

func (n *notifier) say(state string) {
	if n != nil {
		_, _ = n.conn.Write([]byte(state))
	}
}

// watchdog says twice an interval that all is well, until ctx ends. A server
// whose database hangs says nothing, and systemd starts it again; one that
// answers an error would not get better by that.
func (n *notifier) watchdog(ctx context.Context, ping func(context.Context) error) {
	if n == nil || n.every <= 0 {
		return
	}
	t := time.NewTicker(n.every)
	defer t.Stop()
	for {
		limited, cancel := context.WithTimeout(ctx, n.every)
		_ = ping(limited)
		if limited.Err() == nil {
			n.say("WATCHDOG=1")
		}
		cancel()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func (n *notifier) close() {
	if n != nil {
		_ = n.conn.Close()
	}
}
