package moving

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"umbra/app/caller"
	"umbra/app/fault"
)

// SayIn says why a file cannot be imported in the language of its user: German, or
// English for any other.
func SayIn(language string, err error) error {
	var f *fault.Error
	if caller.German(language) && errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) == 0 {
		return fault.New(f.Kind, f.Code, inGerman(f.Message))
	}
	return err
}

// sayIn says the notes of an import in the language of its user. What stands in
// the file, and what the rule of a field says, stays as it is.
func (r *Result) sayIn(language string) {
	if !caller.German(language) {
		return
	}
	for _, list := range [][]Note{r.Refused, r.Changed} {
		for i := range list {
			list[i].Text = inGerman(list[i].Text)
		}
	}
}

// phrases are the messages that are about something, as they are recognised.
var phrases = sync.OnceValue(func() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for en := range german {
		if strings.Contains(en, "%s") {
			out[en] = regexp.MustCompile("(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(en), "%s", "(.*?)") + "$")
		}
	}
	return out
})

// inGerman translates a message; one that it does not know stays English.
func inGerman(s string) string {
	if in, known := german[s]; known {
		return in
	}
	for en, form := range phrases() {
		found := form.FindStringSubmatch(s)
		if found == nil {
			continue
		}
		about := make([]any, len(found)-1)
		for i, x := range found[1:] {
			about[i] = inGerman(x)
		}
		return fmt.Sprintf(german[en], about...)
	}
	return s
}

// german are the messages of an import, with %s for what they are about, and parts
// of them.
var german = map[string]string{ //nolint:gosec // no credentials: words
	"The file is empty.": "Die Datei ist leer.",
	"The zip cannot be opened: it is damaged, or did not arrive whole.":                         "Das Zip lässt sich nicht öffnen: Es ist beschädigt oder nicht ganz angekommen.",
	"The file is larger than %s MB. Export in parts, or leave attachments and photos out.":      "Die Datei ist größer als %s MB. Exportiere in Teilen, oder lass Anhänge und Fotos weg.",
	"The zip holds more than %s files.":                                                         "Das Zip enthält mehr als %s Dateien.",
	"The zip unpacks to far more than it is: it is not opened.":                                 "Das Zip würde ausgepackt weit größer, als es ist: Es wird nicht geöffnet.",
	"A file in the zip cannot be unpacked: %s":                                                  "Eine Datei im Zip lässt sich nicht auspacken: %s",
	"A file in the zip is damaged: %s":                                                          "Eine Datei im Zip ist beschädigt: %s",
	"The zip holds another zip. Unpack it, and import what is inside.":                          "Im Zip liegt noch ein Zip. Packe es aus und importiere, was darin ist.",
	"There is no format of that name; there are %s.":                                            "Ein Format dieses Namens gibt es nicht; es gibt %s.",
	"The calendar file %s.":                                                                     "Die Kalenderdatei %s.",
	"The address book %s.":                                                                      "Das Adressbuch %s.",
	"holds bytes of zero: it is no text":                                                        "enthält Nullbytes: Das ist kein Text",
	"is larger than %s MB":                                                                      "ist größer als %s MB",
	"has components more than %s deep in each other":                                            "hat Bestandteile, die mehr als %s tief ineinander liegen",
	"It is no calendar file: it holds no VCALENDAR.":                                            "Das ist keine Kalenderdatei: Sie enthält kein VCALENDAR.",
	"It is no address book: it holds no VCARD.":                                                 "Das ist kein Adressbuch: Es enthält keine VCARD.",
	"Something odd that was passed over: %s.":                                                   "Etwas Seltsames, das übergangen wurde: %s.",
	"a component ends before one inside it does":                                                "ein Bestandteil endet, bevor einer darin endet",
	"an END has no BEGIN":                                                                       "ein END hat kein BEGIN",
	"a line is no property: it has no name and colon":                                           "eine Zeile ist keine Angabe: Ihr fehlen Name und Doppelpunkt",
	"a component is not ended":                                                                  "ein Bestandteil endet nicht",
	"Journal entries have no place in Umbra.":                                                   "Für Tagebucheinträge ist in Umbra kein Platz.",
	"It is no event and no to-do: %s.":                                                          "Das ist weder ein Termin noch eine Aufgabe: %s.",
	"It holds two events with the same UID and no RECURRENCE-ID.":                               "Es enthält zwei Termine mit derselben UID und ohne RECURRENCE-ID.",
	"It holds no event.":                                                                        "Es enthält keinen Termin.",
	"It has more than %s changed occurrences.":                                                  "Es hat mehr als %s geänderte Wiederholungen.",
	"An event has no DTSTART.":                                                                  "Einem Termin fehlt DTSTART.",
	"The DTSTART of an event is no date or time.":                                               "Das DTSTART eines Termins ist weder Datum noch Zeit.",
	"The DTSTART of an event lies outside the years 1 to 9989.":                                 "Das DTSTART eines Termins liegt außerhalb der Jahre 1 bis 9989.",
	"It names more than 10000 members.":                                                         "Sie nennt mehr als 10000 Mitglieder.",
	"It holds two to-dos with the same UID and no RECURRENCE-ID.":                               "Es enthält zwei Aufgaben mit derselben UID und ohne RECURRENCE-ID.",
	"It holds no to-do.":                                                                        "Es enthält keine Aufgabe.",
	"It has no title.":                                                                          "Der Titel fehlt.",
	"It has no name.":                                                                           "Der Name fehlt.",
	"Its due date could not be read; it is kept in its text.":                                   "Wann es fällig ist, war nicht zu lesen; es steht nun im Text.",
	"How it repeats could not be read; it is kept in its text.":                                 "Wie es sich wiederholt, war nicht zu lesen; es steht nun im Text.",
	"A project has no name; its to-dos come without it.":                                        "Ein Projekt hat keinen Namen; seine Aufgaben kommen ohne es.",
	"What it names as %s is not there; it comes without it.":                                    "Was es als %s nennt, gibt es nicht; es kommt ohne.",
	"The calendar %s is filled from an address, and takes no other events.":                     "Der Kalender %s wird von einer Adresse gefüllt und nimmt keine anderen Termine.",
	"Its project could not be imported.":                                                        "Sein Projekt ließ sich nicht importieren.",
	"Its photo could not be read; it comes without one.":                                        "Das Foto war nicht zu lesen; es kommt ohne.",
	"Its card could not be read.":                                                               "Die Karte war nicht zu lesen.",
	"What its application keeps beside it could not be read.":                                   "Was die Anwendung daneben aufbewahrt, war nicht zu lesen.",
	"The export of Monica holds no contacts. Umbra reads the JSON of Monica 4.":                 "Der Export von Monica enthält keine Kontakte. Umbra liest das JSON von Monica 4.",
	"The file holds it twice; the first one counts.":                                            "Die Datei enthält es zweimal; das erste zählt.",
	"The file is no whole JSON; the trouble is in line %s.":                                     "Die Datei ist kein vollständiges JSON; der Fehler ist in Zeile %s.",
	"The file is not as expected: %s in line %s.":                                               "Die Datei ist nicht wie erwartet: %s in Zeile %s.",
	"From here on the table is damaged: a quote is not closed.":                                 "Von hier an ist die Tabelle beschädigt: Ein Anführungszeichen ist nicht geschlossen.",
	"The table has no line of headings that could be read.":                                     "Die Tabelle hat keine lesbare Zeile mit Überschriften.",
	"No column holds a title or a name. Say which one does.":                                    "Keine Spalte enthält Titel oder Namen. Sage, welche es ist.",
	"A table in a zip is not imported: unpack it, and import it by itself, to see its columns.": "Eine Tabelle in einem Zip wird nicht importiert: Packe sie aus und importiere sie für sich, um ihre Spalten zu sehen.",
	"A comment of the project itself has no place.":                                             "Für einen Kommentar des Projekts selbst ist kein Platz.",
	"It is no task, no section and no note.":                                                    "Das ist keine Aufgabe, kein Abschnitt und keine Notiz.",
	"Archived cards come as done tasks.":                                                        "Archivierte Karten kommen als erledigte Aufgaben.",
	"The export is damaged: umbra.json is no whole JSON.":                                       "Der Export ist beschädigt: umbra.json ist kein vollständiges JSON.",
	"The export was made by a newer Umbra. Update this one first.":                              "Der Export stammt von einem neueren Umbra. Aktualisiere zuerst dieses.",
	"It is no %s as Umbra writes it.":                                                           "Das ist nicht, wie Umbra es schreibt: %s.",
	"An e-mail address could not be read; it is kept in the notes.":                             "Eine E-Mail-Adresse war nicht zu lesen; sie steht nun in den Notizen.",
	"A date could not be read; it is kept in the notes.":                                        "Ein Datum war nicht zu lesen; es steht nun in den Notizen.",
	"It could not be read.":                                                                     "Das war nicht zu lesen.",
	"It holds more than %s records. Split it and import the parts one after the other.":         "Sie enthält mehr als %s Einträge. Teile sie und importiere die Teile nacheinander.",
	"The file is of no kind that can be imported. Umbra reads .ics, .vcf, .csv and todo.txt files, its own export, and those of Todoist, TickTick, Trello, Microsoft To Do, Vikunja, Google Takeout and Monica.": "Diese Art von Datei lässt sich nicht importieren. Umbra liest .ics, .vcf, .csv und todo.txt, den eigenen Export und die von Todoist, TickTick, Trello, Microsoft To Do, Vikunja, Google Takeout und Monica.",
}
