package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"umbra/app/config"
)

const healthTimeout = 5 * time.Second

func (e *env) healthcheck() *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running server whether it is up",
		Long: `Asks the server that listens on this machine whether it is up, for containers and
monitoring: exit code 0 when it answers, 1 when it does not.`,
		Example: `  umbra healthcheck
  umbra healthcheck --listen :9000`,
		Args: between(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			settings, err := e.settings()
			if err != nil {
				return err
			}
			address, err := localAddress(settings.Listen)
			if err != nil {
				return err
			}
			if err := healthy(c.Context(), address); err != nil {
				return err
			}
			_, err = fmt.Fprintln(e.Out, "umbra answers at http://"+address)
			return err
		},
	}
}

// localAddress is where this machine reaches a server that listens there.
func localAddress(listen config.Address) (string, error) {
	host, port, err := net.SplitHostPort(string(listen))
	if err != nil {
		return "", err
	}
	if port == "0" {
		return "", errors.New("the port is 0, which is any free one: name the server's own with --listen")
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if err == nil && ip.Is6() {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}

// healthy asks the server at this address whether it is up.
func healthy(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/api/health", nil)
	if err != nil {
		return err
	}
	// Its own transport: a proxy in the environment is for elsewhere.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no server answers at %s: %w", address, errors.Unwrap(err))
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s is not well: it answered %s", address, res.Status)
	}
	return nil
}
