-- +goose Up

-- In which order a reminder that insists goes over the channels, one more each
-- time that nobody answers: names with commas between. Empty: over all at once.
ALTER TABLE settings ADD COLUMN escalation TEXT NOT NULL DEFAULT '';

-- Why an attempt failed, as the words of any language are made from: a JSON list
-- of the reason's name and what it is about. error has it in English.
ALTER TABLE delivery_channels ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE push_subscriptions ADD COLUMN last_reason TEXT NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE push_subscriptions DROP COLUMN last_reason;
ALTER TABLE delivery_channels DROP COLUMN reason;
ALTER TABLE settings DROP COLUMN escalation;
