package event

import (
	"encoding/json"
	"slices"

	"umbra/app/recur"
)

// override is an occurrence that differs from its series.
type override struct {
	ID recur.Local `json:"id"` // its recurrence id
	changes
}

// changes are the fields in which it differs; nil is as in the series.
type changes struct {
	Title       *string      `json:"title,omitempty"`
	Description *string      `json:"description,omitempty"`
	Start       *recur.Local `json:"start,omitempty"` // with End: both or neither
	End         *recur.Local `json:"end,omitempty"`
	Location    *string      `json:"location,omitempty"`
	NoPlace     bool         `json:"no_place,omitempty"` // location_id is null there
	Color       *string      `json:"color,omitempty"`
	Starred     *bool        `json:"starred,omitempty"`
	Reminders   *[]string    `json:"reminders,omitempty"`
	Status      *string      `json:"status,omitempty"`
	URL         *string      `json:"url,omitempty"`
}

// when says where the override lies in a series.
func (o *override) when(series when) when {
	t := series.at(o.ID)
	if o.Start != nil {
		t.start, t.end = *o.Start, *o.End
	}
	return t
}

// apply makes e, a copy of the series, the changed occurrence.
func (o *override) apply(e *Event) {
	set(&e.Title, o.Title)
	set(&e.Description, o.Description)
	set(&e.Location, o.Location)
	set(&e.Color, o.Color)
	set(&e.Starred, o.Starred)
	set(&e.Reminders, o.Reminders)
	set(&e.Status, o.Status)
	set(&e.URL, o.URL)
	if o.NoPlace {
		e.LocationID = nil
	}
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// note takes over from an occurrence what an update gave it.
func (o *override) note(u Update, e *Event) {
	give(&o.Title, u.Title.Set, e.Title)
	give(&o.Description, u.Description.Set, e.Description)
	give(&o.Location, u.Location.Set, e.Location)
	give(&o.Color, u.Color.Set, e.Color)
	give(&o.Starred, u.Starred.Set, e.Starred)
	give(&o.Reminders, u.Reminders.Set, e.Reminders)
	give(&o.Status, u.Status.Set, e.Status)
	give(&o.URL, u.URL.Set, e.URL)
	timed := u.Start.Set || u.End.Set
	give(&o.Start, timed, e.when.start)
	give(&o.End, timed, e.when.end)
	if u.LocationID.Has() {
		o.NoPlace = false // the series' own, for another one is refused
	} else if u.LocationID.Null || u.Location.Has() && e.Location != "" {
		o.NoPlace = true // a place written down for this once stands in for the usual one
	}
}

// forget lets the series' values show where an update of the series gave them.
// Its times stay, for they move along.
func (o *override) forget(u Update) {
	drop(&o.Title, u.Title.Set)
	drop(&o.Description, u.Description.Set)
	drop(&o.Location, u.Location.Set)
	drop(&o.Color, u.Color.Set)
	drop(&o.Starred, u.Starred.Set)
	drop(&o.Reminders, u.Reminders.Set)
	drop(&o.Status, u.Status.Set)
	drop(&o.URL, u.URL.Set)
	o.NoPlace = o.NoPlace && !u.LocationID.Set
}

func drop[T any](dst **T, given bool) {
	if given {
		*dst = nil
	}
}

func give[T any](dst **T, given bool, v T) {
	if given {
		*dst = &v
	}
}

// override is the one of a recurrence id, nil when there is none.
func (e *Event) override(id recur.Local) *override {
	i, found := slices.BinarySearchFunc(e.overrides, id, func(o override, id recur.Local) int { return o.ID.Compare(id) })
	if !found {
		return nil
	}
	return &e.overrides[i]
}

// withOverride is the list with one put in, or replaced.
func withOverride(list []override, o override) []override {
	list = without(list, o.ID)
	list = append(list, o)
	slices.SortFunc(list, func(a, b override) int { return a.ID.Compare(b.ID) })
	return list
}

// without is a copy of the list with one left out.
func without(list []override, id recur.Local) []override {
	return slices.DeleteFunc(slices.Clone(list), func(o override) bool { return o.ID == id })
}

// readOverrides reads what the database gathered into one JSON list.
func readOverrides(s string) ([]override, error) {
	if s == "" {
		return nil, nil
	}
	var rows []struct {
		ID      recur.Local `json:"id"`
		Changes changes     `json:"changes"`
	}
	if err := json.Unmarshal([]byte("["+s+"]"), &rows); err != nil {
		return nil, err
	}
	out := make([]override, len(rows))
	for i, r := range rows {
		out[i] = override{r.ID, r.Changes}
	}
	slices.SortFunc(out, func(a, b override) int { return a.ID.Compare(b.ID) })
	return out, nil
}
