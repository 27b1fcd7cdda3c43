-- +goose Up

-- How often each tag and category of to-dos is in use, kept by the transactions
-- that change a to-do. The name is as it was written last.
CREATE TABLE todo_labels (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('tag', 'category')),
    label_key TEXT COLLATE "C" NOT NULL, -- a tag's is folded, as in todo_tags
    name TEXT COLLATE "C" NOT NULL,
    open BIGINT NOT NULL, -- by to-dos that are not done
    total BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, label_key)
);
CREATE INDEX todo_labels_used ON todo_labels (user_id, open DESC, total DESC, label_key, kind);

INSERT INTO todo_labels (user_id, kind, label_key, name, open, total)
SELECT user_id, 'category', category, category, COUNT(*) FILTER (WHERE NOT completed), COUNT(*)
FROM todos WHERE category <> '' GROUP BY user_id, category;

-- The spelling of a tag with accents shows with the next to-do that has it.
INSERT INTO todo_labels (user_id, kind, label_key, name, open, total)
SELECT g.user_id, 'tag', g.tag_key, COALESCE(MIN(s.name), g.tag_key), COUNT(*) FILTER (WHERE NOT t.completed), COUNT(*)
FROM todo_tags g JOIN todos t ON t.user_id = g.user_id AND t.id = g.todo_id
LEFT JOIN (
    SELECT todos.user_id, lower(j.value) AS spelled, MIN(j.value) AS name
    FROM todos CROSS JOIN jsonb_array_elements_text(CAST(todos.tags AS jsonb)) AS j (value)
    GROUP BY todos.user_id, lower(j.value)
) s ON s.user_id = g.user_id AND s.spelled = g.tag_key
GROUP BY g.user_id, g.tag_key;

-- What is open in the user's own order.
CREATE INDEX todos_open_position ON todos (user_id, completed, position, id);

-- +goose Down

DROP INDEX todos_open_position;
DROP TABLE todo_labels;
