-- +goose Up

-- A group of people that devices keep as a card of the address book. Who is in it
-- is what the people's own groups say, by the folded name.
CREATE TABLE group_cards (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid        TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    group_key  TEXT    NOT NULL,
    rev        INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid)
) STRICT;
CREATE INDEX group_cards_key ON group_cards (user_id, group_key);
CREATE INDEX group_cards_rev ON group_cards (user_id, rev);

-- Members that a card names and that have not arrived: uids, without urn:uuid:.
CREATE TABLE awaited_members (
    user_id  INTEGER NOT NULL,
    uid      TEXT    NOT NULL,
    group_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, uid, group_id),
    FOREIGN KEY (user_id, group_id) REFERENCES group_cards (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_members_group ON awaited_members (user_id, group_id);

-- +goose Down

DELETE FROM dav_objects WHERE kind = 'group';
DELETE FROM trash WHERE kind = 'group';
DELETE FROM journal WHERE kind = 'group';
DELETE FROM record_counts WHERE name = 'group';
DROP TABLE awaited_members;
DROP TABLE group_cards;
