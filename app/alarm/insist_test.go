package alarm_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"umbra/app/alarm"
	"umbra/app/notify"
)

// wantVia compares over which channels was sent since it was asked last, and when.
func (h *house) wantVia(lines ...string) {
	h.t.Helper()
	synctest.Wait()
	h.peer.mu.Lock()
	defer h.peer.mu.Unlock()
	slices.Sort(h.peer.via)
	slices.Sort(lines)
	if !slices.Equal(h.peer.via, lines) {
		h.t.Errorf("sent %q\nwant %q", h.peer.via, lines)
	}
	h.peer.via = nil
}

func (h *house) escalate(order string) {
	h.t.Helper()
	h.exec("UPDATE settings SET escalation = $1 WHERE user_id = $2", order, h.ann.UserID)
}

// What nobody answers goes over one channel more each time; what does not insist
// goes over all of them at once.
func TestEscalation(t *testing.T) {
	each(t, func(h *house) {
		h.peer.on = []notify.Channel{notify.Ntfy, notify.Mail, notify.Push, notify.Webhook}
		h.escalate("push,ntfy")
		h.start()
		r := h.reminder("Stove", h.at("2000-01-01T08:00"), "", 10)
		h.todo("plain", "2000-01-01", "07:00", "PT0M")
		h.until("2000-01-01T07:30")
		h.wantVia("07:00 ntfy", "07:00 mail", "07:00 push", "07:00 webhook")
		h.until("2000-01-01T08:05")
		h.wantVia("08:00 push")
		if d := h.one("Stove"); len(d.Channels) != 1 || d.State != "sent" || !d.NextRingAt.Equal(h.at("2000-01-01T08:10")) {
			h.t.Errorf("%+v", d)
		}
		h.until("2000-01-01T08:15")
		h.wantVia("08:10 push", "08:10 ntfy")
		h.until("2000-01-01T08:25")
		h.wantVia("08:20 push", "08:20 ntfy", "08:20 mail", "08:20 webhook")
		h.peer.mu.Lock()
		h.peer.on = []notify.Channel{notify.Mail, notify.Webhook} // none that is named
		h.peer.mu.Unlock()
		h.until("2000-01-01T08:35")
		h.wantVia("08:30 mail", "08:30 webhook")
		_, err := h.reminders.Dismiss(context.Background(), h.ann, r.ID, nil)
		h.must(err)
		h.until("2000-01-01T09:30")
		h.wantVia()
		if d := h.one("Stove"); d.State != "acknowledged" || d.Rings != 4 || len(d.Channels) != 4 {
			h.t.Errorf("%+v", d)
		}
	})
}

// A channel that fails is not waited for: the next one is asked at once, and the
// one that has failed gets the latest message alone when it comes back.
func TestEscalationPastAChannelThatFails(t *testing.T) {
	each(t, func(h *house) {
		h.peer.on = []notify.Channel{notify.Ntfy, notify.Mail, notify.Push}
		h.escalate("ntfy,mail,push")
		broken := map[notify.Channel]error{notify.Ntfy: &notify.Error{Reason: "connection refused", Code: notify.CodeRefused},
			notify.Mail: &notify.Error{Reason: "the server refused the password", Code: notify.CodeUnauthentic, Permanent: true}}
		h.peer.refuse = func(c notify.Channel) error { return broken[c] }
		h.start()
		h.reminder("Stove", h.at("2000-01-01T08:00"), "", 30)
		h.until("2000-01-01T08:00")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := h.peer.log(); !slices.Equal(got, []string{"01-01T08:00 Stove"}) { // by push, within seconds
			h.t.Errorf("%q", got)
		}
		d := h.one("Stove")
		if d.State != "sent" || d.Rings != 3 || d.NextRingAt.Before(h.at("2000-01-01T08:30")) {
			h.t.Errorf("%+v", d)
		}
		h.until("2000-01-01T08:05") // its tries are 10 s, 30 s, … 5 and 10 minutes after the first, a fifth more or less
		h.peer.mu.Lock()
		delete(broken, notify.Ntfy)
		h.peer.mu.Unlock()
		h.until("2000-01-01T08:29")
		if got := h.peer.log(); len(got) != 1 { // ntfy is back: one message, not one for each ring
			h.t.Errorf("%q", got)
		}
		h.peer.mu.Lock()
		last := h.peer.last[len(h.peer.last)-1]
		first := h.peer.last[0]
		h.peer.mu.Unlock()
		if last.ID != first.ID { // the third ring's, as push has it
			h.t.Errorf("%s after %s", last.ID, first.ID)
		}
		_, err := h.Acknowledge(context.Background(), h.ann.UserID, h.one("Stove").ID)
		h.must(err)
		h.peer.via = nil
		h.until("2000-01-02T08:00")
		h.wantVia()
	})
}

// The first ring of what insists goes over the order's first channel also where
// it is the only one that is on.
func TestEscalationWithOneChannel(t *testing.T) {
	each(t, func(h *house) {
		h.escalate("mail,ntfy")
		h.peer.refuse = func(notify.Channel) error {
			return &notify.Error{Reason: "connection refused", Code: notify.CodeRefused}
		}
		h.start()
		h.reminder("Stove", h.at("2000-01-01T08:00"), "", 30)
		h.until("2000-01-01T08:00")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if d := h.one("Stove"); d.Rings != 1 || d.State != "pending" || d.Channels[0].Channel != string(notify.Ntfy) {
			h.t.Errorf("%+v", d)
		}
		p, err := h.List(context.Background(), h.ann.UserID, alarm.Filter{State: "failed"}, page1, "")
		h.must(err)
		if len(p.Items) != 0 {
			h.t.Errorf("%+v", p.Items)
		}
	})
}
