package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/person"
)

// newPerson is what a new person is made from: the same fields.
type newPerson person.Update

type personFilter struct {
	ListInput
	Category  string `query:"category" maxLength:"200" doc:"Only those of this category." example:"friends"`
	Favourite string `query:"favourite" enum:"true,false" doc:"Only favourites, or only the others." example:"true"`
	Group     string `query:"group" maxLength:"100" doc:"Only those of this group, whatever its case and accents." example:"family"`
	Sort      string `query:"sort" enum:"name,-name,contact_due_at,-contact_due_at,birthday,-birthday,created_at,-created_at,updated_at,-updated_at" default:"name" doc:"The order, by display name at first; - turns it round. contact_due_at lists only those with contact_every_days, by when it is time to get in touch; birthday only those whose birthday is known, by month and day."`
}

func (f personFilter) filter() person.Filter {
	return person.Filter{Category: f.Category, Favourite: yesNo(f.Favourite), Group: f.Group, Query: f.Q, Sort: f.Sort}
}

// yesNo reads a filter that may be left out.
func yesNo(s string) *bool {
	if s == "" {
		return nil
	}
	yes := s == "true"
	return &yes
}

func (a *API) registerPeople() {
	const tag = "People"
	register(a, op{id: "listPeople", method: http.MethodGet, path: "/api/people", tag: tag, summary: "List people"},
		func(ctx context.Context, in *personFilter) (*many[person.Person], error) {
			p, err := a.People.List(ctx, who(ctx), in.filter(), in.page())
			if err != nil {
				return nil, err
			}
			return answer(ctx, in.PageInput, p, func() (int64, error) { return a.People.Count(ctx, who(ctx), in.filter()) })
		})
	registerResource(a, resource[person.Person, person.Update, newPerson]{
		name: "Person", article: "a person", tag: tag, path: "/api/people", deletes: "What names them lets go of them.",
		create: a.People.Create, find: a.People.Find, update: a.People.Update, remove: a.People.Delete,
		from: func(n newPerson) person.Update { return person.Update(n) },
		key:  func(p person.Person) (id, rev int64) { return p.ID, p.Rev },
	})
	a.registerPhoto(tag)
}

type photoInput struct {
	OneInput
	CacheInput
	V string `query:"v" maxLength:"20" doc:"As the path in photo has it; only there to make it another path when the photo changes." example:"17"`
}

// image answers the bytes of an image.
type image struct {
	ETag         string `header:"ETag" doc:"The photo's revision, for If-None-Match."`
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Sniff        string `header:"X-Content-Type-Options"`
	Disposition  string `header:"Content-Disposition" doc:"A name for whoever saves it."`
	Body         []byte
}

func (a *API) registerPhoto(tag string) {
	const path = "/api/people/{id}/photo"
	register(a, op{id: "getPersonPhoto", method: http.MethodGet, path: path, tag: tag, summary: "Read a person's photo",
		description: "The image itself. The path to use is in the person's photo; 404 where there is none."},
		func(ctx context.Context, in *photoInput) (*image, error) {
			photo, err := a.People.FindPhoto(ctx, who(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			r, err := found(who(ctx), in.IfNoneMatch, photo.Rev, photo.Data)
			if err != nil {
				return nil, err
			}
			// Asked again each time, which costs no more than a 304: the browser
			// may be somebody else's by then.
			return &image{ETag: r.ETag, ContentType: photo.Type, CacheControl: "private, no-cache", Sniff: "nosniff",
				Disposition: fmt.Sprintf(`inline; filename="person-%d.%s"`, in.ID, strings.TrimPrefix(photo.Type, "image/")), Body: r.Body}, nil
		})
	content := map[string]*huma.MediaType{}
	for _, t := range []string{"image/jpeg", "image/png", "image/gif", "image/webp"} {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	a.huma.OpenAPI().Paths[path].Get.Responses["200"].Content = content
}
