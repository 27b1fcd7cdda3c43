-- +goose Up
-- Whether the user is asked to change the password: it came from elsewhere and
-- may be weaker than ours.
ALTER TABLE users ADD COLUMN password_change_due boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE users DROP COLUMN password_change_due;
