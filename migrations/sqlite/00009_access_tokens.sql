-- +goose Up

-- What programs sign in with: API tokens, and app passwords (those that may
-- sync). Only a hash is kept. 0 is never, for the instants.
CREATE TABLE access_tokens (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name              TEXT    NOT NULL,
    token_hash        BLOB    NOT NULL UNIQUE,
    can_read          INTEGER NOT NULL,
    can_write         INTEGER NOT NULL,
    can_dav           INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL DEFAULT 0,
    last_used_at      INTEGER NOT NULL DEFAULT 0,
    last_used_address TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX access_tokens_user ON access_tokens (user_id, created_at, id);

-- +goose Down

DROP TABLE access_tokens;
