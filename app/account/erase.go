package account

import (
	"context"

	"umbra/app/db"
)

// owned are the tables with a user's rows, in the order in which they can be
// emptied: who refers goes before what is referred to, since PostgreSQL checks
// each statement. A test compares this with the catalogue; whoever adds a table
// with a user_id adds it here.
var owned = []string{
	"shares",
	"feeds",
	"profile_links",
	"settings", // refers to calendars
	"reminders",
	"event_templates",
	"event_people",
	"event_overrides",
	"calendar_events",
	"calendar_fetches",
	"calendars",
	"todo_tags",
	"todo_labels",
	"todos",
	"project_tasks",
	"projects",
	"person_groups",
	"person_photos",
	"awaited_members",
	"group_cards",
	"people",
	"locations",
	"trash",
	"mass_deletions",
	"journal",
	"record_counts",
	"idempotency_keys",
	"user_sessions",
	"push_subscriptions",
	"recovery_codes",
	"access_tokens",
	"identities",
	"dav_objects",
	"dav_collections",
	"delivery_channels",
	"deliveries",
	"alarms",
	"alarm_plans",
	"invitations",
	"security_events",
	"passkeys",
	"journal_heads",
}

// Delete removes a user and everything of theirs, for good: no trash, no
// history. It answers NotFound, and Conflict for the last administrator while
// there are other users.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.alter(ctx, id, func(ctx context.Context, a account) error {
		admins, err := s.count(ctx, "role = 'admin' AND id <> $1", id)
		if err != nil {
			return err
		}
		others, err := s.count(ctx, "id <> $1", id)
		if err != nil {
			return err
		}
		if a.Role == Admin && admins == 0 && others > 0 {
			return lastAdmin("deleted while there are other users")
		}
		if err := s.erase(ctx, a); err != nil {
			return err
		}
		actor := originOf(ctx).ActorID
		if actor == 0 || actor == a.ID {
			return nil // from the command line there is nobody to keep it for
		}
		return s.note(ctx, evDeleted, actor, a.Username)
	})
}

func (s *Service) erase(ctx context.Context, a account) error {
	// Log-ins hold this row: from here on there are none.
	if _, err := s.DB.Exec(ctx, "UPDATE users SET disabled = $1 WHERE id = $2", true, a.ID); err != nil {
		return err
	}
	// The journal's head is the user's write lock: whoever holds it ends first,
	// and whoever waits for it finds nobody.
	if _, _, err := db.One(ctx, s.DB, db.Value[int64], "UPDATE journal_heads SET seq = seq + 1 WHERE user_id = $1 RETURNING seq", a.ID); err != nil {
		return err
	}
	for _, table := range owned {
		if _, err := s.DB.Exec(ctx, "DELETE FROM "+table+" WHERE user_id = $1", a.ID); err != nil {
			return err
		}
	}
	if _, err := s.DB.Exec(ctx, "DELETE FROM login_attempts WHERE username_key = $1", a.key); err != nil {
		return err
	}
	s.Journal.Stir(ctx, a.ID)
	_, err := s.DB.Exec(ctx, "DELETE FROM users WHERE id = $1", a.ID)
	return err
}
