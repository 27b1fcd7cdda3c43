-- A database of the older Umbra from the later time, with users. Its columns
-- were never documented: those here are assumed (timestamps with a zone, words
-- in small letters, a user_id everywhere but in project_tasks). The passwords are
-- "an umbrella for ada" and "an umbrella for ben".

CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0012_users');

CREATE TABLE users (id SERIAL PRIMARY KEY, username VARCHAR(64) UNIQUE NOT NULL, email VARCHAR(255), password_hash VARCHAR(255) NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT true, is_admin BOOLEAN NOT NULL DEFAULT false, totp_secret VARCHAR(64), totp_enabled BOOLEAN NOT NULL DEFAULT false,
    failed_login_attempts INTEGER NOT NULL DEFAULT 0, locked_until TIMESTAMPTZ, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
INSERT INTO users VALUES
    (1, 'ben', NULL, '$argon2id$v=19$m=1024,t=1,p=1$5t56UH78vSf2p2lM3HGALA$11Y3hTi0lz4l8yZgc92E5CGjPuF1ldHGxZP2UQP9ce4', true, false, NULL, false, 2, NULL, '2024-01-01 00:00:00+00'),
    (2, 'ada', 'ada@example.org', '$argon2id$v=19$m=1024,t=1,p=1$/pnbtgcOcoz+cXqHvpOGPA$Mz2Qu80ZWNfvhJgxaxi0aKXI95DIvrKn9G5L1cmGVKo', true, true, 'JBSWY3DPEHPK3PXP', true, 0, NULL, '2024-01-02 00:00:00+00'),
    (3, 'cy', NULL, 'pbkdf2:unreadable', false, false, NULL, false, 0, NULL, '2024-01-03 00:00:00+00');

CREATE TABLE user_sessions (id UUID PRIMARY KEY, user_id INTEGER, token_hash TEXT, expires_at TIMESTAMPTZ);
INSERT INTO user_sessions VALUES ('6a9d2c3e-8f4b-4a0e-9a53-0b1f7d0c9d11', 2, 'x', now());

CREATE TABLE settings (id SERIAL PRIMARY KEY, user_id INTEGER, preferred_name VARCHAR(100), time_zone VARCHAR(64), theme VARCHAR(16), pin_hash VARCHAR(128));
INSERT INTO settings VALUES (1, NULL, 'Nobody', 'Asia/Tokyo', 'light', 'old'), (2, 1, 'Ben', 'America/New_York', 'light', NULL);

CREATE TABLE locations (id SERIAL PRIMARY KEY, user_id INTEGER, name VARCHAR(200) NOT NULL, created_at TIMESTAMPTZ);
CREATE TABLE people (id SERIAL PRIMARY KEY, user_id INTEGER, name VARCHAR(200), emails JSONB, created_at TIMESTAMPTZ);
INSERT INTO people VALUES (1, 1, 'Grace Hopper', '[{"label": "work", "value": "grace@navy.example"}]', '2024-02-01 00:00:00+00');
CREATE TABLE projects (id SERIAL PRIMARY KEY, user_id INTEGER, name VARCHAR(200), status VARCHAR(20), created_at TIMESTAMPTZ);
INSERT INTO projects VALUES (1, 1, 'Ben''s boat', 'on_hold', '2024-02-01 00:00:00+00'), (2, 2, 'Ada''s engine', 'in_progress', '2024-02-01 00:00:00+00');
CREATE TABLE project_tasks (id SERIAL PRIMARY KEY, project_id INTEGER, title VARCHAR(200), status VARCHAR(20), created_at TIMESTAMPTZ);
INSERT INTO project_tasks VALUES (1, 1, 'Caulk it', 'in_progress', '2024-02-01 00:00:00+00'), (2, 2, 'Oil it', 'done', '2024-02-01 00:00:00+00'),
    (3, 99, 'Of no project', 'todo', '2024-02-01 00:00:00+00');
CREATE TABLE calendar_events (id SERIAL PRIMARY KEY, user_id INTEGER, title VARCHAR(200), start_date DATE, start_time TIME, end_date DATE, created_at TIMESTAMPTZ);
INSERT INTO calendar_events VALUES (1, 1, 'Regatta', '2025-07-04', '09:15:00', NULL, '2024-02-01 00:00:00+00'),
    (2, 1, 'At sea', '2025-07-05', NULL, '2025-07-06', '2024-02-01 00:00:00+00');
CREATE TABLE todos (id SERIAL PRIMARY KEY, user_id INTEGER, title VARCHAR(200), due_date DATE, completed BOOLEAN, project_id INTEGER, created_at TIMESTAMPTZ);
INSERT INTO todos VALUES (1, 1, 'Buy rope', '2025-04-01', false, 1, '2024-02-01 12:34:56.789+02'), (2, 2, 'Of Ada, about the project of Ben', NULL, true, 1, '2024-02-01 00:00:00+00'),
    (3, NULL, 'Of nobody', NULL, false, NULL, '2024-02-01 00:00:00+00');
CREATE TABLE reminders (id SERIAL PRIMARY KEY, user_id INTEGER, title VARCHAR(200), remind_at TIMESTAMPTZ, active BOOLEAN, dismissed BOOLEAN, created_at TIMESTAMPTZ);
INSERT INTO reminders VALUES (1, 2, 'Oil', '2025-04-02 19:00:00+02', true, false, '2024-02-01 00:00:00+00');
