-- +goose Up
-- What these answered is read in the order of numbers, which is that of time, or is
-- a handful of rows; each was written with every change of a record.
DROP INDEX journal_at;
DROP INDEX journal_change_set;
DROP INDEX trash_deleted;
DROP INDEX todo_labels_used;

-- +goose Down
CREATE INDEX journal_at ON journal (at);
CREATE INDEX journal_change_set ON journal (user_id, change_set, seq);
CREATE INDEX trash_deleted ON trash (deleted_at);
CREATE INDEX todo_labels_used ON todo_labels (user_id, open DESC, total DESC, label_key, kind);
