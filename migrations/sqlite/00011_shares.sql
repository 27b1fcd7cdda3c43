-- +goose Up

-- Which calendar or project (one of the two) a user shares with another. color
-- and visible are how that one has a calendar look.
CREATE TABLE shares (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid          TEXT    NOT NULL,
    calendar_id  INTEGER,
    project_id   INTEGER,
    with_user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    access       TEXT    NOT NULL CHECK (access IN ('read', 'write')),
    color        TEXT    NOT NULL DEFAULT '',
    visible      INTEGER NOT NULL DEFAULT 1,
    rev          INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    UNIQUE (user_id, calendar_id, with_user_id),
    UNIQUE (user_id, project_id, with_user_id),
    CHECK ((calendar_id IS NULL) <> (project_id IS NULL)),
    CHECK (with_user_id <> user_id),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX shares_with ON shares (with_user_id, id);

-- +goose Down

DROP TABLE shares;
