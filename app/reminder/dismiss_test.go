package reminder_test

import (
	"testing"
	"time"

	"umbra/app/fault"
	"umbra/app/opt"
	"umbra/app/reminder"
)

func parse(t *testing.T, s string) time.Time {
	t.Helper()
	return must[time.Time](t)(time.Parse(time.RFC3339, s))
}

// active checks the dashboard's counter.
func (h house) active(t *testing.T, want int64) {
	t.Helper()
	if n := must[int64](t)(h.j.Total(t.Context(), h.ann.UserID, reminder.CountActive)); n != want {
		t.Errorf("%d are counted as active, want %d", n, want)
	}
}

func (h house) dismiss(t *testing.T, id int64) reminder.Reminder {
	t.Helper()
	return must[reminder.Reminder](t)(h.Dismiss(t.Context(), h.ann, id, nil))
}

func TestDismissingASingleOneEndsIt(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		made := h.make(t, at("x", noon.Add(-time.Minute)))
		h.active(t, 1)
		got := h.dismiss(t, made.ID)
		if got.Active || !got.Dismissed || got.DismissedAt == nil || !got.DismissedAt.Equal(noon) {
			t.Errorf("%+v", got)
		}
		h.active(t, 0)
		if again := h.dismiss(t, made.ID); again.Rev != got.Rev {
			t.Error("dismissing it again was a change")
		}
		h.undo(t)
		h.active(t, 1)
	})
}

func TestDismissingARepeatingOneMovesIt(t *testing.T) {
	for _, tc := range []struct {
		name, zone, rule, start string
		want                    []string // as the clock there shows it
		rest                    string
	}{
		{"clocks go forward", "Europe/Berlin", "FREQ=DAILY", "2025-03-29T18:00:00+01:00",
			[]string{"2025-03-30T18:00:00+02:00", "2025-03-31T18:00:00+02:00"}, "FREQ=DAILY"},
		{"clocks go back", "America/New_York", "FREQ=WEEKLY", "2025-10-27T09:00:00-04:00",
			[]string{"2025-11-03T09:00:00-05:00", "2025-11-10T09:00:00-05:00"}, "FREQ=WEEKLY"},
		{"a time that one day skips", "Europe/Berlin", "FREQ=DAILY", "2025-03-29T02:30:00+01:00",
			[]string{"2025-03-30T03:30:00+02:00", "2025-03-31T02:30:00+02:00"}, "FREQ=DAILY"},
		{"a time that one day has twice", "Europe/Berlin", "FREQ=DAILY", "2025-10-25T02:30:00+02:00",
			[]string{"2025-10-26T02:30:00+02:00", "2025-10-27T02:30:00+01:00"}, "FREQ=DAILY"},
		{"each hour of that night", "Europe/Berlin", "FREQ=HOURLY", "2025-10-26T01:30:00+02:00",
			[]string{"2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00", "2025-10-26T03:30:00+01:00"}, "FREQ=HOURLY"},
		{"the 31st", "Asia/Tokyo", "FREQ=MONTHLY", "2025-03-31T08:00:00+09:00",
			[]string{"2025-05-31T08:00:00+09:00", "2025-07-31T08:00:00+09:00"}, "FREQ=MONTHLY"},
		{"29 February", "UTC", "FREQ=YEARLY", "2028-02-29T08:00:00Z", []string{"2032-02-29T08:00:00Z", "2036-02-29T08:00:00Z"}, "FREQ=YEARLY"},
		{"counted", "UTC", "FREQ=DAILY;COUNT=3", "2025-04-01T08:00:00Z", []string{"2025-04-02T08:00:00Z"}, "FREQ=DAILY;COUNT=2"},
		{"to the end of a count", "UTC", "FREQ=DAILY;COUNT=3", "2025-04-01T08:00:00Z", []string{"2025-04-02T08:00:00Z", "2025-04-03T08:00:00Z", ""}, "FREQ=DAILY;COUNT=1"},
		{"the last of a count", "UTC", "FREQ=DAILY;COUNT=1", "2025-04-01T08:00:00Z", []string{""}, "FREQ=DAILY;COUNT=1"},
		{"to its end", "UTC", "FREQ=DAILY;UNTIL=20250402", "2025-04-01T08:00:00Z", []string{"2025-04-02T08:00:00Z", ""}, "FREQ=DAILY;UNTIL=20250402"},
		{"what was missed does not come again", "UTC", "FREQ=DAILY", "2025-03-20T08:00:00Z", []string{"2025-03-30T08:00:00Z"}, "FREQ=DAILY"},
		{"but counts", "UTC", "FREQ=DAILY;COUNT=20", "2025-03-20T08:00:00Z", []string{"2025-03-30T08:00:00Z"}, "FREQ=DAILY;COUNT=10"},
		{"all of it missed", "UTC", "FREQ=DAILY;COUNT=5", "2025-03-20T08:00:00Z", []string{""}, "FREQ=DAILY;COUNT=5"},
		{"to the end of time", "UTC", "FREQ=YEARLY", "9999-06-01T08:00:00Z", []string{""}, "FREQ=YEARLY"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			each(t, func(t *testing.T, h house) {
				u := at("x", parse(t, tc.start))
				u.TimeZone, u.RecurrenceRule = opt.Some(tc.zone), opt.Some(tc.rule)
				r := h.make(t, u)
				zone := must[*time.Location](t)(time.LoadLocation(tc.zone))
				for _, want := range tc.want {
					r = h.dismiss(t, r.ID)
					if want == "" {
						if r.Active || !r.Dismissed {
							t.Errorf("it goes on: %+v", r)
						}
						h.active(t, 0)
						continue
					}
					if got := r.RemindAt.In(zone).Format(time.RFC3339); got != want || !r.DueAt.Equal(r.RemindAt) || !r.Active || r.Dismissed {
						t.Errorf("next at %s, want %s: %+v", got, want, r)
					}
					// A form that sends everything back changes nothing of when it comes.
					h.update(t, r.ID, reminder.Update{RemindAt: opt.Some(r.RemindAt.In(zone)), TimeZone: opt.Some(r.TimeZone),
						RecurrenceRule: opt.Some(r.RecurrenceRule), Active: opt.Some(true), Dismissed: opt.Some(false)})
				}
				if r.RecurrenceRule != tc.rest {
					t.Errorf("left of the rule: %s, want %s", r.RecurrenceRule, tc.rest)
				}
			})
		})
	}
}

// The wall-clock time that a day skipped must survive the journal too.
func TestUndoKeepsTheTimeThatWasSkipped(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		u := at("x", parse(t, "2025-03-29T02:30:00+01:00"))
		u.RecurrenceRule = opt.Some("FREQ=DAILY")
		r := h.dismiss(t, h.make(t, u).ID) // to 03:30 on the 30th
		if err := h.Delete(t.Context(), h.ann, r.ID, nil); err != nil {
			t.Fatal(err)
		}
		h.active(t, 0)
		h.undo(t)
		h.active(t, 1)
		h.update(t, r.ID, reminder.Update{Title: opt.Some("y")})
		h.undo(t)
		if got := h.dismiss(t, r.ID); !got.RemindAt.Equal(parse(t, "2025-03-31T02:30:00+02:00")) || got.Title != "x" {
			t.Errorf("%+v", got)
		}
	})
}

func TestSnooze(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := h.make(t, at("x", noon.Add(-time.Hour)))
		snooze := func(z reminder.Snooze) reminder.Reminder {
			t.Helper()
			return must[reminder.Reminder](t)(h.Snooze(t.Context(), h.ann, r.ID, nil, z))
		}
		got := snooze(reminder.Snooze{Minutes: opt.Some(int64(10))})
		if !got.DueAt.Equal(noon.Add(10*time.Minute)) || !got.SnoozedUntil.Equal(got.DueAt) || !got.RemindAt.Equal(r.RemindAt) {
			t.Errorf("%+v", got)
		}
		h.undo(t)
		if got := must[reminder.Reminder](t)(h.Find(t.Context(), h.ann, r.ID)); got.SnoozedUntil != nil || !got.DueAt.Equal(r.RemindAt) {
			t.Errorf("undone: %+v", got)
		}
		tomorrow := noon.Add(24 * time.Hour)
		if got := snooze(reminder.Snooze{Until: opt.Some(tomorrow)}); !got.DueAt.Equal(tomorrow) {
			t.Errorf("%+v", got)
		}
		if got := h.dismiss(t, r.ID); got.SnoozedUntil != nil || !got.DueAt.Equal(r.RemindAt) {
			t.Errorf("dismissed: %+v", got)
		}
		h.active(t, 0)
		if got := snooze(reminder.Snooze{Until: opt.Some(tomorrow)}); !got.Active || got.Dismissed || got.DismissedAt != nil {
			t.Errorf("woken: %+v", got)
		}
		h.active(t, 1)
		for name, tc := range map[string]struct {
			z      reminder.Snooze
			fields []string
		}{
			"neither": {reminder.Snooze{}, []string{"until", "minutes"}},
			"both":    {reminder.Snooze{Until: opt.Some(tomorrow), Minutes: opt.Some(int64(1))}, []string{"until", "minutes"}},
			"past":    {reminder.Snooze{Until: opt.Some(noon)}, []string{"until"}},
			"too far": {reminder.Snooze{Until: opt.Some(time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC))}, []string{"until"}},
			"none":    {reminder.Snooze{Minutes: opt.Some(int64(0))}, []string{"minutes"}},
			"long":    {reminder.Snooze{Minutes: opt.Some(int64(43201))}, []string{"minutes"}},
			"huge":    {reminder.Snooze{Minutes: opt.Some(int64(1) << 62)}, []string{"minutes"}},
		} {
			err := second(h.Snooze(t.Context(), h.ann, r.ID, nil, tc.z))
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantFields(t, err, tc.fields...)
		}
	})
}

func TestStateFollowsFromWhatChanges(t *testing.T) {
	later, past := noon.Add(time.Hour), noon.Add(-time.Hour)
	yes, no := opt.Some(true), opt.Some(false)
	each(t, func(t *testing.T, h house) {
		for _, tc := range []struct {
			name   string
			from   string // active, off, dismissed, snoozed
			u      reminder.Update
			active bool
			over   bool
			due    time.Time
		}{
			{"a new time ends a snooze", "snoozed", reminder.Update{RemindAt: opt.Some(later)}, true, false, later},
			{"the same time does not", "snoozed", reminder.Update{RemindAt: opt.Some(past)}, true, false, noon.Add(30 * time.Minute)},
			{"a new time wakes", "dismissed", reminder.Update{RemindAt: opt.Some(later)}, true, false, later},
			{"a form with a new time wakes", "dismissed", reminder.Update{RemindAt: opt.Some(later), Active: no, Dismissed: yes, SnoozedUntil: opt.Null[time.Time]()}, true, false, later},
			{"a new time leaves one that is off", "off", reminder.Update{RemindAt: opt.Some(later)}, false, false, later},
			{"a new time, turned off", "active", reminder.Update{RemindAt: opt.Some(later), Active: no}, false, false, later},
			{"a new title leaves it", "dismissed", reminder.Update{Title: opt.Some("y")}, false, true, past},
			{"turning on wakes", "dismissed", reminder.Update{Active: yes}, true, false, past},
			{"so does taking it back", "dismissed", reminder.Update{Dismissed: no}, true, false, past},
			{"taken back and off", "dismissed", reminder.Update{Dismissed: no, Active: no}, false, false, past},
			{"ended", "snoozed", reminder.Update{Dismissed: yes}, false, true, past},
			{"snoozed by its field", "off", reminder.Update{SnoozedUntil: opt.Some(later)}, true, false, later},
			{"no snooze any more", "snoozed", reminder.Update{SnoozedUntil: opt.Null[time.Time]()}, true, false, past},
		} {
			r := h.make(t, at("x", past))
			switch tc.from {
			case "off":
				h.update(t, r.ID, reminder.Update{Active: no})
			case "dismissed":
				h.dismiss(t, r.ID)
			case "snoozed":
				must[reminder.Reminder](t)(h.Snooze(t.Context(), h.ann, r.ID, nil, reminder.Snooze{Minutes: opt.Some(int64(30))}))
			}
			got := h.update(t, r.ID, tc.u)
			if got.Active != tc.active || got.Dismissed != tc.over || (got.DismissedAt != nil) != tc.over || !got.DueAt.Equal(tc.due) {
				t.Errorf("%s: %+v", tc.name, got)
			}
			if err := h.Delete(t.Context(), h.ann, r.ID, nil); err != nil {
				t.Fatal(err)
			}
			h.active(t, 0)
			h.undo(t)
			h.undo(t)
		}
	})
}
