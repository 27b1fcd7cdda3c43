package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"umbra/app/config"
	"umbra/app/pgembed"
	"umbra/app/server"
)

func (e *env) serve() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Start Umbra: database, API, web interface",
		Long: `Starts everything: makes or migrates the database, then serves the API and the
web interface until it is stopped (Ctrl-C, SIGTERM), when it lets requests in
flight end. It listens to this machine alone unless --listen says otherwise.`,
		Example: `  umbra serve
  umbra serve --listen :8000
  umbra serve --tls local
  umbra serve --domain umbra.example.org
  umbra serve --data-dir /srv/umbra`,
		Args: between(0, 0, ""),
	}
	noMigrate := c.Flags().Bool("no-migrate", false, "leave the schema alone: an older one is an error")
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := e.settings()
		if err != nil {
			return err
		}
		e.warn(settings)
		o := e.options(settings)
		o.Create, o.NoMigrate = true, *noMigrate
		return e.run(c.Context(), o)
	}
	return c
}

func (e *env) run(ctx context.Context, o server.Options) (err error) {
	e.heedMemory()
	if o.Listener, o.PlainListener, err = activated(e.Environ); err != nil {
		return err
	}
	if o.Listener != nil { // what is said of the address is true then, too
		o.Config.Listen = config.Address(o.Listener.Addr().String())
	}
	a, err := server.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if e := a.Close(); err == nil {
			err = e
		}
	}()
	code, err := a.SetupCode(ctx)
	if err != nil {
		return err
	}
	n, err := newNotifier(e.Environ)
	if err != nil {
		return err
	}
	defer n.close()
	told := make(chan struct{})
	tell := context.AfterFunc(ctx, func() {
		n.say("STOPPING=1")
		close(told)
	})
	defer func() {
		if !tell() {
			<-told
		}
	}()
	err = a.Serve(ctx, func(url string) {
		e.welcome(a, url, code)
		n.say("READY=1")
		go n.watchdog(ctx, a.DB.Ping)
	})
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w; another program has this port: stop it, or choose another with --listen", err)
	}
	return err
}

// welcome says where everything is and what to open.
func (e *env) welcome(a *server.App, url, code string) {
	c := a.Config
	rows := [][]string{{"Umbra " + a.Version}, {"  data folder", c.DataDir}, {"  database", databaseName(c)}}
	if a.Fallback != "" {
		rows = append(rows, []string{"", "SQLite, because " + a.Fallback})
	}
	open := []string{url}
	if !c.PublicURL.IsZero() {
		open = []string{c.PublicURL.String()}
	} else if everywhere(c.Listen) {
		open = append(open, homeAddresses(url)...)
	}
	rows = append(rows, []string{"  open", strings.Join(open, "  ")})
	if c.Listen.Loopback() && c.PublicURL.IsZero() && !c.Encrypted() {
		rows = append(rows, []string{"  for your home network", "umbra serve --listen :" + port(c.Listen)})
	}
	if print := a.Fingerprint(); print != "" {
		trust := "http://" + strings.TrimPrefix(open[len(open)-1], "https://") + "/trust"
		rows = append(rows, []string{"  so that devices trust it", trust}, []string{"  fingerprint", print})
	}
	if code != "" {
		rows = append(rows, []string{"  set-up code", code + "  (asked for when the first visit comes from another machine)"})
	}
	_ = writeTable(e.Out, rows)
}

func databaseName(c config.Config) string {
	if path := server.DatabasePath(c); path != "" {
		return "sqlite " + path
	}
	if c.DB.Engine == config.EmbeddedPostgres {
		return "postgres " + pgembed.Version + " inside, in " + filepath.Join(c.DataDir, "postgres")
	}
	return c.DB.Masked()
}

func port(listen config.Address) string {
	_, p, err := net.SplitHostPort(string(listen))
	if err != nil || p == "0" {
		return "8000"
	}
	return p
}

func everywhere(listen config.Address) bool {
	host, _, _ := net.SplitHostPort(string(listen))
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

// homeAddresses are where the other machines of a home network reach the
// server that this machine opens at url.
func homeAddresses(url string) []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	scheme, address, _ := strings.Cut(url, "://")
	_, port, _ := net.SplitHostPort(address)
	var out []string
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsPrivate() {
			out = append(out, scheme+"://"+net.JoinHostPort(p.Addr().String(), port))
		}
	}
	return out
}
