-- +goose Up

-- Who users are at an OpenID Connect provider. Issuer and subject are exact.
CREATE TABLE identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    shown TEXT NOT NULL, -- a name or an e-mail address; it opens nothing
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL, -- 0: never
    UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX identities_user ON identities (user_id, created_at, id);

-- Sign-ins by a provider that came back: each is good once (SHA-256 of its state).
CREATE TABLE identity_flows (
    state_hash BLOB PRIMARY KEY,
    used_at INTEGER NOT NULL
) STRICT;

-- +goose Down

DROP TABLE identity_flows;
DROP TABLE identities;
