-- +goose Up

-- What happened to accounts: log-ins good and bad, changes of what opens them,
-- acts of administrators. user_id is null for a name that nobody has.
CREATE TABLE security_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    actor_id   INTEGER NOT NULL DEFAULT 0,
    address    TEXT    NOT NULL DEFAULT '',
    user_agent TEXT    NOT NULL DEFAULT '',
    device     TEXT    NOT NULL DEFAULT '',
    detail     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX security_events_user ON security_events (user_id, at, id);
CREATE INDEX security_events_order ON security_events (user_id, id);
CREATE INDEX security_events_kind ON security_events (user_id, kind, at, id);
CREATE INDEX security_events_at ON security_events (at, id);

-- Links that let somebody in once: to make an account, or to set a new password
-- for the user who is named. Only a hash is kept.
CREATE TABLE invitations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    username   TEXT    NOT NULL DEFAULT '',
    role       TEXT    NOT NULL,
    made_by    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_order ON invitations (created_at, id);
CREATE INDEX invitations_user ON invitations (user_id);

-- +goose Down

DROP TABLE invitations;
DROP TABLE security_events;
