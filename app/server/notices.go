package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/caller"
	"umbra/app/clock"
	"umbra/app/fault"
	"umbra/app/jobs"
	"umbra/app/journal"
	"umbra/app/notify"
	"umbra/app/secret"
)

// The kinds of due work that tell users what concerns the safety of their account.
const (
	noticeJob     = "notices"      // chooses the channels
	noticeSendJob = "notice_sends" // sends over one
)

// notices are account's, sent as due work: written down by the transaction that
// makes them necessary, and so never lost, nor in its way.
type notices struct {
	queue    *jobs.Queue
	clock    clock.Clock
	accounts *account.Service
	send     notify.Deliverer
	public   string // where the interface is reached; may be empty
}

var _ account.Notices = (*notices)(nil)

// Enqueue implements account.Notices.
func (n *notices) Enqueue(ctx context.Context, notice account.Notice) error {
	text, err := json.Marshal(notice)
	if err != nil {
		return err
	}
	return n.queue.Once(ctx, noticeJob, secret.NewToken()[:22], string(text), n.clock.Now())
}

// massDeletion tells the owner that an application deletes most of a collection.
func (n *notices) massDeletion(ctx context.Context, m journal.MassDeletion) error {
	where := m.Name
	if where == "" {
		where = m.Collection
	}
	return n.Enqueue(ctx, account.Notice{UserID: m.UserID, Kind: account.MassDeletion, Client: m.Client, Where: where, Deleted: m.Deleted, Had: m.Had})
}

func (n *notices) kinds() []jobs.Kind {
	return []jobs.Kind{{Name: noticeJob, Do: n.spread, Workers: 2}, {Name: noticeSendJob, Do: n.deliver, Workers: 4}}
}

// spread makes one piece of work a channel, so that one that fails is tried
// again without the others.
func (n *notices) spread(ctx context.Context, j jobs.Job) jobs.Result {
	var notice account.Notice
	if err := json.Unmarshal([]byte(j.Payload), &notice); err != nil {
		return jobs.Result{Err: jobs.Permanent(err)}
	}
	channels, err := n.send.Channels(ctx, notice.UserID)
	if fault.Is(err, fault.NotFound) {
		return jobs.Result{} // the user is no more
	}
	if err != nil {
		return jobs.Result{Err: err}
	}
	return jobs.Result{Save: func(ctx context.Context, _ *jobs.Settled) error {
		for _, c := range channels {
			if err := n.queue.Once(ctx, noticeSendJob, j.Key+"/"+string(c), j.Payload, n.clock.Now()); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (n *notices) deliver(ctx context.Context, j jobs.Job) jobs.Result {
	var notice account.Notice
	if err := json.Unmarshal([]byte(j.Payload), &notice); err != nil {
		return jobs.Result{Err: jobs.Permanent(err)}
	}
	settings, err := n.accounts.Settings(ctx, caller.Caller{UserID: notice.UserID})
	if fault.Is(err, fault.NotFound) {
		return jobs.Result{}
	}
	if err != nil {
		return jobs.Result{Err: err}
	}
	id, channel, _ := strings.Cut(j.Key, "/")
	text, known := noticeTexts[textOf(notice)]
	if !known { // a newer Umbra wrote it down
		return jobs.Result{Err: jobs.Permanent(fmt.Errorf("there is no notice %q", textOf(notice)))}
	}
	m := notify.Message{ID: "notice-" + id, Priority: notify.High, Tags: []string{text.tag}, At: j.RunAt}
	if n.public != "" {
		m.URL = n.public + text.path
	}
	m.Title, m.Body = text.in(notice, settings)
	if err := n.send.Deliver(ctx, notice.UserID, notify.Channel(channel), m); err != nil {
		return jobs.Result{Err: alarm.Attempt(notify.AsError(err))}
	}
	return jobs.Result{}
}
