package main

import (
	"fmt"
	"strings"
	"time"
)

// first is when the calendar begins. Its items lie over three years.
var first = time.Date(2025, 1, 6, 8, 0, 0, 0, time.UTC)

// item is the i-th event, the same for each server: one in ten repeats weekly,
// each of the others rings before it begins.
func item(i int) (name, component string) {
	at := first.Add(time.Duration(i*7919%(3*365))*24*time.Hour + time.Duration(i%10)*time.Hour)
	more := "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"
	if i%10 == 0 {
		more = "RRULE:FREQ=WEEKLY\r\n"
	}
	uid := fmt.Sprintf("bench-%06d", i)
	return uid + ".ics", "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20250101T000000Z\r\nDTSTART:" + at.Format("20060102T150405Z") +
		"\r\nDTEND:" + at.Add(time.Hour).Format("20060102T150405Z") + "\r\nSUMMARY:Appointment number " + fmt.Sprint(i) +
		"\r\nDESCRIPTION:" + strings.Repeat("Bring the new scores. ", 5) + "\r\nLOCATION:Town hall\r\n" + more + "END:VEVENT\r\n"
}

func object(component string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Umbra//bench//EN\r\n" + component + "END:VCALENDAR\r\n"
}

const davNames = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"`

const listing = `<propfind ` + davNames + `><prop><getetag/></prop></propfind>`

func sync(token string) string {
	return `<sync-collection ` + davNames + `><sync-token>` + token + `</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`
}

// query asks for the events of some days with their data, expanded or as they are.
func query(days int, expand bool) string {
	from := first.AddDate(1, 6, 0)
	span := `start="` + from.Format("20060102T150405Z") + `" end="` + from.AddDate(0, 0, days).Format("20060102T150405Z") + `"`
	data := `<C:calendar-data/>`
	if expand {
		data = `<C:calendar-data><C:expand ` + span + `/></C:calendar-data>`
	}
	return `<C:calendar-query ` + davNames + `><prop><getetag/>` + data + `</prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ` +
		span + `/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`
}
