package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"umbra/app/clock"
	"umbra/app/config"
	"umbra/app/db"
	"umbra/app/notify"
	"umbra/app/server"
)

// checkMail logs in at the mail server, and sends nothing.
func checkMail(ctx context.Context, c config.Config) finding {
	f := finding{"mail", ok, "no mail server is set", ""}
	if c.SMTPHost == "" {
		return f
	}
	f.Detail = fmt.Sprintf("%s:%d takes mail", c.SMTPHost, c.SMTPPort)
	err := server.CheckMail(ctx, c, build().Version)
	if err == nil {
		return f
	}
	f.Status, f.Detail, f.Fix = warn, err.Error(), "look at the settings UMBRA_SMTP_…; docs/notifications.md tells more"
	var e *notify.Error
	if errors.As(err, &e) && e.Code == notify.CodeUnauthentic {
		f.Fix = "set UMBRA_SMTP_USER and UMBRA_SMTP_PASSWORD anew: many providers want an app password here"
	}
	return f
}

// Days that deliveries are looked at for.
const deliveryDays = 7

// checkChannels says what became of the last messages, and whether the ntfy
// servers that people have set may be reached.
func checkChannels(ctx context.Context, d *db.DB, c config.Config) finding {
	f := finding{"notifications", ok, "nothing was to be sent in the last days", ""}
	sent, failed, last := map[string]int{}, map[string]int{}, map[string]string{}
	err := db.Each(ctx, d, func(row db.Scanner) error {
		var channel, state, problem string
		if err := row.Scan(&channel, &state, &problem); err != nil {
			return err
		}
		if state == "sent" {
			sent[channel]++
			delete(last, channel)
			return nil
		}
		failed[channel]++
		last[channel] = problem
		return nil
	}, `SELECT c.channel, c.state, c.error FROM delivery_channels c JOIN deliveries d ON d.user_id = c.user_id AND d.id = c.delivery_id
WHERE d.rang_at > $1 AND c.state <> 'pending' ORDER BY d.rang_at, d.id`, clock.System{}.Now().AddDate(0, 0, -deliveryDays).UnixMicro())
	var servers []string
	if err == nil {
		servers, err = db.Query(ctx, d, db.Value[string], "SELECT DISTINCT ntfy_server FROM settings WHERE ntfy_enabled AND ntfy_server <> '' ORDER BY ntfy_server")
	}
	if err != nil {
		f.Status, f.Detail, f.Fix = warn, describe(ctx, err), "look at what the database says of itself"
		return f
	}
	var said []string
	for _, channel := range slices.Sorted(maps.Keys(sent)) {
		said = append(said, fmt.Sprintf("%s: %d sent", channel, sent[channel]))
	}
	for _, channel := range slices.Sorted(maps.Keys(failed)) {
		text := fmt.Sprintf("%s: %d failed", channel, failed[channel])
		if problem, still := last[channel]; still {
			text += ", the last because " + firstBytes(problem, 200)
			f.Status, f.Fix = warn, "whose it is sees more under Settings, Notifications, and can send a test there"
		}
		said = append(said, text)
	}
	for _, address := range servers {
		if err := server.LookOutside(ctx, c, address); err != nil {
			said = append(said, "ntfy at "+address+": "+err.Error())
			f.Status, f.Fix = warn, "look whether the address is right and this machine finds it; one at home must be allowed with UMBRA_OUTBOUND_ALLOW"
		}
	}
	if len(said) > 0 {
		f.Detail = strings.Join(said, "; ")
	}
	return f
}
