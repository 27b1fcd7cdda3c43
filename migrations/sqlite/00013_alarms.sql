-- +goose Up

-- How far each user's alarms have been planned. A backup does not carry it: what
-- is past when it is restored does not ring.
CREATE TABLE alarm_plans (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    epoch TEXT NOT NULL, -- of the journal, and
    seq INTEGER NOT NULL, -- the number up to which it was followed; -1: all is to be planned anew
    basis TEXT NOT NULL, -- the settings that alarms were computed with
    claim TEXT NOT NULL DEFAULT '', -- who is planning all of it
    looked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The next time that each alarm rings: one row however often it repeats.
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    rule TEXT NOT NULL, -- which of the record's alarms: -PT30M, an instant, snooze, …
    due_at INTEGER NOT NULL,
    mark TEXT NOT NULL, -- of which occurrence, in a form that a change of zone leaves alone
    occurrence TEXT NOT NULL DEFAULT '', -- its recurrence id
    about_at INTEGER NOT NULL, -- when that begins or is due
    all_day INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, kind, record_id, rule)
) STRICT;
CREATE INDEX alarms_due ON alarms (user_id, due_at, id);

-- The ledger: what rang, and what came of it.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid TEXT NOT NULL, -- what receivers know a repeat by
    kind TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    mark TEXT NOT NULL,
    occurrence TEXT NOT NULL DEFAULT '',
    due_at INTEGER NOT NULL,
    about_at INTEGER NOT NULL,
    all_day INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'acknowledged', 'failed', 'missed')),
    late INTEGER NOT NULL DEFAULT 0, -- its time had passed when it was seen
    stands_for INTEGER NOT NULL DEFAULT 0, -- how many earlier ones were missed with it
    held_until INTEGER, -- by quiet hours
    rings INTEGER NOT NULL DEFAULT 1, -- how often it has rung
    next_ring_at INTEGER, -- while it insists
    rang_at INTEGER NOT NULL,
    sent_at INTEGER,
    acknowledged_at INTEGER,
    answer TEXT NOT NULL DEFAULT '', -- done, snoozed, seen or moot
    UNIQUE (user_id, id),
    UNIQUE (user_id, kind, record_id, rule, mark)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (user_id, due_at, id);
CREATE INDEX deliveries_state ON deliveries (user_id, state, due_at, id);
CREATE INDEX deliveries_rang ON deliveries (rang_at);

CREATE TABLE delivery_channels (
    user_id INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    sent_at INTEGER,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, delivery_id, channel),
    FOREIGN KEY (user_id, delivery_id) REFERENCES deliveries (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A reminder that insists rings every so many minutes until somebody answers.
ALTER TABLE reminders ADD COLUMN insist_minutes INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE reminders DROP COLUMN insist_minutes;
DROP TABLE delivery_channels;
DROP TABLE deliveries;
DROP TABLE alarms;
DROP TABLE alarm_plans;
