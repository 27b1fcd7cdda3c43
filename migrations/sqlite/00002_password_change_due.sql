-- +goose Up
-- Whether the user is asked to change the password: it came from elsewhere and
-- may be weaker than ours.
ALTER TABLE users ADD COLUMN password_change_due INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE users DROP COLUMN password_change_due;
