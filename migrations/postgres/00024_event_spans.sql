-- +goose Up

-- How far apart the first and the last instant of an event lie, in classes: at most
-- 32, 256, 2048, 16384 days (0 to 3), or more (4). So a window looks back no further
-- than the longest of each class may have begun, whatever is stored.
ALTER TABLE calendar_events ADD COLUMN span INTEGER NOT NULL DEFAULT 0;
UPDATE calendar_events SET span = CASE WHEN last_at = 9223372036854775807 THEN 4
    WHEN last_at - first_at <= 22118400000000 THEN 1
    WHEN last_at - first_at <= 176947200000000 THEN 2
    WHEN last_at - first_at <= 1415577600000000 THEN 3 ELSE 4 END WHERE long_span;
DROP INDEX calendar_events_long;
DROP INDEX calendar_events_short;
DROP INDEX calendar_events_starred_long;
ALTER TABLE calendar_events DROP COLUMN long_span;
CREATE INDEX calendar_events_span ON calendar_events (user_id, span, first_at, id, last_at, months, rev);
CREATE INDEX calendar_events_starred_long ON calendar_events (user_id, last_at, id) WHERE starred AND span > 0;

-- +goose Down

ALTER TABLE calendar_events ADD COLUMN long_span BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE calendar_events SET long_span = TRUE WHERE span > 0;
DROP INDEX calendar_events_span;
DROP INDEX calendar_events_starred_long;
ALTER TABLE calendar_events DROP COLUMN span;
CREATE INDEX calendar_events_long ON calendar_events (user_id, last_at, first_at, id, months, rev) WHERE long_span;
CREATE INDEX calendar_events_short ON calendar_events (user_id, first_at, last_at) WHERE NOT long_span;
CREATE INDEX calendar_events_starred_long ON calendar_events (user_id, last_at, id) WHERE starred AND long_span;
