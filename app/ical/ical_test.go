package ical_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"umbra/app/db/dbtest"
	"umbra/app/ical"
)

const odd = "\xef\xbb\xbfBEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME;X-A=\"a:b;c,d\";X-B=one,\"t,wo\":Fam\r\n ily\r\n" +
	"BEGIN:VEVENT\nsummary;LANGUAGE=de:Gr\xc3\r\n \xbc\xc3\x9fe\\, and \\;more\\n\r\nno colon here\r\nEND:VALARM\r\n" +
	"X-CARET;X=a^nb^'c^^d^x:v\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\rEND:VALARM\r\nDTSTART;TZID=Europe/Berlin:20250131T190000\r\n\r\nEND:VEVENT\r\nEND:VCALENDAR"

func parse(t *testing.T, s string) *ical.Document {
	t.Helper()
	d, err := ical.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsNotTouchedStaysByteForByte(t *testing.T) {
	d := parse(t, odd)
	if got := string(d.Bytes()); got != odd {
		t.Errorf("%q\nwant %q", got, odd)
	}
	if len(d.Problems) != 2 {
		t.Errorf("problems: %v", d.Problems)
	}
	e := d.Components("VCALENDAR")[0].Components("VEVENT")[0]
	if got := e.Text("SUMMARY"); got != "Grüße, and ;more\n" {
		t.Errorf("summary %q", got)
	}
	if got := e.Line("X-CARET").Param("X"); got != "a\nb\"c^d^x" {
		t.Errorf("caret %q", got)
	}
	name := d.Components("VCALENDAR")[0].Line("X-WR-CALNAME")
	if name.Param("X-A") != "a:b;c,d" || strings.Join(name.ParamValues("X-B"), "|") != "one|t,wo" || name.Value != "Family" {
		t.Errorf("%+v", name)
	}
	if a := e.Components("VALARM"); len(a) != 1 || a[0].Value("TRIGGER") != "-PT5M" {
		t.Errorf("alarms %v", a)
	}
}

func TestAPatchTouchesItsLineAlone(t *testing.T) {
	d := parse(t, odd)
	e := d.Components("VCALENDAR")[0].Components("VEVENT")[0]
	e.SetText("SUMMARY", "Tea; cake")
	e.Set("STATUS", "CANCELLED")
	e.Set("DTSTART", "20250131T190000", ical.P("TZID", "Europe/Berlin")) // as it is
	want := strings.Replace(odd, "summary;LANGUAGE=de:Gr\xc3\r\n \xbc\xc3\x9fe\\, and \\;more\\n\r\n", "summary;LANGUAGE=de:Tea\\; cake\r\n", 1)
	want = strings.Replace(want, "DTSTART;TZID=Europe/Berlin:20250131T190000\r\n", "DTSTART;TZID=Europe/Berlin:20250131T190000\r\nSTATUS:CANCELLED\r\n", 1)
	if got := string(d.Bytes()); got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	e.Remove("STATUS")
	if got := string(d.Bytes()); strings.Contains(got, "STATUS") {
		t.Errorf("%q", got)
	}
}

func TestListsOfLinesKeepWhatSaysTheSame(t *testing.T) {
	card := parse(t, "BEGIN:VCARD\r\nitem1.EMAIL;TYPE=INTERNET;type=HOME:a@example.org\r\nitem1.X-ABLabel:Mine\r\nEMAIL:b@example.org\r\nEND:VCARD\r\n").Components("VCARD")[0]
	a, b := card.Lines("EMAIL")[0], card.Lines("EMAIL")[1]
	card.SetAll("EMAIL", []*ical.Line{b, ical.NewLine("EMAIL", "c@example.org")})
	if got := card.Lines("EMAIL"); len(got) != 2 || got[1] != b || got[0] != a || a.Value != "c@example.org" {
		t.Errorf("%+v", got)
	}
	card.SetAll("EMAIL", []*ical.Line{b})
	if card.Line("X-ABLABEL") != nil || len(card.Lines("EMAIL")) != 1 {
		t.Error("the label of what went stayed")
	}
}

func TestWritingFoldsAndEscapes(t *testing.T) {
	d := ical.New()
	c := ical.NewComponent("vevent")
	d.Add(c)
	long := strings.Repeat("Grüße 😀, ", 40)
	c.SetText("DESCRIPTION", long+"\r\nend\x07")
	c.Insert(ical.NewLine("ATTENDEE", "mailto:a@example.org", ical.P("CN", "Doe, \"Jane\"\nJr")))
	text := string(d.Bytes())
	for l := range strings.SplitSeq(text, "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) {
			t.Errorf("line of %d bytes: %q", len(l), l)
		}
	}
	back := parse(t, text).Components("VEVENT")[0]
	if got := back.Text("DESCRIPTION"); got != long+"\nend" {
		t.Errorf("%q", got)
	}
	if got := back.Line("ATTENDEE").Param("CN"); got != "Doe, \"Jane\"\nJr" {
		t.Errorf("%q", got)
	}
}

func TestBounds(t *testing.T) {
	if _, err := ical.Parse([]byte(strings.Repeat("BEGIN:X\n", 10_000))); !errors.Is(err, ical.ErrDepth) {
		t.Errorf("depth: %v", err)
	}
	if _, err := ical.Parse(make([]byte, ical.MaxSize+1)); !errors.Is(err, ical.ErrSize) {
		t.Errorf("size: %v", err)
	}
	if _, err := ical.Parse([]byte("BEGIN:V\x00")); !errors.Is(err, ical.ErrNUL) {
		t.Errorf("nul: %v", err)
	}
}

// Real files of many applications come back as they were.
func TestRealFilesComeBackAsTheyWere(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(dbtest.Root(), "..", "shared", "data", "*", "*.[iv]c[sf]"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the collection of real calendars and address books is not here")
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ical.Parse(b)
		if errors.Is(err, ical.ErrNUL) && strings.Contains(file, "0_char") {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if string(d.Bytes()) != string(b) {
			t.Errorf("%s comes back otherwise", file)
		}
	}
	t.Logf("%d files", len(files))
}

func TestDurations(t *testing.T) {
	for in, want := range map[string]string{
		"PT30M": "PT30M", "-PT30M": "-PT30M", "P1W": "P1W", "P7D": "P1W", "-P1DT2H": "-P1DT2H", "PT0S": "PT0M", "+P1D": "P1D",
		"PT1H5S": "PT1H5S", "pt1h": "PT1H", "P2W1D": "P15D",
		"": "", "P": "", "PT": "PT0M", "P1H": "", "PT1D": "", "1D": "", "P-1D": "", "PT99999999H": "", "P1DTT1H": "",
	} {
		d, err := ical.ParseDuration(in)
		if (err == nil) != (want != "") || err == nil && d.String() != want {
			t.Errorf("%q is %q, %v; want %q", in, d, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(odd))
	f.Add([]byte("BEGIN:VCARD\nTEL;HOME;ENCODING=QUOTED-PRINTABLE:=C3=\n=BC\nitem1.X:;\nEND:VCARD"))
	f.Add([]byte("BEGIN:VCALENDAR\rBEGIN:VTIMEZONE\rTZID:X\rBEGIN:STANDARD\rDTSTART:16011028T020000\rRRULE:FREQ=SECONDLY\rTZOFFSETTO:+0100\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ical.Parse(b)
		if err != nil {
			return
		}
		if string(d.Bytes()) != string(b) {
			t.Fatalf("%q comes back as %q", b, d.Bytes())
		}
		zones := d.Zones("UTC")
		for _, cal := range d.Components() {
			for _, l := range cal.All() {
				_, _ = l.Times()
				l.Types()
				ical.Structured(l.Value, 7)
				zones.Find(l.Value, 2025)
			}
			for _, c := range cal.Components() {
				zones.Find(c.Value("TZID"), 2025)
			}
			cal.SetText("SUMMARY", "changed\nhere")
			cal.Set("X-NEW", "1")
		}
		out := d.Bytes()
		again, err := ical.Parse(out)
		if err != nil {
			return // it grew over a bound
		}
		if string(again.Bytes()) != string(out) {
			t.Fatalf("what was patched comes back otherwise")
		}
	})
}

func TestTimeZonesComeBackAsThemselves(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Gaza"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		tz := ical.TimeZone(name, loc, 2025)
		tz.Set("TZID", "Customized Time Zone")
		d := ical.New()
		cal := ical.NewComponent("VCALENDAR")
		cal.AddComponent(tz)
		d.Add(cal)
		zone, ok := parse(t, string(d.Bytes())).Zones(name).Find("Customized Time Zone", 2025)
		if !ok || zone.Name != name {
			t.Errorf("%s is %q\n%s", name, zone.Name, d.Bytes())
		}
	}
}
