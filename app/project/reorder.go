package project

import (
	"context"
	"fmt"
	"slices"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/journal"
	"umbra/app/order"
)

// MaxReorder is how many tasks one call may put in order.
const MaxReorder = 1000

// Order is a new order of some of a project's tasks.
type Order struct {
	TaskIDs []int64 `json:"task_ids" minItems:"1" maxItems:"1000" doc:"Tasks of the project in their new order, each once. They take the places that they hold together now; the tasks left out stay where they are." example:"[19,17,18]"`
}

// Reorder puts tasks of a project in the order given and answers them so. They
// share out the places that they hold now, so that a part of the list can be
// put in order by itself; those left out keep their places between them. Only
// tasks whose position changes are written. NotFound, Invalid.
func (s *Service) Reorder(ctx context.Context, c caller.Caller, projectID int64, o Order) (out []Task, err error) {
	err = s.journal.Write(ctx, c, func(ctx context.Context, w *journal.Writer) error {
		if _, err := s.find(ctx, c.UserID, projectID); err != nil {
			return err
		}
		now, err := s.tasksOf(ctx, c.UserID, projectID)
		if err != nil {
			return err
		}
		if err := o.validate(now); err != nil {
			return err
		}
		next := o.arrange(now)
		positions := spread(now, next)
		written := make(map[int64]Task, len(next))
		for i, before := range next {
			t := before
			if t.Position = positions[i]; t.Position != before.Position {
				if err := s.putTask(ctx, w, &t, &before, journal.Update); err != nil {
					return err
				}
			}
			written[t.ID] = t
		}
		out = make([]Task, len(o.TaskIDs))
		for i, id := range o.TaskIDs {
			out[i] = written[id]
		}
		return nil
	})
	return out, err
}

// validate names every id that is not of the project or comes again.
func (o Order) validate(now []Task) error {
	var c check.Check
	if len(o.TaskIDs) == 0 {
		c.Add("task_ids", "required", "must name at least one task")
	}
	c.Count("task_ids", len(o.TaskIDs), MaxReorder)
	seen := make(map[int64]bool, len(now)) // false: not yet named
	for _, t := range now {
		seen[t.ID] = false
	}
	for i, id := range o.TaskIDs {
		switch again, there := seen[id]; {
		case !there:
			c.Add(fmt.Sprintf("task_ids[%d]", i), "reference", "there is no such task in the project")
		case again:
			c.Add(fmt.Sprintf("task_ids[%d]", i), "duplicate", "is named before")
		default:
			seen[id] = true
		}
	}
	return c.Err()
}

// arrange is the project's list with the tasks named in their new order.
func (o Order) arrange(now []Task) []Task {
	named := make(map[int64]bool, len(o.TaskIDs))
	for _, id := range o.TaskIDs {
		named[id] = true
	}
	byID := make(map[int64]Task, len(now))
	for _, t := range now {
		byID[t.ID] = t
	}
	next := slices.Clone(now)
	n := 0
	for i, t := range now {
		if named[t.ID] {
			next[i] = byID[o.TaskIDs[n]]
			n++
		}
	}
	return next
}

// spread gives the list next the positions that the list now had, moved up only
// where two would tie in the wrong order; or all new ones where there is no room.
func spread(now, next []Task) []int64 {
	out := make([]int64, len(next))
	for i := range next {
		out[i] = now[i].Position
		if i == 0 {
			continue
		}
		least := out[i-1]
		if next[i].ID < next[i-1].ID { // ties are read in the order of ids
			least++
		}
		out[i] = max(out[i], least)
	}
	if n := len(out); n > 0 && out[n-1] > order.Max {
		for i := range out {
			out[i] = int64(i+1) * 1024
		}
	}
	return out
}
