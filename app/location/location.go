// Package location keeps places.
package location

import (
	"math"
	"strings"
	"time"

	"umbra/app/check"
	"umbra/app/fold"
	"umbra/app/opt"
)

// KindName is the kind as the journal and the API say it.
const KindName = "location"

const (
	maxAddress = 1000
	maxPhone   = 100
)

// Location is one place.
type Location struct {
	ID        int64     `json:"id" doc:"Number of the place." example:"2"`
	UID       string    `json:"uid" doc:"Globally unique id." example:"0c8f4a57-2b1e-4f0e-9b7b-6a1a3d2f5e90"`
	Name      string    `json:"name" doc:"What it is called." example:"Corner Bakery"`
	Address   string    `json:"address" doc:"Where it is, in as many lines as needed." example:"12 Mill Lane, Oxford"`
	Category  string    `json:"category" doc:"One word to group by." example:"food"`
	Latitude  *float64  `json:"latitude" doc:"Degrees north of the equator (WGS 84); south is negative." example:"51.752"`
	Longitude *float64  `json:"longitude" doc:"Degrees east of Greenwich (WGS 84); west is negative." example:"-1.2577"`
	Phone     string    `json:"phone" doc:"Its telephone number." example:"+44 1865 000000"`
	Email     string    `json:"email" doc:"Its e-mail address." example:"hello@bakery.example"`
	Website   string    `json:"website" doc:"Its address on the web." example:"https://bakery.example"`
	Notes     string    `json:"notes" doc:"More about it, in Markdown." example:"Closed on Mondays."`
	Favourite bool      `json:"favourite" doc:"Whether it is one of the favourites." example:"true"`
	CreatedAt time.Time `json:"created_at" doc:"When it was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt time.Time `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	Name      opt.Opt[string]  `json:"name,omitzero" nullable:"false" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"more than blanks" doc:"What it is called." example:"Corner Bakery"`
	Address   opt.Opt[string]  `json:"address,omitzero" maxLength:"1000" doc:"Where it is, in as many lines as needed." example:"12 Mill Lane, Oxford"`
	Category  opt.Opt[string]  `json:"category,omitzero" maxLength:"200" doc:"One word to group by." example:"food"`
	Latitude  opt.Opt[float64] `json:"latitude,omitzero" minimum:"-90" maximum:"90" doc:"Degrees north of the equator (WGS 84); goes with longitude, or neither is given." example:"51.752"`
	Longitude opt.Opt[float64] `json:"longitude,omitzero" minimum:"-180" maximum:"180" doc:"Degrees east of Greenwich (WGS 84); goes with latitude, or neither is given." example:"-1.2577"`
	Phone     opt.Opt[string]  `json:"phone,omitzero" maxLength:"100" doc:"Its telephone number." example:"+44 1865 000000"`
	Email     opt.Opt[string]  `json:"email,omitzero" maxLength:"254" doc:"Its e-mail address." example:"hello@bakery.example"`
	Website   opt.Opt[string]  `json:"website,omitzero" maxLength:"2000" doc:"Its address on the web, with http:// or https://." example:"https://bakery.example"`
	Notes     opt.Opt[string]  `json:"notes,omitzero" maxLength:"100000" doc:"More about it, in Markdown." example:"Closed on Mondays."`
	Favourite opt.Opt[bool]    `json:"favourite,omitzero" nullable:"false" doc:"Whether it is one of the favourites." example:"true"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Category  string
	Favourite *bool
	Query     string
	Sort      string // name (default), created_at, updated_at; - before it turns it round
}

func (u Update) apply(l *Location) {
	u.Name.Into(&l.Name)
	u.Address.Into(&l.Address)
	u.Category.Into(&l.Category)
	u.Latitude.IntoPtr(&l.Latitude)
	u.Longitude.IntoPtr(&l.Longitude)
	u.Phone.Into(&l.Phone)
	u.Email.Into(&l.Email)
	u.Website.Into(&l.Website)
	u.Notes.Into(&l.Notes)
	u.Favourite.Into(&l.Favourite)
}

// tidy trims what people type by accident.
func (l *Location) tidy() {
	for _, s := range []*string{&l.Name, &l.Address, &l.Category, &l.Phone, &l.Email, &l.Website} {
		*s = strings.TrimSpace(*s)
	}
}

// validate says every field at fault.
func (l *Location) validate() error {
	var c check.Check
	c.Title("name", l.Name)
	c.Text("address", l.Address, maxAddress)
	c.Line("category", l.Category, check.MaxShort)
	degrees(&c, "latitude", l.Latitude, 90, "must be between -90 and 90")
	degrees(&c, "longitude", l.Longitude, 180, "must be between -180 and 180")
	switch {
	case l.Latitude == nil && l.Longitude != nil:
		c.Add("latitude", "required", "must be given together with longitude")
	case l.Latitude != nil && l.Longitude == nil:
		c.Add("longitude", "required", "must be given together with latitude")
	}
	c.Line("phone", l.Phone, maxPhone)
	c.Email("email", l.Email)
	c.URL("website", l.Website)
	c.Text("notes", l.Notes, check.MaxText)
	return c.Err()
}

func degrees(c *check.Check, path string, d *float64, limit float64, message string) {
	if d != nil && (math.IsNaN(*d) || math.Abs(*d) > limit) {
		c.Add(path, "range", message)
	}
}

func (l *Location) search() string {
	return fold.Join(l.Name, l.Address, l.Category, l.Phone, l.Email, l.Website, l.Notes)
}
