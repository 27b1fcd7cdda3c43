package server

import (
	"context"
	"crypto/tls"

	"umbra/app/notify"
)

// WayOut gives an open Umbra another way to other hosts, such as one that trusts
// a test's certificate. Before its Handler is made.
func (a *App) WayOut(out *notify.Outbound) {
	a.out.Close()
	a.out = out
	a.Senders = &senders{accounts: a.Accounts, push: a.Push, out: out, config: a.Config, log: a.log}
}

// HouseCertificate is what a server with --tls local answers handshakes with.
func HouseCertificate(ctx context.Context, a *App) (*tls.Certificate, error) {
	e, err := a.encrypt(ctx)
	if err != nil {
		return nil, err
	}
	return e.house.Certificate(nil)
}
