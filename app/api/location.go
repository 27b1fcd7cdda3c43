package api

import (
	"context"
	"net/http"

	"umbra/app/location"
)

// newLocation is what a new place is made from: the same fields, with a name.
type newLocation location.Update

type locationFilter struct {
	ListInput
	Category  string `query:"category" maxLength:"200" doc:"Only those of this category." example:"food"`
	Favourite string `query:"favourite" enum:"true,false" doc:"Only favourites, or only the others." example:"true"`
	Sort      string `query:"sort" enum:"name,-name,created_at,-created_at,updated_at,-updated_at" default:"name" doc:"The order; - turns it round."`
}

func (f locationFilter) filter() location.Filter {
	return location.Filter{Category: f.Category, Favourite: yesNo(f.Favourite), Query: f.Q, Sort: f.Sort}
}

func (a *API) registerLocations() {
	const tag = "Locations"
	register(a, op{id: "listLocations", method: http.MethodGet, path: "/api/locations", tag: tag, summary: "List places"},
		func(ctx context.Context, in *locationFilter) (*many[location.Location], error) {
			p, err := a.Locations.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.Locations.Count(ctx, who(ctx), in.filter()) })
		})
	registerResource(a, resource[location.Location, location.Update, newLocation]{
		name: "Location", article: "a place", tag: tag, path: "/api/locations", required: []string{"name"}, deletes: "What names it lets go of it.",
		create: a.Locations.Create, find: a.Locations.Find, update: a.Locations.Update, remove: a.Locations.Delete,
		from: func(n newLocation) location.Update { return location.Update(n) },
		key:  func(l location.Location) (id, rev int64) { return l.ID, l.Rev },
	})
}
