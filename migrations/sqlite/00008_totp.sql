-- +goose Up

-- A TOTP secret that was shown and not confirmed yet, sealed, and until when it
-- can be. The one in use stays what it is meanwhile.
ALTER TABLE users ADD COLUMN totp_pending_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN totp_pending_until INTEGER NOT NULL DEFAULT 0;

-- Recovery codes that were not used yet. A hash is enough: they are random.
CREATE TABLE recovery_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    UNIQUE (user_id, code_hash)
) STRICT;

-- +goose Down

DROP TABLE recovery_codes;
ALTER TABLE users DROP COLUMN totp_pending_until;
ALTER TABLE users DROP COLUMN totp_pending_secret;
