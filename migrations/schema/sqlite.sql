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
CREATE TABLE alarm_plans (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    epoch TEXT NOT NULL, -- of the journal, and
    seq INTEGER NOT NULL, -- the number up to which it was followed; -1: all is to be planned anew
    basis TEXT NOT NULL, -- the settings that alarms were computed with
    claim TEXT NOT NULL DEFAULT '', -- who is planning all of it
    looked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    rule TEXT NOT NULL, -- which of the record's alarms: -PT30M, an instant, snooze, …
    due_at INTEGER NOT NULL,
    mark TEXT NOT NULL, -- of which occurrence, in a form that a change of zone leaves alone
    occurrence TEXT NOT NULL DEFAULT '', -- its recurrence id
    about_at INTEGER NOT NULL, -- when that begins or is due
    all_day INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, kind, record_id, rule)
) STRICT;
CREATE INDEX alarms_due ON alarms (user_id, due_at, id);
CREATE TABLE awaited_members (
    user_id  INTEGER NOT NULL,
    uid      TEXT    NOT NULL,
    group_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, uid, group_id),
    FOREIGN KEY (user_id, group_id) REFERENCES group_cards (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_members_group ON awaited_members (user_id, group_id);
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
CREATE TABLE calendar_events (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid             TEXT    NOT NULL,
    calendar_id     INTEGER NOT NULL,
    title           TEXT    NOT NULL,
    title_key       TEXT    NOT NULL,
    description     TEXT    NOT NULL DEFAULT '',
    start_local     TEXT    NOT NULL,
    end_local       TEXT    NOT NULL,
    all_day         INTEGER NOT NULL DEFAULT 0,
    time_zone       TEXT    NOT NULL DEFAULT '',
    start_at        INTEGER NOT NULL,
    first_at        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    location_id     INTEGER,
    location        TEXT    NOT NULL DEFAULT '',
    color           TEXT    NOT NULL DEFAULT '',
    starred         INTEGER NOT NULL DEFAULT 0,
    recurrence_rule TEXT    NOT NULL DEFAULT '',
    rdates          TEXT    NOT NULL DEFAULT '[]',
    exceptions      TEXT    NOT NULL DEFAULT '[]',
    reminders       TEXT    NOT NULL DEFAULT '[]',
    status          TEXT    NOT NULL DEFAULT 'confirmed',
    url             TEXT    NOT NULL DEFAULT '',
    search          TEXT    NOT NULL,
    rev             INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL, months INTEGER NOT NULL DEFAULT 8190, span INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id),
    FOREIGN KEY (user_id, location_id) REFERENCES locations (user_id, id)
) STRICT;
CREATE INDEX calendar_events_calendar ON calendar_events (user_id, calendar_id, start_at, id);
CREATE INDEX calendar_events_location ON calendar_events (user_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX calendar_events_rev ON calendar_events (user_id, rev, id);
CREATE INDEX calendar_events_span ON calendar_events (user_id, span, first_at, id, last_at, months, rev);
CREATE INDEX calendar_events_starred ON calendar_events (user_id, start_at, id) WHERE starred;
CREATE INDEX calendar_events_starred_long ON calendar_events (user_id, last_at, id) WHERE starred AND span > 0;
CREATE INDEX calendar_events_start ON calendar_events (user_id, start_at, id);
CREATE INDEX calendar_events_title ON calendar_events (user_id, title_key, id);
CREATE TABLE calendar_fetches (
    calendar_id INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source      TEXT NOT NULL,
    etag        TEXT NOT NULL DEFAULT '',
    modified    TEXT NOT NULL DEFAULT '',
    hash        BLOB NOT NULL,
    every       INTEGER NOT NULL DEFAULT 0,
    tried_at    INTEGER NOT NULL DEFAULT 0,
    good_at     INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    failure     TEXT NOT NULL DEFAULT '',
    events      INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX calendar_fetches_user ON calendar_fetches (user_id, calendar_id);
CREATE TABLE calendars (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    color       TEXT    NOT NULL DEFAULT '',
    visible     INTEGER NOT NULL DEFAULT 1,
    search      TEXT    NOT NULL,
    rev         INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '',
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid)
) STRICT;
CREATE INDEX calendars_name ON calendars (user_id, name_key, id);
CREATE INDEX calendars_rev ON calendars (user_id, rev, id);
CREATE TABLE dav_collections (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    record_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    properties TEXT    NOT NULL DEFAULT '{}',
    PRIMARY KEY (user_id, kind, record_id),
    UNIQUE (user_id, name)
) STRICT;
CREATE TABLE dav_objects (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    record_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL, -- the last part of its address
    uid        TEXT    NOT NULL, -- as the object says it; the record's own may be another
    parent_uid TEXT    NOT NULL DEFAULT '', -- of a part whose parent has not arrived yet
    rev        INTEGER NOT NULL, -- the record's when it was stored; 0: its record was removed for good
    marks      TEXT    NOT NULL, -- what the record's fields were then
    data       BLOB NOT NULL,
    PRIMARY KEY (user_id, kind, record_id)
) STRICT;
CREATE INDEX dav_objects_gone ON dav_objects (user_id, kind, record_id) WHERE rev = 0;
CREATE INDEX dav_objects_name ON dav_objects (user_id, kind, name);
CREATE INDEX dav_objects_parent ON dav_objects (user_id, kind, parent_uid) WHERE parent_uid <> '';
CREATE INDEX dav_objects_uid ON dav_objects (user_id, kind, uid);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid TEXT NOT NULL, -- what receivers know a repeat by
    kind TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    mark TEXT NOT NULL,
    occurrence TEXT NOT NULL DEFAULT '',
    due_at INTEGER NOT NULL,
    about_at INTEGER NOT NULL,
    all_day INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'acknowledged', 'failed', 'missed')),
    late INTEGER NOT NULL DEFAULT 0, -- its time had passed when it was seen
    stands_for INTEGER NOT NULL DEFAULT 0, -- how many earlier ones were missed with it
    held_until INTEGER, -- by quiet hours
    rings INTEGER NOT NULL DEFAULT 1, -- how often it has rung
    next_ring_at INTEGER, -- while it insists
    rang_at INTEGER NOT NULL,
    sent_at INTEGER,
    acknowledged_at INTEGER,
    answer TEXT NOT NULL DEFAULT '', -- done, snoozed, seen or moot
    UNIQUE (user_id, id),
    UNIQUE (user_id, kind, record_id, rule, mark)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (user_id, due_at, id);
CREATE INDEX deliveries_rang ON deliveries (rang_at);
CREATE INDEX deliveries_state ON deliveries (user_id, state, due_at, id);
CREATE TABLE delivery_channels (
    user_id INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    sent_at INTEGER,
    error TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, delivery_id, channel),
    FOREIGN KEY (user_id, delivery_id) REFERENCES deliveries (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE event_overrides (
    user_id       INTEGER NOT NULL,
    event_id      INTEGER NOT NULL,
    recurrence_id TEXT    NOT NULL,
    changes       TEXT    NOT NULL,
    PRIMARY KEY (user_id, event_id, recurrence_id),
    FOREIGN KEY (user_id, event_id) REFERENCES calendar_events (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE event_people (
    user_id   INTEGER NOT NULL,
    event_id  INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, event_id, person_id),
    FOREIGN KEY (user_id, event_id) REFERENCES calendar_events (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_people_person ON event_people (user_id, person_id, event_id);
CREATE TABLE event_templates (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id          INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid              TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    name_key         TEXT    NOT NULL,
    calendar_id      INTEGER,
    title            TEXT    NOT NULL DEFAULT '',
    description      TEXT    NOT NULL DEFAULT '',
    start_time       TEXT    NOT NULL DEFAULT '',
    duration_minutes INTEGER NOT NULL DEFAULT 60,
    all_day          INTEGER NOT NULL DEFAULT 0,
    time_zone        TEXT    NOT NULL DEFAULT '',
    location_id      INTEGER,
    location         TEXT    NOT NULL DEFAULT '',
    person_ids       TEXT    NOT NULL DEFAULT '[]',
    color            TEXT    NOT NULL DEFAULT '',
    starred          INTEGER NOT NULL DEFAULT 0,
    recurrence_rule  TEXT    NOT NULL DEFAULT '',
    reminders        TEXT    NOT NULL DEFAULT '[]',
    status           TEXT    NOT NULL DEFAULT 'confirmed',
    url              TEXT    NOT NULL DEFAULT '',
    search           TEXT    NOT NULL,
    rev              INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id),
    FOREIGN KEY (user_id, location_id) REFERENCES locations (user_id, id)
) STRICT;
CREATE INDEX event_templates_calendar ON event_templates (user_id, calendar_id) WHERE calendar_id IS NOT NULL;
CREATE INDEX event_templates_location ON event_templates (user_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX event_templates_name ON event_templates (user_id, name_key, id);
CREATE INDEX event_templates_rev ON event_templates (user_id, rev, id);
CREATE TABLE feeds (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name              TEXT    NOT NULL,
    token_hash        BLOB    NOT NULL UNIQUE,
    kind              TEXT    NOT NULL CHECK (kind IN ('calendar', 'project', 'todos', 'reminders')),
    calendar_id       INTEGER,
    project_id        INTEGER,
    busy              INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL DEFAULT 0,
    last_used_address TEXT    NOT NULL DEFAULT '',
    CHECK ((kind = 'calendar') = (calendar_id IS NOT NULL) AND (kind = 'project') = (project_id IS NOT NULL)),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX feeds_calendar ON feeds (user_id, calendar_id);
CREATE INDEX feeds_project ON feeds (user_id, project_id);
CREATE INDEX feeds_user ON feeds (user_id, created_at, id);
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
CREATE TABLE idempotency_keys (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key         TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
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
CREATE TABLE identity_flows (
    state_hash BLOB PRIMARY KEY,
    used_at INTEGER NOT NULL
) STRICT;
CREATE TABLE invitations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB    NOT NULL UNIQUE,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    username   TEXT    NOT NULL DEFAULT '',
    role       TEXT    NOT NULL,
    made_by    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_order ON invitations (created_at, id);
CREATE INDEX invitations_user ON invitations (user_id);
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
CREATE INDEX jobs_dead ON jobs (run_at, id) WHERE state = 'dead';
CREATE INDEX jobs_due ON jobs (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_locked ON jobs (locked_until) WHERE locked_until > 0;
CREATE TABLE journal (
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    change_set      INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    actor_id        INTEGER NOT NULL,
    source          TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    record_id       INTEGER NOT NULL,
    uid             TEXT    NOT NULL,
    operation       TEXT    NOT NULL CHECK (operation IN ('create', 'update', 'delete', 'restore')),
    title           TEXT    NOT NULL DEFAULT '',
    collection      TEXT    NOT NULL DEFAULT '',
    collection_was  TEXT    NOT NULL DEFAULT '',
    dav_name        TEXT    NOT NULL DEFAULT '',
    cause           TEXT    NOT NULL DEFAULT '',
    image           TEXT,
    image_version   INTEGER NOT NULL DEFAULT 1,
    undone_by       INTEGER,
    PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_collection ON journal (user_id, collection, seq);
CREATE INDEX journal_collection_was ON journal (user_id, collection_was, seq) WHERE collection_was <> '';
CREATE INDEX journal_record ON journal (user_id, kind, record_id, seq, change_set);
CREATE INDEX journal_undone ON journal (user_id, undone_by) WHERE undone_by IS NOT NULL;
CREATE TABLE journal_heads (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    pruned  INTEGER NOT NULL DEFAULT 0, -- numbers up to it may be missing
    epoch   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE locations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid        TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    name_key   TEXT    NOT NULL,
    address    TEXT    NOT NULL DEFAULT '',
    category   TEXT    NOT NULL DEFAULT '',
    latitude   REAL,
    longitude  REAL,
    phone      TEXT    NOT NULL DEFAULT '',
    email      TEXT    NOT NULL DEFAULT '',
    website    TEXT    NOT NULL DEFAULT '',
    notes      TEXT    NOT NULL DEFAULT '',
    favourite  INTEGER NOT NULL DEFAULT 0,
    search     TEXT    NOT NULL,
    rev        INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid)
) STRICT;
CREATE INDEX locations_category ON locations (user_id, category, name_key, id);
CREATE INDEX locations_favourite ON locations (user_id, favourite, name_key, id);
CREATE INDEX locations_name ON locations (user_id, name_key, id);
CREATE INDEX locations_rev ON locations (user_id, rev, id);
CREATE TABLE login_attempts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    username_key TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    kind         TEXT    NOT NULL DEFAULT 'password',
    success      INTEGER NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX login_attempts_address ON login_attempts (address, at);
CREATE INDEX login_attempts_at ON login_attempts (at);
CREATE INDEX login_attempts_name ON login_attempts (username_key, at);
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
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
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
CREATE TABLE people (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id            INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid                TEXT    NOT NULL,
    given_name         TEXT    NOT NULL DEFAULT '',
    family_name        TEXT    NOT NULL DEFAULT '',
    display_name       TEXT    NOT NULL,
    display_name_given INTEGER NOT NULL DEFAULT 0,
    name_key           TEXT    NOT NULL,
    nickname           TEXT    NOT NULL DEFAULT '',
    emails             TEXT    NOT NULL DEFAULT '[]',
    phones             TEXT    NOT NULL DEFAULT '[]',
    addresses          TEXT    NOT NULL DEFAULT '[]',
    groups             TEXT    NOT NULL DEFAULT '[]',
    birthday           TEXT    NOT NULL DEFAULT '',
    birthday_day       TEXT    NOT NULL DEFAULT '',
    anniversary        TEXT    NOT NULL DEFAULT '',
    anniversary_day    TEXT    NOT NULL DEFAULT '',
    company            TEXT    NOT NULL DEFAULT '',
    job_title          TEXT    NOT NULL DEFAULT '',
    category           TEXT    NOT NULL DEFAULT '',
    relationship       TEXT    NOT NULL DEFAULT '',
    favourite          INTEGER NOT NULL DEFAULT 0,
    notes              TEXT    NOT NULL DEFAULT '',
    last_contacted_at  INTEGER,
    contact_every_days INTEGER,
    contact_due_at     INTEGER,
    photo_rev          INTEGER NOT NULL DEFAULT 0,
    search             TEXT    NOT NULL,
    rev                INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid)
) STRICT;
CREATE INDEX people_anniversary ON people (user_id, anniversary_day, id) WHERE anniversary_day <> '';
CREATE INDEX people_birthday ON people (user_id, birthday_day, id) WHERE birthday_day <> '';
CREATE INDEX people_category ON people (user_id, category, name_key, id);
CREATE INDEX people_contact ON people (user_id, contact_due_at, id) WHERE contact_due_at IS NOT NULL;
CREATE INDEX people_favourite ON people (user_id, favourite, name_key, id);
CREATE INDEX people_name ON people (user_id, name_key, id);
CREATE INDEX people_rev ON people (user_id, rev, id);
CREATE TABLE person_groups (
    user_id   INTEGER NOT NULL,
    group_key TEXT    NOT NULL,
    person_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, group_key, person_id),
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX person_groups_person ON person_groups (user_id, person_id);
CREATE TABLE person_photos (
    user_id    INTEGER NOT NULL,
    person_id  INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    data       BLOB    NOT NULL,
    PRIMARY KEY (user_id, person_id),
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE TABLE profile_links (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    token_hash BLOB    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX profile_links_expires ON profile_links (expires_at);
CREATE TABLE project_tasks (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid            TEXT    NOT NULL,
    project_id     INTEGER NOT NULL,
    title          TEXT    NOT NULL,
    description    TEXT    NOT NULL DEFAULT '',
    status         TEXT    NOT NULL DEFAULT 'todo',
    priority       INTEGER NOT NULL DEFAULT 0,
    due_date       TEXT    NOT NULL DEFAULT '',
    due_key        TEXT    NOT NULL,
    person_id      INTEGER,
    parent_task_id INTEGER,
    position       INTEGER NOT NULL,
    completed_at   INTEGER,
    search         TEXT    NOT NULL,
    rev            INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    UNIQUE (user_id, project_id, id),
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id),
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id),
    -- A sub-task lies in its parent's project.
    FOREIGN KEY (user_id, project_id, parent_task_id) REFERENCES project_tasks (user_id, project_id, id)
) STRICT;
CREATE INDEX project_tasks_agenda ON project_tasks (user_id, due_key, id) WHERE status <> 'done';
CREATE INDEX project_tasks_due ON project_tasks (user_id, project_id, due_key, id);
CREATE INDEX project_tasks_parent ON project_tasks (user_id, project_id, parent_task_id) WHERE parent_task_id IS NOT NULL;
CREATE INDEX project_tasks_person ON project_tasks (user_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX project_tasks_position ON project_tasks (user_id, project_id, position, id);
CREATE INDEX project_tasks_recent ON project_tasks (user_id, rev);
CREATE INDEX project_tasks_rev ON project_tasks (user_id, project_id, rev, id);
CREATE TABLE projects (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid         TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    description TEXT    NOT NULL DEFAULT '',
    status      TEXT    NOT NULL DEFAULT 'not_started',
    color       TEXT    NOT NULL DEFAULT '',
    due_date    TEXT    NOT NULL DEFAULT '',
    due_key     TEXT    NOT NULL,
    starred     INTEGER NOT NULL DEFAULT 0,
    position    INTEGER NOT NULL,
    tasks_total INTEGER NOT NULL DEFAULT 0,
    tasks_done  INTEGER NOT NULL DEFAULT 0,
    search      TEXT    NOT NULL,
    rev         INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid)
) STRICT;
CREATE INDEX projects_due ON projects (user_id, due_key, id);
CREATE INDEX projects_name ON projects (user_id, name_key, id);
CREATE INDEX projects_position ON projects (user_id, position, id);
CREATE INDEX projects_rev ON projects (user_id, rev, id);
CREATE INDEX projects_status ON projects (user_id, status, position, id);
CREATE TABLE push_keys (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    key_secret TEXT    NOT NULL, -- sealed; '' after a restore without its SECRET_KEY
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE push_subscriptions (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    endpoint_hash BLOB    NOT NULL UNIQUE, -- SHA-256: a browser belongs to whoever signed in there last
    target_secret TEXT    NOT NULL,        -- endpoint and keys, sealed
    service       TEXT    NOT NULL,        -- host of the endpoint
    user_agent    TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER NOT NULL DEFAULT 0, -- when a message was taken last; 0: never
    failures      INTEGER NOT NULL DEFAULT 0, -- since then
    last_error    TEXT    NOT NULL DEFAULT ''
, last_reason TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id, created_at, id);
CREATE TABLE record_counts (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    UNIQUE (user_id, code_hash)
) STRICT;
CREATE TABLE reminders (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid             TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    description     TEXT    NOT NULL DEFAULT '',
    remind_at       INTEGER NOT NULL,
    remind_local    TEXT    NOT NULL,
    time_zone       TEXT    NOT NULL DEFAULT '',
    recurrence_rule TEXT    NOT NULL DEFAULT '',
    active          INTEGER NOT NULL DEFAULT 1,
    dismissed       INTEGER NOT NULL DEFAULT 0,
    dismissed_at    INTEGER,
    snoozed_until   INTEGER,
    due_at          INTEGER NOT NULL,
    todo_id         INTEGER,
    event_id        INTEGER,
    person_id       INTEGER,
    location_id     INTEGER,
    search          TEXT    NOT NULL,
    rev             INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL, insist_minutes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    FOREIGN KEY (user_id, todo_id) REFERENCES todos (user_id, id),
    FOREIGN KEY (user_id, event_id) REFERENCES calendar_events (user_id, id),
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id),
    FOREIGN KEY (user_id, location_id) REFERENCES locations (user_id, id)
) STRICT;
CREATE INDEX reminders_active ON reminders (user_id, active, dismissed, due_at, id);
CREATE INDEX reminders_due ON reminders (user_id, due_at, id);
CREATE INDEX reminders_event ON reminders (user_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX reminders_location ON reminders (user_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX reminders_person ON reminders (user_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX reminders_rev ON reminders (user_id, rev, id);
CREATE INDEX reminders_todo ON reminders (user_id, todo_id) WHERE todo_id IS NOT NULL;
CREATE TABLE security_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    actor_id   INTEGER NOT NULL DEFAULT 0,
    address    TEXT    NOT NULL DEFAULT '',
    user_agent TEXT    NOT NULL DEFAULT '',
    device     TEXT    NOT NULL DEFAULT '',
    detail     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX security_events_at ON security_events (at, id);
CREATE INDEX security_events_device ON security_events (user_id, device) WHERE kind = 'log_in';
CREATE INDEX security_events_kind ON security_events (user_id, kind, at, id);
CREATE INDEX security_events_order ON security_events (user_id, id);
CREATE INDEX security_events_user ON security_events (user_id, at, id);
CREATE TABLE settings (
    user_id             INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    preferred_name      TEXT    NOT NULL DEFAULT '',
    time_zone           TEXT    NOT NULL DEFAULT 'UTC',
    language            TEXT    NOT NULL DEFAULT 'en',
    first_day_of_week   INTEGER NOT NULL DEFAULT 1,
    date_format         TEXT    NOT NULL DEFAULT 'YYYY-MM-DD',
    time_format         TEXT    NOT NULL DEFAULT '24h',
    accent_color        TEXT    NOT NULL DEFAULT '',
    theme               TEXT    NOT NULL DEFAULT 'system',
    upcoming_days       INTEGER NOT NULL DEFAULT 7,
    default_calendar_id INTEGER,
    email               TEXT    NOT NULL DEFAULT '',
    ntfy_server         TEXT    NOT NULL DEFAULT '',
    ntfy_topic          TEXT    NOT NULL DEFAULT '',
    ntfy_token          TEXT    NOT NULL DEFAULT '',
    ntfy_enabled        INTEGER NOT NULL DEFAULT 0,
    mail_enabled        INTEGER NOT NULL DEFAULT 0,
    push_enabled        INTEGER NOT NULL DEFAULT 0,
    webhook_url         TEXT    NOT NULL DEFAULT '',
    webhook_secret      TEXT    NOT NULL DEFAULT '',
    webhook_enabled     INTEGER NOT NULL DEFAULT 0,
    digest_enabled      INTEGER NOT NULL DEFAULT 0,
    digest_time         TEXT    NOT NULL DEFAULT '07:00',
    notify_todos        INTEGER NOT NULL DEFAULT 1,
    notify_events       INTEGER NOT NULL DEFAULT 1,
    notify_reminders    INTEGER NOT NULL DEFAULT 1,
    notify_birthdays    INTEGER NOT NULL DEFAULT 1,
    notify_contacts     INTEGER NOT NULL DEFAULT 1,
    quiet_from          TEXT    NOT NULL DEFAULT '',
    quiet_until         TEXT    NOT NULL DEFAULT '',
    rev                 INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL, escalation TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (user_id, default_calendar_id) REFERENCES calendars (user_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX settings_calendar ON settings (user_id, default_calendar_id) WHERE default_calendar_id IS NOT NULL;
CREATE TABLE shares (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid          TEXT    NOT NULL,
    calendar_id  INTEGER,
    project_id   INTEGER,
    with_user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    access       TEXT    NOT NULL CHECK (access IN ('read', 'write')),
    color        TEXT    NOT NULL DEFAULT '',
    visible      INTEGER NOT NULL DEFAULT 1,
    rev          INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    UNIQUE (user_id, calendar_id, with_user_id),
    UNIQUE (user_id, project_id, with_user_id),
    CHECK ((calendar_id IS NULL) <> (project_id IS NULL)),
    CHECK (with_user_id <> user_id),
    FOREIGN KEY (user_id, calendar_id) REFERENCES calendars (user_id, id) ON DELETE CASCADE,
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX shares_with ON shares (with_user_id, id);
CREATE TABLE spent_challenges (
    hash BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_challenges_expiry ON spent_challenges (expires_at);
CREATE TABLE todo_labels (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN ('tag', 'category')),
    label_key TEXT    NOT NULL, -- a tag's is folded, as in todo_tags
    name      TEXT    NOT NULL,
    open      INTEGER NOT NULL, -- by to-dos that are not done
    total     INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, label_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE todo_tags (
    user_id INTEGER NOT NULL,
    tag_key TEXT    NOT NULL,
    todo_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, tag_key, todo_id),
    FOREIGN KEY (user_id, todo_id) REFERENCES todos (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX todo_tags_todo ON todo_tags (user_id, todo_id);
CREATE TABLE todos (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    uid             TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    title_key       TEXT    NOT NULL,
    description     TEXT    NOT NULL DEFAULT '',
    priority        INTEGER NOT NULL DEFAULT 0,
    due_date        TEXT    NOT NULL DEFAULT '',
    due_time        TEXT    NOT NULL DEFAULT '',
    due_key         TEXT    NOT NULL,
    completed       INTEGER NOT NULL DEFAULT 0,
    completed_at    INTEGER,
    completed_on    TEXT    NOT NULL DEFAULT '',
    category        TEXT    NOT NULL DEFAULT '',
    tags            TEXT    NOT NULL DEFAULT '[]',
    recurrence_rule TEXT    NOT NULL DEFAULT '',
    repeat_from     TEXT    NOT NULL DEFAULT 'due',
    project_id      INTEGER,
    person_id       INTEGER,
    location_id     INTEGER,
    parent_id       INTEGER,
    position        INTEGER NOT NULL,
    reminders       TEXT    NOT NULL DEFAULT '[]',
    search          TEXT    NOT NULL,
    rev             INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (user_id, id),
    UNIQUE (user_id, uid),
    FOREIGN KEY (user_id, project_id) REFERENCES projects (user_id, id),
    FOREIGN KEY (user_id, person_id) REFERENCES people (user_id, id),
    FOREIGN KEY (user_id, location_id) REFERENCES locations (user_id, id),
    FOREIGN KEY (user_id, parent_id) REFERENCES todos (user_id, id)
) STRICT;
CREATE INDEX todos_category ON todos (user_id, category, due_key, id) WHERE category <> '';
CREATE INDEX todos_due ON todos (user_id, due_key, id);
CREATE INDEX todos_location ON todos (user_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX todos_open ON todos (user_id, completed, due_key, id);
CREATE INDEX todos_open_position ON todos (user_id, completed, position, id);
CREATE INDEX todos_parent ON todos (user_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX todos_person ON todos (user_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX todos_position ON todos (user_id, position, id);
CREATE INDEX todos_priority ON todos (user_id, priority, id);
CREATE INDEX todos_project ON todos (user_id, project_id, due_key, id) WHERE project_id IS NOT NULL;
CREATE INDEX todos_rev ON todos (user_id, rev, id);
CREATE INDEX todos_title ON todos (user_id, title_key, id);
CREATE TABLE trash (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    record_id  INTEGER NOT NULL,
    title      TEXT    NOT NULL DEFAULT '',
    cause      TEXT    NOT NULL DEFAULT '',
    seq        INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL, held INTEGER,
    UNIQUE (user_id, kind, record_id)
) STRICT;
CREATE INDEX trash_held ON trash (user_id, held) WHERE held IS NOT NULL;
CREATE INDEX trash_user ON trash (user_id, id);
CREATE TABLE user_sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   BLOB    NOT NULL UNIQUE,
    user_agent   TEXT    NOT NULL DEFAULT '',
    address      TEXT    NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
, proved_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX user_sessions_expiry ON user_sessions (expires_at);
CREATE INDEX user_sessions_user ON user_sessions (user_id, last_seen_at, id);
CREATE TABLE users (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    username              TEXT    NOT NULL,
    username_key          TEXT    NOT NULL UNIQUE,
    password_hash         TEXT    NOT NULL,
    role                  TEXT    NOT NULL DEFAULT 'user' CHECK (role IN ('admin', 'user')),
    disabled              INTEGER NOT NULL DEFAULT 0,
    totp_secret           TEXT    NOT NULL DEFAULT '',
    totp_enabled          INTEGER NOT NULL DEFAULT 0,
    totp_last_step        INTEGER NOT NULL DEFAULT 0,
    failed_login_attempts INTEGER NOT NULL DEFAULT 0,
    locked_until          INTEGER,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
, password_change_due INTEGER NOT NULL DEFAULT 0, totp_pending_secret TEXT NOT NULL DEFAULT '', totp_pending_until INTEGER NOT NULL DEFAULT 0, passkey_handle BLOB NOT NULL DEFAULT x'') STRICT;
