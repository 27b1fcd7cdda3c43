package event

import (
	"slices"
	"time"

	"umbra/app/check"
	"umbra/app/recur"
)

// reschedule gives an event, already with its new rule, its new times. What
// belongs to single occurrences moves along, and goes where the series no
// longer has them. base is the time that to took the place of: the event's own
// or that of one of its occurrences; nil on creation.
func (e *Event) reschedule(base *when, to when, u Update, c *check.Check) {
	was := e.when
	if base != nil && *base != was {
		to = was.follow(*base, to, u)
		to.check(c)
	}
	e.setWhen(to)
	if base != nil && to != was {
		e.shift(was, u.RecurrenceRule.Set)
	}
	if u.RDates.Set {
		e.RDates = to.dates("rdates", u.RDates.Value, c)
	}
	if u.Exceptions.Set {
		e.Exceptions = to.dates("exceptions", u.Exceptions.Value, c)
	}
	if c.Err() != nil || base == nil {
		return
	}
	if to != was || u.RecurrenceRule.Set || u.RDates.Set {
		e.prune()
	}
}

// follow is what a series' times become when one of its occurrences goes from
// base to to: it moves as far, and lasts as long where that was said.
func (t when) follow(base, to when, u Update) when {
	if to == base {
		return t
	}
	n := when{start: to.place(t.start.Add(to.start.Sub(base.start))), allDay: to.allDay, zone: to.zone}
	lasts := t.duration()
	if u.End.Set || to.allDay != t.allDay {
		lasts = to.duration()
	}
	z := n.location(time.UTC)
	n.end = recur.LocalOf(n.start.In(z).Add(lasts), z)
	return n
}

// shift moves what is kept by recurrence id as far as the start has moved, and
// the end of the rule unless the rule is new.
func (e *Event) shift(was when, newRule bool) {
	by := e.when.start.Sub(was.start)
	if rule := e.series(true).Rule; rule != nil && !newRule && rule.Until().Form != recur.NoForm {
		e.RecurrenceRule = rule.WithUntil(e.when.until(was, rule.Until(), by)).String()
	}
	move := func(l recur.Local) recur.Local { return e.when.place(l.Add(by)) }
	for _, list := range []*[]string{&e.RDates, &e.Exceptions} {
		moved := make([]string, 0, len(*list))
		for _, l := range locals(*list) {
			moved = append(moved, e.when.id(move(l)))
		}
		*list = moved
	}
	overrides := slices.Clone(e.overrides)
	for i := range overrides {
		o := &overrides[i]
		o.ID = move(o.ID)
		if e.when.allDay != was.allDay {
			o.Start, o.End = nil, nil // a time of day means nothing any more, or is not known
		}
		if o.Start != nil {
			start, end := o.Start.Add(by), o.End.Add(by)
			o.Start, o.End = &start, &end
		}
	}
	e.overrides = overrides
}

// until moves the end of a rule as far as the start has moved.
func (t when) until(was when, u recur.Until, by time.Duration) recur.Until {
	if u.Form == recur.DateForm {
		by = t.start.Midnight().Sub(was.start.Midnight()) // it takes that whole day
	}
	local := u.At
	if zoned := u.Form == recur.UTCForm && !was.allDay && was.zone != ""; zoned {
		local = recur.LocalOf(local.In(time.UTC), was.location(nil))
	}
	local = local.Add(by)
	switch {
	case u.Form == recur.DateForm || t.allDay:
		return recur.Until{Form: recur.DateForm, At: local.Midnight()}
	case t.zone == "":
		return recur.Until{Form: recur.FloatingForm, At: local}
	}
	return recur.Until{Form: recur.UTCForm, At: recur.LocalOf(local.In(t.location(nil)), time.UTC)}
}

// maxPruned bounds how many occurrences are looked at to find what is left over.
const maxPruned = 5000

// prune lets go of changed occurrences that the series does not have any more,
// as far as one bounded look at it shows, and of all of them when it has become
// a single event.
func (e *Event) prune() {
	if !e.repeats() {
		e.Exceptions, e.overrides = []string{}, nil
		return
	}
	if len(e.overrides) == 0 {
		return
	}
	z := e.when.location(time.UTC)
	from, to := e.overrides[0].ID.In(z), e.overrides[len(e.overrides)-1].ID.In(z).Add(time.Second)
	found, more := e.series(true).Between(from, to, 0, time.UTC, maxPruned)
	has := make(map[recur.Local]bool, len(found))
	for _, o := range found {
		has[o.ID] = true
	}
	e.overrides = slices.DeleteFunc(slices.Clone(e.overrides), func(o override) bool {
		unseen := more && (len(found) == 0 || found[len(found)-1].ID.Before(o.ID))
		return !has[o.ID] && !unseen
	})
}

// leaveOut takes one occurrence out.
func (e *Event) leaveOut(id recur.Local) {
	text := e.when.id(id)
	if !slices.Contains(e.Exceptions, text) {
		e.Exceptions = append(slices.Clone(e.Exceptions), text)
		slices.Sort(e.Exceptions)
	}
	e.overrides = without(e.overrides, id)
}

// endBefore ends a series before one of its occurrences.
func (e *Event) endBefore(id recur.Local) {
	if rule := e.series(true).Rule; rule != nil {
		until := recur.Until{Form: recur.DateForm, At: id.Add(-24 * time.Hour)}
		switch {
		case e.when.allDay:
		case e.when.zone == "":
			until = recur.Until{Form: recur.FloatingForm, At: id.Add(-time.Second)}
		default: // the RFC wants UTC where there is a zone
			until = recur.Until{Form: recur.UTCForm, At: recur.LocalOf(id.In(e.when.location(nil)).Add(-time.Second), time.UTC)}
		}
		e.RecurrenceRule = rule.WithUntil(until).String()
	}
	e.keep(func(l recur.Local) bool { return l.Before(id) })
}

// beginAt makes the series begin with one of its occurrences.
func (e *Event) beginAt(id recur.Local) {
	if rule := e.series(true).Rule; rule != nil && rule.Count() > 0 {
		e.RecurrenceRule = e.remaining(*rule, id).String()
	}
	e.keep(func(l recur.Local) bool { return !l.Before(id) })
	e.setWhen(e.when.at(id))
}

// remaining is the rule for what is left of a counted one from an occurrence on.
func (e *Event) remaining(rule recur.Rule, id recur.Local) recur.Rule {
	s := e.series(true)
	s.RDates, s.ExDates = nil, nil
	z := e.when.location(time.UTC)
	gone, more := s.Between(e.when.start.In(z), id.In(z), 0, time.UTC, maxPruned)
	if !more {
		return rule.WithCount(rule.Count() - len(gone))
	}
	_, last, unending := s.Bounds() // too many to count: say where it ends instead
	switch {
	case unending:
		return rule.WithCount(0)
	case e.when.allDay:
		return rule.WithUntil(recur.Until{Form: recur.DateForm, At: last})
	case e.when.zone == "":
		return rule.WithUntil(recur.Until{Form: recur.FloatingForm, At: last})
	}
	return rule.WithUntil(recur.Until{Form: recur.UTCForm, At: recur.LocalOf(last.In(z), time.UTC)})
}

// keep keeps what belongs to some of the occurrences.
func (e *Event) keep(which func(recur.Local) bool) {
	for _, list := range []*[]string{&e.RDates, &e.Exceptions} {
		*list = slices.DeleteFunc(slices.Clone(*list), func(s string) bool {
			l, err := recur.ParseLocal(s)
			return err != nil || !which(l)
		})
	}
	e.overrides = slices.DeleteFunc(slices.Clone(e.overrides), func(o override) bool { return !which(o.ID) })
}
