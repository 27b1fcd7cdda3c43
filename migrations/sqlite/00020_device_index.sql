-- +goose Up
-- Each log-in asks whether its user was seen with this device before.
CREATE INDEX security_events_device ON security_events (user_id, device) WHERE kind = 'log_in';

-- +goose Down
DROP INDEX security_events_device;
