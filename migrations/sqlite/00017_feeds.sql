-- +goose Up

-- Links by which anybody who has one may read a part of a user's records as
-- iCalendar. Only a hash is kept. 0 is never, for the instants. kind says which
-- part; calendar_id or project_id, which one.
CREATE TABLE feeds (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name              TEXT    NOT NULL,
    token_hash        BLOB    NOT NULL UNIQUE,
    kind              TEXT    NOT NULL CHECK (kind IN ('calendar', 'project', 'todos', 'reminders')),
    calendar_id       INTEGER,
    project_id        INTEGER,
    busy              INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL DEFAULT 0,
    last_used_address TEXT    NOT NULL DEFAULT '',
    CHECK ((kind = 'calendar') = (calendar_id IS NOT NULL) AND (kind = 'project') = (project_id IS NOT NULL)),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX feeds_user ON feeds (user_id, created_at, id);
CREATE INDEX feeds_calendar ON feeds (user_id, calendar_id);
CREATE INDEX feeds_project ON feeds (user_id, project_id);

-- +goose Down

DROP TABLE feeds;
