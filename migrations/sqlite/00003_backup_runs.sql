-- +goose Up

-- What came of each attempt to make a backup. A backup does not carry it.
CREATE TABLE backup_runs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER, -- while it runs: the last sign of life
    outcome    TEXT    NOT NULL CHECK (outcome IN ('running', 'made', 'unchanged', 'failed')),
    file       TEXT    NOT NULL DEFAULT '', -- its name, or its path when somebody named one
    bytes      INTEGER NOT NULL DEFAULT 0,
    records    INTEGER NOT NULL DEFAULT 0,
    digest     TEXT    NOT NULL DEFAULT '',
    message    TEXT    NOT NULL DEFAULT '', -- what went wrong, also with one that was made
    elsewhere  INTEGER NOT NULL DEFAULT 0   -- the second place has it
) STRICT;
CREATE INDEX backup_runs_outcome ON backup_runs (outcome, id);

-- +goose Down

DROP TABLE backup_runs;
