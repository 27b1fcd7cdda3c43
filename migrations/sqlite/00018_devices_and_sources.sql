-- +goose Up

-- Links by which a device that is not signed in takes its configuration profile,
-- with an app password made then, under the name here. Each is good once, for
-- minutes. Only a hash is kept; a user has one at most.
CREATE TABLE profile_links (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    token_hash BLOB    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX profile_links_expires ON profile_links (expires_at);

-- The address that a calendar is filled from; empty: people fill it.
ALTER TABLE calendars ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- What came of fetching it. source is which address that was: another one begins
-- anew. 0 is never, for the instants; every is in seconds, 0 where the source
-- does not say. failure is why the last fetch failed (a reason in every language);
-- hash is of the body that was taken last.
CREATE TABLE calendar_fetches (
    calendar_id INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source      TEXT NOT NULL,
    etag        TEXT NOT NULL DEFAULT '',
    modified    TEXT NOT NULL DEFAULT '',
    hash        BLOB NOT NULL,
    every       INTEGER NOT NULL DEFAULT 0,
    tried_at    INTEGER NOT NULL DEFAULT 0,
    good_at     INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    failure     TEXT NOT NULL DEFAULT '',
    events      INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX calendar_fetches_user ON calendar_fetches (user_id, calendar_id);

-- +goose Down

DROP TABLE calendar_fetches;
ALTER TABLE calendars DROP COLUMN source;
DROP TABLE profile_links;
