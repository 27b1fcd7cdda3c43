-- A database of the older Umbra from the time when one PIN opened it.
-- Its columns were never documented: those here are assumed, after its API, and
-- in the types that SQLAlchemy makes by itself (naive timestamps, VARCHAR, enums
-- in capitals). The PIN is 4711.

CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0007_locations');

CREATE TABLE settings (
    id SERIAL PRIMARY KEY,
    user_id VARCHAR(64),
    pin_hash VARCHAR(128),
    preferred_name VARCHAR(100),
    timezone VARCHAR(64),
    first_day_of_week INTEGER,
    date_format VARCHAR(20),
    time_format VARCHAR(8),
    theme VARCHAR(16),
    accent_color VARCHAR(9),
    ntfy_server VARCHAR(255),
    ntfy_topic VARCHAR(64),
    ntfy_token VARCHAR(255),
    ntfy_enabled BOOLEAN,
    updated_at TIMESTAMP WITHOUT TIME ZONE
);
INSERT INTO settings VALUES (1, NULL, '$2b$10$lCJ7m6p47cebDYaiROff1e6cIBz8eEx73mMC5zYRTxZdBlknuyq3W', 'Ada', 'Europe/Berlin', 0,
    '%d.%m.%Y', '24h', 'dark', 'blue', 'https://ntfy.sh', 'ada-at-home', 'tk_very_secret', true, '2024-01-01 10:00:00');

CREATE TYPE priority AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT', 'SOMEDAY');

CREATE TABLE locations (id SERIAL PRIMARY KEY, name VARCHAR(200) NOT NULL, address TEXT, category VARCHAR(50),
    latitude NUMERIC(9, 6), longitude NUMERIC(9, 6), phone VARCHAR(50), website VARCHAR(500), notes TEXT,
    is_favorite BOOLEAN DEFAULT false, created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO locations VALUES
    (1, 'Corner Bakery', '12 Mill Lane', 'food', 51.752, -1.2577, '+44 1865 1', 'https://bakery.example', 'Closed on Mondays', true, '2023-03-01 08:00:00', NULL),
    (2, 'The far north', NULL, NULL, 99.9, 12, NULL, 'no address at all', NULL, false, '2023-03-02 08:00:00', NULL);

CREATE TABLE people (id SERIAL PRIMARY KEY, first_name VARCHAR(100), last_name VARCHAR(100), nickname VARCHAR(100), email VARCHAR(255),
    phone VARCHAR(50), mobile VARCHAR(50), address TEXT, city VARCHAR(100), postal_code VARCHAR(20), country VARCHAR(100), birthday DATE,
    company VARCHAR(100), job_title VARCHAR(100), relationship VARCHAR(50), tags JSONB, is_favorite BOOLEAN, notes TEXT,
    last_contacted DATE, shoe_size INTEGER, created_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO people VALUES
    (1, 'Grace', 'Hopper', NULL, 'grace@example.org', '+1 555 1', '+1 555 2', '1 Navy Yard', 'Arlington', '22201', 'USA', '1906-12-09', 'Navy', 'Admiral',
     'mentor', '["family", "work"]', true, 'Likes **nanoseconds**.', '2024-05-01', 38, '2023-03-01 08:00:00'),
    (2, NULL, NULL, NULL, 'nobody', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2023-03-01 08:00:00');

CREATE TABLE projects (id SERIAL PRIMARY KEY, name VARCHAR(200) NOT NULL, description TEXT, status VARCHAR(20), color VARCHAR(7), due_date DATE,
    is_starred BOOLEAN, created_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO projects VALUES (1, 'Garden', 'Beds and paths', 'active', '#3366cc', '2025-06-30', true, '2023-04-01 08:00:00'),
    (5, 'Shed', NULL, 'archived', NULL, NULL, NULL, '2023-04-02 08:00:00');

CREATE TABLE project_tasks (id SERIAL PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects (id), title VARCHAR(200) NOT NULL, description TEXT,
    completed BOOLEAN, completed_at TIMESTAMP WITHOUT TIME ZONE, priority priority, due_date DATE, assigned_to INTEGER, parent_id INTEGER, sort_order INTEGER,
    created_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO project_tasks VALUES
    (1, 1, 'Fill the pond', NULL, false, NULL, 'HIGH', '2025-05-31', 1, 2, 2, '2023-04-01 09:00:00'),
    (2, 1, 'Dig the pond', NULL, true, '2023-04-20 22:30:00', NULL, NULL, 77, NULL, 1, '2023-04-01 09:00:00');

CREATE TABLE calendar_events (id SERIAL PRIMARY KEY, title VARCHAR(200) NOT NULL, description TEXT, start_time TIMESTAMP WITHOUT TIME ZONE,
    end_time TIMESTAMP WITHOUT TIME ZONE, all_day BOOLEAN DEFAULT false, location VARCHAR(200), location_id INTEGER, color VARCHAR(7), is_starred BOOLEAN,
    recurrence VARCHAR(20), person_ids INTEGER[], created_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO calendar_events VALUES
    (1, 'Choir', 'Bring scores', '2025-03-28 19:00:00', '2025-03-28 21:00:00', false, 'Town hall', NULL, '#ff0000', true, 'weekly', '{1}', '2024-01-01 08:00:00'),
    (2, 'Holiday', NULL, '2025-08-01 00:00:00', '2025-08-03 23:59:00', true, NULL, NULL, NULL, false, 'none', NULL, '2024-01-01 08:00:00'),
    (3, 'Backwards', NULL, '2025-08-01 10:00:00', '2025-07-01 10:00:00', false, NULL, 1, NULL, false, NULL, NULL, '2024-01-01 08:00:00'),
    (4, 'No time at all', NULL, NULL, NULL, false, NULL, NULL, NULL, false, NULL, NULL, '2024-01-01 08:00:00');

CREATE TABLE todos (id SERIAL PRIMARY KEY, title VARCHAR(600) NOT NULL, description TEXT, priority priority, due_date TIMESTAMP WITHOUT TIME ZONE,
    completed BOOLEAN NOT NULL DEFAULT false, completed_at TIMESTAMP WITHOUT TIME ZONE, category VARCHAR(50), tags VARCHAR(255), recurrence VARCHAR(50),
    project_id INTEGER, parent_id INTEGER, mood VARCHAR(20), created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO todos VALUES
    (1, 'Water the plants', 'The fern twice', 'HIGH', '2025-04-01 09:30:00', false, NULL, 'home', 'plants, weekly', 'weekly', 1, NULL, 'calm', '2024-02-01 08:00:00', '2024-03-01 08:00:00'),
    (2, 'Taxes', NULL, 'URGENT', '2024-05-31 00:00:00', true, '2024-05-30 22:30:00', NULL, NULL, 'yearly', NULL, NULL, NULL, '2024-02-02 08:00:00', NULL),
    (3, 'A part', NULL, 'SOMEDAY', NULL, false, NULL, NULL, NULL, NULL, 9, 4, NULL, '2024-02-03 08:00:00', NULL),
    (4, E'The whole\nin two lines', NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-02-03 08:00:00', NULL),
    (5, 'Chicken', NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, 6, NULL, '2024-02-04 08:00:00', NULL),
    (6, 'Egg', NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, 5, NULL, '2024-02-04 08:00:00', NULL);

CREATE TABLE reminders (id SERIAL PRIMARY KEY, title VARCHAR(200) NOT NULL, remind_at TIMESTAMP WITHOUT TIME ZONE, is_active BOOLEAN, is_dismissed BOOLEAN,
    todo_id INTEGER, recurrence VARCHAR(20), created_at TIMESTAMP WITHOUT TIME ZONE);
INSERT INTO reminders VALUES (1, 'Bins out', '2025-04-02 19:00:00', true, false, NULL, 'weekly', '2024-01-01 08:00:00'),
    (2, 'Plants', '2024-04-02 19:00:00', false, true, 1, NULL, '2024-01-01 08:00:00');

CREATE TABLE habits (id SERIAL PRIMARY KEY, name TEXT);
INSERT INTO habits VALUES (1, 'Run'), (2, 'Read');
