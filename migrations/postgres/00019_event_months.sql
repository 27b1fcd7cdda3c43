-- +goose Up

-- The months (bits 1 to 12, UTC) that a series may touch in any year, so that the
-- birthdays of other months are not read for one. Series of before say: any.
ALTER TABLE calendar_events ADD COLUMN months INTEGER NOT NULL DEFAULT 8190;
DROP INDEX calendar_events_long;
CREATE INDEX calendar_events_long ON calendar_events (user_id, last_at, first_at, id, months, rev) WHERE long_span;

-- +goose Down

DROP INDEX calendar_events_long;
CREATE INDEX calendar_events_long ON calendar_events (user_id, last_at, first_at) WHERE long_span;
ALTER TABLE calendar_events DROP COLUMN months;
