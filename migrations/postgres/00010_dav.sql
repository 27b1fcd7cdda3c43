-- +goose Up

-- What a CalDAV or CardDAV client stored, byte for byte, beside the record that
-- it stands for. It outlives the record while that is in the trash.
CREATE TABLE dav_objects (
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,
    record_id  BIGINT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL, -- the last part of its address
    uid        TEXT COLLATE "C" NOT NULL, -- as the object says it; the record's own may be another
    parent_uid TEXT COLLATE "C" NOT NULL DEFAULT '', -- of a part whose parent has not arrived yet
    rev        BIGINT NOT NULL, -- the record's when it was stored; 0: its record was removed for good
    marks      TEXT COLLATE "C" NOT NULL, -- what the record's fields were then
    data       BYTEA NOT NULL,
    PRIMARY KEY (user_id, kind, record_id)
);
CREATE INDEX dav_objects_name ON dav_objects (user_id, kind, name);
CREATE INDEX dav_objects_uid ON dav_objects (user_id, kind, uid);
CREATE INDEX dav_objects_parent ON dav_objects (user_id, kind, parent_uid) WHERE parent_uid <> '';
CREATE INDEX dav_objects_gone ON dav_objects (user_id, kind, record_id) WHERE rev = 0;

-- What clients set on collections: the address they made one under, and
-- properties that are no field of a record.
CREATE TABLE dav_collections (
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,
    record_id  BIGINT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    properties TEXT COLLATE "C" NOT NULL DEFAULT '{}',
    PRIMARY KEY (user_id, kind, record_id),
    UNIQUE (user_id, name)
);

-- What changed in one collection, and when it last did.
CREATE INDEX journal_collection ON journal (user_id, collection, seq);
CREATE INDEX journal_collection_was ON journal (user_id, collection_was, seq) WHERE collection_was <> '';

-- +goose Down

DROP INDEX journal_collection_was;
DROP INDEX journal_collection;
DROP TABLE dav_collections;
DROP TABLE dav_objects;
