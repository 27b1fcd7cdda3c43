-- +goose Up

-- What authenticators keep of a user: random, empty until the first passkey.
ALTER TABLE users ADD COLUMN passkey_handle BLOB NOT NULL DEFAULT x'';

CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    rp_id TEXT NOT NULL, -- the domain that it is good for
    credential_id BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    transports TEXT NOT NULL DEFAULT '', -- separated by commas
    backup_eligible INTEGER NOT NULL DEFAULT 0,
    backed_up INTEGER NOT NULL DEFAULT 0,
    suspended_at INTEGER NOT NULL DEFAULT 0, -- when its counter did not go on: somebody may have copied it
    last_used_at INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_user ON passkeys (user_id, created_at, id);

-- Challenges that were answered, until they are too old to be answered again. A
-- challenge is signed and says when it was made, so that only this needs a row.
CREATE TABLE spent_challenges (
    hash BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_challenges_expiry ON spent_challenges (expires_at);

-- +goose Down

DROP TABLE spent_challenges;
DROP TABLE passkeys;
ALTER TABLE users DROP COLUMN passkey_handle;
