package server

import (
	"fmt"
	"time"

	"umbra/app/account"
	"umbra/app/caller"
	"umbra/app/care"
)

// noticeText is how one kind of notice is put, in the languages that there are.
// Bodies are formats: of who did it for what concerns an account; of client, place
// and counts for a mass deletion; of a day and MiB for concerns.
type noticeText struct {
	tag, path string // an ntfy tag; where it is looked at
	en, de    [2]string
}

const (
	security = "/settings/security"
	never    = " never" // of a concern that has no day
)

var noticeTexts = map[string]noticeText{
	account.NewDevice: {"lock", security,
		[2]string{"A log-in from a new device", "Somebody logged in from %[1]s. If it was not you, end that session in the settings, under Security, and change your password."},
		[2]string{"Anmeldung mit einem neuen Gerät", "Jemand hat sich von %[1]s angemeldet. Warst du das nicht, beende die Sitzung in den Einstellungen unter Sicherheit und ändere dein Passwort."}},
	account.AccountLocked: {"lock", security,
		[2]string{"Your account is locked", "Too many failed log-ins, the last one from %[1]s. The account opens by itself after 30 minutes."},
		[2]string{"Dein Konto ist gesperrt", "Zu viele Fehlversuche, zuletzt von %[1]s. Das Konto öffnet sich nach 30 Minuten von selbst."}},
	account.PasskeySuspended: {"lock", security,
		[2]string{"A passkey is suspended", "Its counter did not go on, which a copy of it would explain; it was used from %[1]s. It lets nobody in any more: remove it in the settings, under Security, and add a new one."},
		[2]string{"Ein Passkey ist ausgesetzt", "Sein Zähler ging nicht weiter, was eine Kopie von ihm erklären würde; benutzt wurde er von %[1]s. Er lässt niemanden mehr hinein: Entferne ihn in den Einstellungen unter Sicherheit und füge einen neuen hinzu."}},
	account.MassDeletion: {"lock", "/",
		[2]string{"Almost everything deleted", "“%[2]s” has begun to empty “%[3]s”: at least %[4]d of %[5]d entries. They stay in the trash until you say, on the first page, whether they come back or may go."},
		[2]string{"Fast alles gelöscht", "„%[2]s“ hat begonnen, „%[3]s“ zu leeren: mindestens %[4]d von %[5]d Einträgen. Sie bleiben im Papierkorb, bis du auf der Startseite sagst, ob sie zurückkommen oder gehen sollen."}},
	care.LateBackup: {"warning", "/",
		[2]string{"Backups fail", "The last good backup is of %[6]s. What is wrong stands in the settings, under Backups."},
		[2]string{"Die Sicherungen bleiben aus", "Die letzte gute Sicherung ist vom %[6]s. Was fehlt, steht in den Einstellungen unter Sicherungen."}},
	care.LateBackup + never: {"warning", "/",
		[2]string{"There is no backup", "Umbra could not make a backup yet. What is wrong stands in the settings, under Backups."},
		[2]string{"Es gibt keine Sicherung", "Umbra konnte noch keine Sicherung anlegen. Was fehlt, steht in den Einstellungen unter Sicherungen."}},
	care.LateCopy: {"warning", "/",
		[2]string{"Backups lie in one place alone", "Since %[6]s no backup has reached the second place. Why stands in the settings, under Backups."},
		[2]string{"Die Sicherungen liegen nur an einem Ort", "Seit dem %[6]s kommt keine Sicherung mehr am zweiten Ort an. Warum, steht in den Einstellungen unter Sicherungen."}},
	care.Certificate: {"warning", "/",
		[2]string{"The certificate ends", "It is good until %[6]s and was not renewed; from then on browsers and devices refuse this server. The server's log and `umbra doctor` say why."},
		[2]string{"Das Zertifikat läuft ab", "Es gilt bis zum %[6]s und wurde nicht erneuert; danach lehnen Browser und Geräte diesen Server ab. Warum, sagen das Protokoll des Servers und „umbra doctor“."}},
	care.Disk: {"warning", "/",
		[2]string{"The disk fills up", "The disk that holds the data has %[7]d MiB left. Once it is full nothing can be saved."},
		[2]string{"Der Speicher wird voll", "Auf dem Datenträger der Daten sind noch %[7]d MiB frei. Ist er voll, lässt sich nichts mehr speichern."}},
}

// textOf is which of the texts a notice has.
func textOf(n account.Notice) string {
	switch {
	case n.Kind != account.Concern:
		return n.Kind
	case n.Concern == care.LateBackup && n.At.IsZero():
		return n.Concern + never
	}
	return n.Concern
}

// in says it to its reader: in their language, with days of their zone.
func (t noticeText) in(n account.Notice, reader account.Settings) (title, body string) {
	words, format := t.en, "2 January 2006"
	if caller.German(reader.Language) {
		words, format = t.de, "02.01.2006"
	}
	from, zone := n.Address, time.UTC
	if n.UserAgent != "" {
		from += " (" + n.UserAgent + ")"
	}
	if z, err := time.LoadLocation(reader.TimeZone); err == nil {
		zone = z
	}
	// The empty last one lets a text leave out what it does not want.
	return words[0], fmt.Sprintf(words[1]+"%[8]s", from, n.Client, n.Where, n.Deleted, n.Had, n.At.In(zone).Format(format), n.Free>>20, "")
}
