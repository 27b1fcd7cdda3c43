package moving

import (
	"encoding/json"
	"strings"
	"time"

	"umbra/app/opt"
	"umbra/app/person"
	"umbra/app/reminder"
	"umbra/app/todo"
)

// monica is the JSON that Monica 4 exports: contacts with what is known of them.
// Its SQL is for Monica alone.
var monica = Format{Name: "monica", Recognise: func(f *File) bool {
	return f.keys("account") && strings.Contains(string(f.Data[:min(len(f.Data), 1<<20)]), `"properties"`)
},
	Read: readMonica}

// monicaItem is any thing in it.
type monicaItem struct {
	UUID       string                     `json:"uuid"`
	Created    string                     `json:"created_at"`
	Properties map[string]json.RawMessage `json:"properties"`
	Data       monicaLists                `json:"data"`
}

type monicaLists []monicaList

type monicaList struct {
	Type   string            `json:"type"`
	Values []json.RawMessage `json:"values"`
}

// UnmarshalJSON takes a list, and the object with numbers that PHP writes for one.
func (m *monicaLists) UnmarshalJSON(b []byte) error {
	var list []monicaList
	if json.Unmarshal(b, &list) == nil {
		*m = list
		return nil
	}
	var numbered map[string]monicaList
	if err := json.Unmarshal(b, &numbered); err != nil {
		return err
	}
	for _, l := range numbered {
		*m = append(*m, l)
	}
	return nil
}

// of are the things of a type.
func (m monicaLists) of(kind string) (out []monicaItem) {
	for _, l := range m {
		if l.Type != kind {
			continue
		}
		for _, raw := range l.Values {
			var x monicaItem
			if json.Unmarshal(raw, &x) == nil { // some lists hold uuids alone
				out = append(out, x)
			}
		}
	}
	return out
}

// text is a property of text; empty where it is none.
func (x monicaItem) text(name string) (s string) {
	_ = json.Unmarshal(x.Properties[name], &s)
	return strings.TrimSpace(s)
}

func (x monicaItem) yes(name string) bool {
	s := strings.Trim(string(x.Properties[name]), `"`)
	return s == "true" || s == "1"
}

func readMonica(f *File, b *Batch) error {
	var in struct {
		Account struct {
			Data     monicaLists `json:"data"`
			Instance struct {
				Types []monicaItem `json:"contact_field_types"`
			} `json:"instance"`
		} `json:"account"`
	}
	if err := decodeJSON(f.Data, &in); err != nil {
		return err
	}
	types := map[string]string{}
	for _, t := range in.Account.Instance.Types {
		types[t.UUID] = strings.ToLower(t.text("type") + " " + t.text("protocol") + " " + t.text("name"))
	}
	contacts := in.Account.Data.of("contact")
	if len(contacts) == 0 {
		return invalid("The export of Monica holds no contacts. Umbra reads the JSON of Monica 4.")
	}
	for _, c := range contacts {
		if c.yes("is_partial") {
			continue // a name beside another contact
		}
		if err := b.monicaContact(c, types); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) monicaContact(c monicaItem, types map[string]string) error {
	x := personal{id: c.UUID, given: strings.TrimSpace(c.text("first_name") + " " + c.text("middle_name")), family: c.text("last_name"), nick: c.text("nickname"),
		company: c.text("company"), job: c.text("job")}
	notes := []string{c.text("description")}
	if food := c.text("food_preferences"); food != "" {
		notes = append(notes, "Food: "+food)
	}
	for _, n := range c.Data.of("note") {
		notes = append(notes, n.text("body"))
	}
	for _, n := range c.Data.of("call") {
		notes = append(notes, paragraphs("Call "+n.text("called_at"), n.text("content")))
	}
	for _, p := range c.Data.of("pet") {
		notes = append(notes, "Pet: "+p.text("name"))
	}
	for _, g := range c.Data.of("gift") {
		notes = append(notes, "Gift: "+paragraphs(g.text("name"), g.text("comment")))
	}
	_ = json.Unmarshal(c.Properties["tags"], &x.groups)
	x.birthday = monicaDay(c.Properties["birthdate"])
	if met := monicaDay(c.Properties["first_met_date"]); met != "" {
		notes = append(notes, "First met: "+met)
	}
	for _, field := range c.Data.of("contact_field") {
		value, kind := field.text("data"), types[field.text("type")]
		switch {
		case strings.Contains(kind, "mail") || kind == "" && strings.Contains(value, "@"):
			x.emails = append(x.emails, contact("", value))
		case strings.Contains(kind, "phone") || strings.Contains(kind, "tel") || kind == "" && len(digits(value)) > 5:
			x.phones = append(x.phones, contact("", value))
		default:
			notes = append(notes, value)
		}
	}
	for _, a := range c.Data.of("address") {
		x.addresses = append(x.addresses, address(a.text("name"), a.text("street"), a.text("city"), a.text("province"), a.text("postal_code"), a.text("country")))
	}
	x.notes = paragraphs(notes...)
	if err := b.person("monica", x); err != nil || !b.has(person.KindName, c.UUID) {
		return err
	}
	r := b.by[person.KindName+" "+c.UUID]
	r.Created = instant(c.Created)
	u := r.Fields.(person.Update) //nolint:forcetypeassert // people are made of nothing else
	u.Favourite = opt.Some(c.yes("is_starred"))
	if at := instant(c.text("last_talked_to")); !at.IsZero() {
		u.LastContactedAt = opt.Some(at)
	}
	r.Fields = u
	return b.monicaDue(c)
}

// monicaDue adds the tasks and reminders about a contact.
func (b *Batch) monicaDue(c monicaItem) error {
	about := []Link{{"person_id", person.KindName, c.UUID}}
	for _, t := range c.Data.of("task") {
		title, notes := titled(t.text("title"), t.text("description"))
		if title == "" {
			continue
		}
		if err := b.add(&Record{Kind: todo.KindName, UID: uid("monica", "task", t.UUID), Key: t.UUID, Created: instant(t.Created), Done: instant(t.text("completed_at")), Links: about,
			Fields: todo.Update{Title: opt.Some(title), Description: opt.Some(notes), Completed: opt.Some(t.yes("completed"))}}); err != nil {
			return err
		}
	}
	for _, m := range c.Data.of("reminder") {
		title, notes := titled(m.text("title"), m.text("description"))
		day, _ := b.local(m.text("initial_date"))
		if title == "" || !isDate(day) || m.yes("inactive") {
			continue
		}
		u := reminder.Update{Title: opt.Some(title), Description: opt.Some(notes), RemindAt: opt.Some(noon(day, b.Home).Add(-3 * time.Hour)), TimeZone: opt.Some(b.Home.String())}
		if freq := map[string]string{"week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}[m.text("frequency_type")]; freq != "" {
			n := strings.Trim(string(m.Properties["frequency_number"]), `"`)
			if n == "" || n == "null" || n == "0" {
				n = "1"
			}
			u.RecurrenceRule = opt.Some("FREQ=" + freq + ";INTERVAL=" + n)
		}
		if err := b.add(&Record{Kind: reminder.KindName, UID: uid("monica", "reminder", m.UUID), Key: m.UUID, Created: instant(m.Created), Links: about, Fields: u}); err != nil {
			return err
		}
	}
	return nil
}

// monicaDay is a special date; without the year where that is not known.
func monicaDay(raw json.RawMessage) string {
	var d struct {
		Age    bool   `json:"is_age_based"`
		NoYear bool   `json:"is_year_unknown"`
		Date   string `json:"date"`
	}
	if json.Unmarshal(raw, &d) != nil || len(d.Date) < 10 || d.Age {
		return ""
	}
	if d.NoYear {
		return "--" + d.Date[5:10]
	}
	return d.Date[:10]
}
