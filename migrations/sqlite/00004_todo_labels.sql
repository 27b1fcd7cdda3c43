-- +goose Up

-- How often each tag and category of to-dos is in use, kept by the transactions
-- that change a to-do. The name is as it was written last.
CREATE TABLE todo_labels (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind      TEXT    NOT NULL CHECK (kind IN ('tag', 'category')),
    label_key TEXT    NOT NULL, -- a tag's is folded, as in todo_tags
    name      TEXT    NOT NULL,
    open      INTEGER NOT NULL, -- by to-dos that are not done
    total     INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, label_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX todo_labels_used ON todo_labels (user_id, open DESC, total DESC, label_key, kind);

INSERT INTO todo_labels (user_id, kind, label_key, name, open, total)
SELECT user_id, 'category', category, category, SUM(completed = 0), COUNT(*)
FROM todos WHERE category <> '' GROUP BY user_id, category;

-- The spelling of a tag with accents shows with the next to-do that has it.
INSERT INTO todo_labels (user_id, kind, label_key, name, open, total)
SELECT g.user_id, 'tag', g.tag_key, COALESCE(MIN(s.name), g.tag_key), SUM(t.completed = 0), COUNT(*)
FROM todo_tags g JOIN todos t ON t.user_id = g.user_id AND t.id = g.todo_id
LEFT JOIN (
    SELECT todos.user_id, lower(j.value) AS spelled, MIN(j.value) AS name FROM todos, json_each(todos.tags) AS j
    GROUP BY todos.user_id, lower(j.value)
) s ON s.user_id = g.user_id AND s.spelled = g.tag_key
GROUP BY g.user_id, g.tag_key;

-- What is open in the user's own order.
CREATE INDEX todos_open_position ON todos (user_id, completed, position, id);

-- +goose Down

DROP INDEX todos_open_position;
DROP TABLE todo_labels;
