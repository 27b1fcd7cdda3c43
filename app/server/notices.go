package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"umbra/app/account"
	"umbra/app/alarm"
	"umbra/app/caller"
	"umbra/app/care"
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
	m := notify.Message{ID: "notice-" + id, Priority: notify.High, Tags: []string{"lock"}, At: j.RunAt}
	path := "/settings/security"
	switch notice.Kind {
	case account.MassDeletion:
		path = "/"
	case account.Concern:
		m.Tags, path = []string{"warning"}, "/"
	}
	if n.public != "" {
		m.URL = n.public + path
	}
	m.Title, m.Body = noticeText(notice, settings)
	if err := n.send.Deliver(ctx, notice.UserID, notify.Channel(channel), m); err != nil {
		return jobs.Result{Err: alarm.Attempt(notify.AsError(err))}
	}
	return jobs.Result{}
}

// noticeText says what happened in the user's language. Both know English and German.
func noticeText(n account.Notice, reader account.Settings) (title, body string) {
	german := caller.German(reader.Language)
	if n.Kind == account.Concern {
		return concernText(n, reader)
	}
	from := n.Address
	if n.UserAgent != "" {
		from += " (" + n.UserAgent + ")"
	}
	switch {
	case n.Kind == account.MassDeletion && german:
		return "Fast alles gelöscht", fmt.Sprintf("„%s“ hat begonnen, „%s“ zu leeren: mindestens %d von %d Einträgen. Sie bleiben im Papierkorb, bis du auf der Startseite sagst, ob sie zurückkommen oder gehen sollen.", n.Client, n.Where, n.Deleted, n.Had)
	case n.Kind == account.MassDeletion:
		return "Almost everything deleted", fmt.Sprintf("“%s” has begun to empty “%s”: at least %d of %d entries. They stay in the trash until you say, on the first page, whether they come back or may go.", n.Client, n.Where, n.Deleted, n.Had)
	case n.Kind == account.NewDevice && german:
		return "Anmeldung mit einem neuen Gerät", fmt.Sprintf("Jemand hat sich von %s angemeldet. Warst du das nicht, beende die Sitzung in den Einstellungen unter Sicherheit und ändere dein Passwort.", from)
	case n.Kind == account.NewDevice:
		return "A log-in from a new device", fmt.Sprintf("Somebody logged in from %s. If it was not you, end that session in the settings, under Security, and change your password.", from)
	case n.Kind == account.PasskeySuspended && german:
		return "Ein Passkey ist ausgesetzt", fmt.Sprintf("Sein Zähler ging nicht weiter, was eine Kopie von ihm erklären würde; benutzt wurde er von %s. Er lässt niemanden mehr hinein: Entferne ihn in den Einstellungen unter Sicherheit und füge einen neuen hinzu.", from)
	case n.Kind == account.PasskeySuspended:
		return "A passkey is suspended", fmt.Sprintf("Its counter did not go on, which a copy of it would explain; it was used from %s. It lets nobody in any more: remove it in the settings, under Security, and add a new one.", from)
	case german:
		return "Dein Konto ist gesperrt", fmt.Sprintf("Zu viele Fehlversuche, zuletzt von %s. Das Konto öffnet sich nach 30 Minuten von selbst.", from)
	}
	return "Your account is locked", fmt.Sprintf("Too many failed log-ins, the last one from %s. The account opens by itself after 30 minutes.", from)
}

// concernText says what an administrator must see to.
func concernText(n account.Notice, reader account.Settings) (title, body string) {
	german, zone := caller.German(reader.Language), time.UTC
	if z, err := time.LoadLocation(reader.TimeZone); err == nil {
		zone = z
	}
	day := n.At.In(zone).Format("2 January 2006")
	if german {
		day = n.At.In(zone).Format("02.01.2006")
	}
	never, free := n.At.IsZero(), n.Free>>20
	switch {
	case n.Concern == care.LateBackup && german && never:
		return "Es gibt keine Sicherung", "Umbra konnte noch keine Sicherung anlegen. Was fehlt, steht in den Einstellungen unter Sicherungen."
	case n.Concern == care.LateBackup && never:
		return "There is no backup", "Umbra could not make a backup yet. What is wrong stands in the settings, under Backups."
	case n.Concern == care.LateBackup && german:
		return "Die Sicherungen bleiben aus", fmt.Sprintf("Die letzte gute Sicherung ist vom %s. Was fehlt, steht in den Einstellungen unter Sicherungen.", day)
	case n.Concern == care.LateBackup:
		return "Backups fail", fmt.Sprintf("The last good backup is of %s. What is wrong stands in the settings, under Backups.", day)
	case n.Concern == care.LateCopy && german:
		return "Die Sicherungen liegen nur an einem Ort", fmt.Sprintf("Seit dem %s kommt keine Sicherung mehr am zweiten Ort an. Warum, steht in den Einstellungen unter Sicherungen.", day)
	case n.Concern == care.LateCopy:
		return "Backups lie in one place alone", fmt.Sprintf("Since %s no backup has reached the second place. Why stands in the settings, under Backups.", day)
	case n.Concern == care.Certificate && german:
		return "Das Zertifikat läuft ab", fmt.Sprintf("Es gilt bis zum %s und wurde nicht erneuert; danach lehnen Browser und Geräte diesen Server ab. Warum, sagen das Protokoll des Servers und „umbra doctor“.", day)
	case n.Concern == care.Certificate:
		return "The certificate ends", fmt.Sprintf("It is good until %s and was not renewed; from then on browsers and devices refuse this server. The server's log and `umbra doctor` say why.", day)
	case german:
		return "Der Speicher wird voll", fmt.Sprintf("Auf dem Datenträger der Daten sind noch %d MiB frei. Ist er voll, lässt sich nichts mehr speichern.", free)
	}
	return "The disk fills up", fmt.Sprintf("The disk that holds the data has %d MiB left. Once it is full nothing can be saved.", free)
}
