package server

import "umbra/app/notify"

// WayOut gives an open Umbra another way to other hosts, such as one that trusts
// a test's certificate. Before its Handler is made.
func (a *App) WayOut(out *notify.Outbound) {
	a.out.Close()
	a.out = out
	a.Senders = &senders{accounts: a.Accounts, push: a.Push, out: out, config: a.Config, log: a.log}
}
