package resource

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"umbra/app/caller"
	"umbra/app/db"
)

// share is the kind under which the address and properties of what is shared with
// a user are kept: they are this user's.
const share = "share"

// Collections answers the user's collections: the calendars and projects, the
// to-dos, the reminders and the people; what others share; and, as Home, the
// properties that clients set on what holds them.
func (s *Store) Collections(ctx context.Context, who caller.Caller) ([]Collection, error) {
	all, err := db.Query(ctx, s.db, func(r db.Scanner) (c Collection, err error) {
		var properties string
		if err = r.Scan(&c.Kind, &c.ID, &c.Title, &c.Color, &c.Text, &c.Default, &c.Source, &c.Name, &properties); err != nil {
			return c, err
		}
		if c.Name == "" {
			c.Name = c.Kind
			if c.ID != 0 {
				c.Name += "-" + strconv.FormatInt(c.ID, 10)
			}
		}
		return c, json.Unmarshal([]byte(properties), &c.Properties)
	}, `SELECT x.kind, x.id, x.title, x.color, x.text, x.is_default, x.source, COALESCE(d.name, ''), COALESCE(d.properties, '{}')
FROM (
    SELECT 'calendar' AS kind, c.id, c.name AS title, c.color, '' AS text, c.id = COALESCE(s.default_calendar_id, 0) AS is_default, c.source, 1 AS place
    FROM calendars c LEFT JOIN settings s ON s.user_id = c.user_id WHERE c.user_id = $1
    UNION ALL SELECT 'project', id, name, color, description, 1 = 0, '', 3 FROM projects WHERE user_id = $1
    UNION ALL SELECT 'todos', 0, '', '', '', 1 = 0, '', 2
    UNION ALL SELECT 'reminders', 0, '', '', '', 1 = 0, '', 4
    UNION ALL SELECT 'people', 0, '', '', '', 1 = 0, '', 5
    UNION ALL SELECT 'home', 0, '', '', '', 1 = 0, '', 6
    UNION ALL SELECT 'share', s.id, COALESCE(c.name, p.name), COALESCE(NULLIF(s.color, ''), c.color, p.color), COALESCE(p.description, ''), 1 = 0, COALESCE(c.source, ''), 7
    FROM shares s LEFT JOIN calendars c ON c.user_id = s.user_id AND c.id = s.calendar_id LEFT JOIN projects p ON p.user_id = s.user_id AND p.id = s.project_id
    WHERE s.with_user_id = $1
) x LEFT JOIN dav_collections d ON d.user_id = $1 AND d.kind = x.kind AND d.record_id = x.id
ORDER BY x.place, x.id`, who.UserID)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, c := range all {
		if c.Kind != share {
			out = append(out, c)
			continue
		}
		// What the caller may see is as they were let in.
		for _, s := range slices.Concat(who.Of(caller.Calendars), who.Of(caller.Projects)) {
			if s.ID == c.ID {
				c.Kind, c.ID, c.Share = s.Kind, s.Record, s
				c.Title += " (" + s.Owner.Name + ")"
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// key is under which its address and properties are kept.
func (c *Collection) key() (kind string, id int64) {
	if c.Shared() {
		return share, c.Share.ID
	}
	return c.Kind, c.ID
}

// SetCollection keeps the address and the properties of a collection.
func (s *Store) SetCollection(ctx context.Context, userID int64, c *Collection) error {
	if c.Properties == nil {
		c.Properties = map[string]string{}
	}
	text, err := json.Marshal(c.Properties)
	if err != nil {
		return err
	}
	kind, id := c.key()
	return s.db.Later(ctx, `INSERT INTO dav_collections (user_id, kind, record_id, name, properties) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, kind, record_id) DO UPDATE SET name = excluded.name, properties = excluded.properties`, userID, kind, id, c.Name, string(text))
}

// Forget lets go of what was kept of calendars and projects that are gone for good.
func (s *Store) Forget(ctx context.Context) error {
	return s.db.Tx(ctx, func(ctx context.Context) error {
		_, err := s.db.Exec(ctx, `DELETE FROM dav_collections WHERE record_id <> 0
AND NOT EXISTS (SELECT 1 FROM calendars c WHERE dav_collections.kind = 'calendar' AND c.user_id = dav_collections.user_id AND c.id = dav_collections.record_id)
AND NOT EXISTS (SELECT 1 FROM projects p WHERE dav_collections.kind = 'project' AND p.user_id = dav_collections.user_id AND p.id = dav_collections.record_id)
AND NOT EXISTS (SELECT 1 FROM shares s WHERE dav_collections.kind = 'share' AND s.with_user_id = dav_collections.user_id AND s.id = dav_collections.record_id)
AND NOT EXISTS (SELECT 1 FROM trash t WHERE t.user_id = dav_collections.user_id AND t.kind = dav_collections.kind AND t.record_id = dav_collections.record_id)`)
		return err
	})
}

// GoneCollections answers the names of calendars and projects that were deleted
// after a number of the journal and are not there.
func (s *Store) GoneCollections(ctx context.Context, userID, since int64) ([]string, error) {
	return db.Query(ctx, s.db, func(r db.Scanner) (name string, err error) {
		var kind string
		var id int64
		if err = r.Scan(&kind, &id, &name); name == "" {
			name = kind + "-" + strconv.FormatInt(id, 10)
		}
		return name, err
	}, `SELECT DISTINCT j.kind, j.record_id, COALESCE(d.name, '') FROM journal j
LEFT JOIN dav_collections d ON d.user_id = j.user_id AND d.kind = j.kind AND d.record_id = j.record_id
WHERE j.user_id = $1 AND j.seq > $2 AND j.operation = 'delete' AND j.kind IN ('calendar', 'project')
AND NOT EXISTS (SELECT 1 FROM calendars c WHERE j.kind = 'calendar' AND c.user_id = j.user_id AND c.id = j.record_id)
AND NOT EXISTS (SELECT 1 FROM projects p WHERE j.kind = 'project' AND p.user_id = j.user_id AND p.id = j.record_id)`, userID, since)
}
