-- +goose Up

-- Due work. What is done is deleted; what was given up stays for a person to see.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT    NOT NULL,
    key          TEXT    NOT NULL, -- what it is about: once a kind
    payload      TEXT    NOT NULL DEFAULT '',
    state        TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
    run_at       INTEGER NOT NULL, -- when it is due
    attempt      INTEGER NOT NULL DEFAULT 0,
    first_at     INTEGER NOT NULL DEFAULT 0, -- when it was tried first; 0: not yet
    locked_until INTEGER NOT NULL DEFAULT 0, -- a worker has it till then; 0: none
    locked_by    TEXT    NOT NULL DEFAULT '',
    last_error   TEXT    NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_locked ON jobs (locked_until) WHERE locked_until > 0;
CREATE INDEX jobs_dead ON jobs (run_at, id) WHERE state = 'dead';

-- +goose Down

DROP TABLE jobs;
