-- +goose Up

-- What one client (an access token) deleted in one collection within a few minutes,
-- out of how many. Where that is most of it, asked_at says since when the owner is
-- asked (0: not), and what was deleted is held in the trash until they answer.
CREATE TABLE mass_deletions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client      INTEGER NOT NULL,
    client_name TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    collection  TEXT    NOT NULL,
    name        TEXT    NOT NULL DEFAULT '',
    began_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    first_seq   INTEGER NOT NULL,
    deleted     INTEGER NOT NULL,
    had         INTEGER NOT NULL,
    asked_at    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mass_deletions_client ON mass_deletions (user_id, client, collection, id);
CREATE INDEX mass_deletions_last ON mass_deletions (last_at) WHERE asked_at = 0;
ALTER TABLE trash ADD COLUMN held INTEGER;
CREATE INDEX trash_held ON trash (user_id, held) WHERE held IS NOT NULL;

-- +goose Down

DROP INDEX trash_held;
ALTER TABLE trash DROP COLUMN held;
DROP TABLE mass_deletions;
