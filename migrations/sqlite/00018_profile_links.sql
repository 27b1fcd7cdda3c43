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

-- +goose Down

DROP TABLE profile_links;
