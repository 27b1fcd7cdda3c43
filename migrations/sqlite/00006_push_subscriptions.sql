-- +goose Up

-- This server's key towards push services (VAPID), made once.
CREATE TABLE push_keys (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    key_secret TEXT    NOT NULL, -- sealed; '' after a restore without its SECRET_KEY
    created_at INTEGER NOT NULL
) STRICT;

-- The browsers that show a user's notifications.
CREATE TABLE push_subscriptions (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    endpoint_hash BLOB    NOT NULL UNIQUE, -- SHA-256: a browser belongs to whoever signed in there last
    target_secret TEXT    NOT NULL,        -- endpoint and keys, sealed
    service       TEXT    NOT NULL,        -- host of the endpoint
    user_agent    TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER NOT NULL DEFAULT 0, -- when a message was taken last; 0: never
    failures      INTEGER NOT NULL DEFAULT 0, -- since then
    last_error    TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id, created_at, id);

-- +goose Down

DROP TABLE push_subscriptions;
DROP TABLE push_keys;
