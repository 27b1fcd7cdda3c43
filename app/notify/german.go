package notify

// pushService begins the name of a push service; its host follows.
const pushService = "the push service "

// german has every reason and what reasons are about; a test holds it to that.
var german = map[string]string{ //nolint:gosec // it speaks of passwords and holds none
	// Settings.
	"no ntfy server and topic are set":                      "Server und Topic für ntfy sind nicht angegeben",
	"the topic must be 1 to 64 letters, digits, _ or -":     "das Topic muss aus 1 bis 64 Buchstaben, Ziffern, _ oder - bestehen",
	"no address of a webhook is set":                        "für den Webhook ist keine Adresse angegeben",
	"no e-mail address is set":                              "es ist keine E-Mail-Adresse angegeben",
	"the address must be a whole one, like https://ntfy.sh": "die Adresse muss vollständig sein, wie https://ntfy.sh",
	"the address must start with http:// or https://":       "die Adresse muss mit http:// oder https:// beginnen",
	"the address must not hold a user name or a password":   "die Adresse darf keinen Benutzernamen und kein Passwort enthalten",
	"the address has no port that can be used":              "die Adresse hat keinen Port, der zu verwenden ist",
	"the address cannot be used":                            "die Adresse ist nicht zu verwenden",
	"a setting holds characters that no request may have":   "eine Einstellung enthält Zeichen, die keine Anfrage haben darf",
	"there is no channel of that name":                      "einen Kanal dieses Namens gibt es nicht",
	"this user is no more":                                  "diesen Benutzer gibt es nicht mehr",
	"no browser shows your notifications yet":               "noch zeigt kein Browser deine Mitteilungen",

	"this Umbra has no mail server: the administrator sets one with UMBRA_SMTP_HOST and UMBRA_SMTP_FROM": "dieses Umbra hat keinen Mailserver: Wer es betreibt, gibt ihn mit UMBRA_SMTP_HOST und UMBRA_SMTP_FROM an",
	"the password of the mail server cannot be read; the server's log says why":                          "das Passwort des Mailservers ist nicht zu lesen; warum, steht im Protokoll des Servers",
	"the sender's address (UMBRA_SMTP_FROM) is none":                                                     "die Adresse des Absenders (UMBRA_SMTP_FROM) ist keine",
	"the e-mail address is none that mail can be sent to":                                                "an die E-Mail-Adresse lässt sich keine Mail senden",

	// The message.
	"the message has no usable id":                             "die Nachricht hat keine brauchbare Kennung",
	"the message is empty":                                     "die Nachricht ist leer",
	"the message's address is none that can be opened":         "die Adresse in der Nachricht lässt sich nicht öffnen",
	"the message has too many buttons":                         "die Nachricht hat zu viele Knöpfe",
	"a button of the message cannot be sent":                   "ein Knopf der Nachricht lässt sich nicht senden",
	"the message could not be sent; the server's log says why": "die Nachricht war nicht zu senden; warum, steht im Protokoll des Servers",

	// What was fetched.
	"%s answers compressed, which was not asked for": "%s antwortet komprimiert, worum nicht gebeten wurde",
	"%s answers with more than %s MB":                "%s antwortet mit mehr als %s MB",

	// The way there.
	"name not found: %s":                                     "Name nicht gefunden: %s",
	"looking up the name %s took too long":                   "den Namen %s nachzuschlagen dauerte zu lange",
	"connection refused by %s":                               "%s hat die Verbindung abgelehnt",
	"no connection to %s: nothing answered in time":          "keine Verbindung zu %s: es kam rechtzeitig keine Antwort",
	"no connection to %s: it cannot be reached from here":    "keine Verbindung zu %s: von hier aus nicht zu erreichen",
	"no answer from %s in time":                              "keine rechtzeitige Antwort von %s",
	"there was no usable answer from %s":                     "es kam keine brauchbare Antwort von %s",
	"the connection to %s broke before the answer was there": "die Verbindung zu %s brach ab, bevor die Antwort da war",
	"%s does not speak HTTP there":                           "%s spricht dort kein HTTP",
	"%s is not reached: it is %s. The administrator of Umbra can allow it with %s in the settings":                                   "%s wird nicht angesprochen: Es ist %s. Wer Umbra betreibt, kann es mit %s in den Einstellungen erlauben",
	"%s is not reached: port %s belongs to another kind of service. The administrator of Umbra can allow it with %s in the settings": "%s wird nicht angesprochen: Port %s gehört einem Dienst anderer Art. Wer Umbra betreibt, kann es mit %s in den Einstellungen erlauben",
	"an unspecified address": "eine unbestimmte Adresse",
	"a private address":      "eine private Adresse",
	"a reserved address":     "eine reservierte Adresse",
	"a multicast address":    "eine Multicast-Adresse",
	"this machine itself":    "dieser Rechner selbst",
	"a link-local address":   "eine Link-Local-Adresse",
	"a link-local address, where clouds keep their metadata": "eine Link-Local-Adresse, unter der Clouds ihre Metadaten haben",
	"an address inside a provider's network (CGNAT)":         "eine Adresse im Netz eines Anbieters (CGNAT)",

	// Encryption.
	"%s does not speak TLS there":                                                          "%s spricht dort kein TLS",
	"%s refused the encrypted connection":                                                  "%s hat die verschlüsselte Verbindung abgelehnt",
	"the certificate of %s is for another name":                                            "das Zertifikat von %s gilt für einen anderen Namen",
	"the certificate of %s is signed by nobody whom this machine trusts":                   "das Zertifikat von %s hat niemand unterschrieben, dem dieser Rechner vertraut",
	"the certificate of %s has expired, or this machine's clock is wrong":                  "das Zertifikat von %s ist abgelaufen, oder die Uhr dieses Rechners geht falsch",
	"the certificate of %s is not valid":                                                   "das Zertifikat von %s ist nicht gültig",
	"the mail server %s offers no STARTTLS; UMBRA_SMTP_TLS says how it is to be spoken to": "der Mailserver %s bietet kein STARTTLS an; UMBRA_SMTP_TLS sagt, wie mit ihm zu sprechen ist",
	"the mail server %s offers no log-in that is known here (PLAIN, LOGIN, SCRAM-SHA-256)": "der Mailserver %s bietet keine Anmeldung an, die hier bekannt ist (PLAIN, LOGIN, SCRAM-SHA-256)",

	// The answer.
	"%s answered %s":              "%s hat geantwortet: %s",
	"the mail server answered %s": "der Mailserver hat geantwortet: %s",
	"the ntfy server":             "der ntfy-Server",
	"the webhook":                 "der Webhook",
	"the webhook answered 410 Gone: it takes no more messages":                                            "der Webhook hat mit 410 Gone geantwortet: Er nimmt keine Nachrichten mehr an",
	"%s leads on (%s) to %s; set the address that it leads to":                                            "%s leitet weiter (%s) zu %s; gib die Adresse an, zu der es führt",
	"%s leads on (%s); set the address that it leads to":                                                  "%s leitet weiter (%s); gib die Adresse an, zu der es führt",
	"%s leads on (%s) to an address that cannot be used":                                                  "%s leitet weiter (%s) zu einer Adresse, die nicht zu verwenden ist",
	"%s leads from https on to http, which is not followed":                                               "%s leitet von https weiter zu http; dem wird nicht gefolgt",
	"%s leads on more than %s times":                                                                      "%s leitet öfter als %s-mal weiter",
	"the subscription of this browser cannot be used; turn notifications on there again":                  "das Abonnement dieses Browsers ist nicht zu verwenden; schalte Mitteilungen dort wieder ein",
	"this browser no longer takes notifications (its push service answered %s); turn them on there again": "dieser Browser nimmt keine Mitteilungen mehr an (sein Push-Dienst hat mit %s geantwortet); schalte sie dort wieder ein",
}
