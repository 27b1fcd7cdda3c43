package cmd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// firstSocket is the number of the first file that systemd hands on.
const firstSocket = 3

// activated are the sockets that systemd opened for serve (sd_listen_fds(3)): one
// for everything, and one named "http" that only sends browsers to HTTPS. So ports
// 80 and 443 take no capability. nil ones were not handed on.
func activated(environ []string) (main, plain net.Listener, err error) {
	get := lookup(environ)
	if get("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil, nil // for nobody, or for our parent
	}
	n, _ := strconv.Atoi(get("LISTEN_FDS"))
	names := strings.Split(get("LISTEN_FDNAMES"), ":")
	for i := range n {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		f := os.NewFile(uintptr(firstSocket+i), name)
		if f == nil {
			return nil, nil, fmt.Errorf("the socket number %d that systemd named is not open", i)
		}
		l, err := net.FileListener(f)
		_ = f.Close() // the listener has its own
		if err != nil {
			return nil, nil, fmt.Errorf("the socket %q that systemd named: %w", name, err)
		}
		switch {
		case name == "http" && plain == nil:
			plain = l
		case main == nil:
			main = l
		default:
			return nil, nil, fmt.Errorf("systemd named more sockets than the one for everything and the one called http")
		}
	}
	return main, plain, nil
}

// lookup finds the last value of a name in an environment.
func lookup(environ []string) func(name string) string {
	return func(name string) (value string) {
		for _, e := range environ {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				value = v
			}
		}
		return value
	}
}
