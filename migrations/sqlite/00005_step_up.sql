-- +goose Up

-- When whoever holds the session last showed who they are, by log-in or again
-- since. Sessions from before have not.
ALTER TABLE user_sessions ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE user_sessions DROP COLUMN proved_at;
