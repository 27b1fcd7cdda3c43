// Package person keeps people: who they are, how to reach them, and when to
// think of them.
package person

import (
	"strings"
	"time"

	"umbra/app/opt"
)

// KindName is the kind as the journal and the API say it.
const KindName = "person"

// Person is one person.
type Person struct {
	ID               int64      `json:"id" doc:"Number of the person." example:"5"`
	UID              string     `json:"uid" doc:"Globally unique id (RFC 6350 UID)." example:"b1a7c0de-5a0e-4a63-8f5e-6f2d5b4f0a11"`
	GivenName        string     `json:"given_name" doc:"First names." example:"Ada"`
	FamilyName       string     `json:"family_name" doc:"Last names." example:"Lovelace"`
	DisplayName      string     `json:"display_name" doc:"What they are shown as: as it was given, else made of given and family name, the nickname or the company." example:"Ada Lovelace"`
	Nickname         string     `json:"nickname" doc:"What friends say." example:"Countess"`
	Emails           []Contact  `json:"emails" doc:"Their e-mail addresses."`
	Phones           []Contact  `json:"phones" doc:"Their telephone numbers."`
	Addresses        []Address  `json:"addresses" doc:"Where they live and work."`
	Groups           []string   `json:"groups" doc:"The groups they belong to." example:"[\"family\"]"`
	Photo            *string    `json:"photo" doc:"Where their photo is, or null; the address changes when the photo does." example:"/api/people/5/photo?v=17"`
	Birthday         *string    `json:"birthday" doc:"YYYY-MM-DD, or --MM-DD where the year is not known." example:"1815-12-10"`
	Anniversary      *string    `json:"anniversary" doc:"YYYY-MM-DD, or --MM-DD where the year is not known." example:"--07-08"`
	Company          string     `json:"company" doc:"Where they work." example:"Analytical Engines"`
	JobTitle         string     `json:"job_title" doc:"What they do there." example:"Programmer"`
	Category         string     `json:"category" doc:"One word to group by." example:"friends"`
	Relationship     string     `json:"relationship" doc:"What they are to the user." example:"cousin"`
	Favourite        bool       `json:"favourite" doc:"Whether they are one of the favourites." example:"true"`
	Notes            string     `json:"notes" doc:"More about them, in Markdown." example:"Likes **tea**."`
	LastContactedAt  *time.Time `json:"last_contacted_at" doc:"When the user was last in touch with them." example:"2025-01-31T18:00:00Z"`
	ContactEveryDays *int64     `json:"contact_every_days" doc:"After how many days without contact they are to be thought of." example:"30"`
	CreatedAt        time.Time  `json:"created_at" doc:"When the record was made." example:"2025-01-01T08:00:00Z"`
	UpdatedAt        time.Time  `json:"updated_at" doc:"When it was last changed." example:"2025-01-01T08:00:00Z"`

	Rev       int64 `json:"-"` // the journal number of its last change
	PhotoRev  int64 `json:"-"` // the one of the photo's last change; 0 without a photo
	NameGiven bool  `json:"-"` // display_name was given, and so does not follow the other names
}

// Contact is a way to reach somebody: an e-mail address or a telephone number.
type Contact struct {
	Label     string `json:"label" required:"false" maxLength:"100" doc:"What kind it is." example:"home"`
	Value     string `json:"value" minLength:"1" maxLength:"254" doc:"The address or number itself." example:"ada@example.org"`
	Preferred bool   `json:"preferred" required:"false" doc:"Whether to use it before the others." example:"true"`
}

// Address is a postal address.
type Address struct {
	Label      string `json:"label" required:"false" maxLength:"100" doc:"What kind it is." example:"home"`
	Street     string `json:"street" required:"false" maxLength:"1000" doc:"Street and number, in as many lines as needed." example:"12 St James's Square"`
	City       string `json:"city" required:"false" maxLength:"200" doc:"The city, town or village." example:"London"`
	Region     string `json:"region" required:"false" maxLength:"200" doc:"The state, county or canton." example:"Greater London"`
	PostalCode string `json:"postal_code" required:"false" maxLength:"200" doc:"The postal code." example:"SW1Y 4JH"`
	Country    string `json:"country" required:"false" maxLength:"200" doc:"The country." example:"United Kingdom"`
}

// Update holds the fields to change; those left out stay as they are.
type Update struct {
	GivenName        opt.Opt[string]    `json:"given_name,omitzero" maxLength:"200" doc:"First names. One of the names or the company must be there." example:"Ada"`
	FamilyName       opt.Opt[string]    `json:"family_name,omitzero" maxLength:"200" doc:"Last names." example:"Lovelace"`
	DisplayName      opt.Opt[string]    `json:"display_name,omitzero" maxLength:"500" doc:"What they are shown as. Null or empty: made of given and family name, else the nickname, else the company, and changing with them." example:"Ada Lovelace"`
	Nickname         opt.Opt[string]    `json:"nickname,omitzero" maxLength:"200" doc:"What friends say." example:"Countess"`
	Emails           opt.Opt[[]Contact] `json:"emails,omitzero" nullable:"true" maxItems:"50" doc:"Their e-mail addresses."`
	Phones           opt.Opt[[]Contact] `json:"phones,omitzero" nullable:"true" maxItems:"50" doc:"Their telephone numbers, each at most 100 characters."`
	Addresses        opt.Opt[[]Address] `json:"addresses,omitzero" nullable:"true" maxItems:"20" doc:"Where they live and work."`
	Groups           opt.Opt[[]string]  `json:"groups,omitzero" nullable:"true" maxItems:"50" doc:"The groups they belong to, each at most 100 characters." example:"[\"family\"]"`
	Photo            opt.Opt[string]    `json:"photo,omitzero" maxLength:"700000" doc:"A data: URI with a JPEG, PNG, GIF or WebP image in base64, of at most 512 KiB. Null removes the photo; the path that was read leaves it as it is." example:"data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAC"`
	Birthday         opt.Opt[string]    `json:"birthday,omitzero" maxLength:"10" doc:"YYYY-MM-DD, or --MM-DD where the year is not known. Null clears it." example:"1815-12-10"`
	Anniversary      opt.Opt[string]    `json:"anniversary,omitzero" maxLength:"10" doc:"YYYY-MM-DD, or --MM-DD where the year is not known. Null clears it." example:"--07-08"`
	Company          opt.Opt[string]    `json:"company,omitzero" maxLength:"200" doc:"Where they work." example:"Analytical Engines"`
	JobTitle         opt.Opt[string]    `json:"job_title,omitzero" maxLength:"200" doc:"What they do there." example:"Programmer"`
	Category         opt.Opt[string]    `json:"category,omitzero" maxLength:"200" doc:"One word to group by." example:"friends"`
	Relationship     opt.Opt[string]    `json:"relationship,omitzero" maxLength:"200" doc:"What they are to the user." example:"cousin"`
	Favourite        opt.Opt[bool]      `json:"favourite,omitzero" nullable:"false" doc:"Whether they are one of the favourites." example:"true"`
	Notes            opt.Opt[string]    `json:"notes,omitzero" maxLength:"100000" doc:"More about them, in Markdown." example:"Likes **tea**."`
	LastContactedAt  opt.Opt[time.Time] `json:"last_contacted_at,omitzero" doc:"When the user was last in touch with them." example:"2025-01-31T18:00:00Z"`
	ContactEveryDays opt.Opt[int64]     `json:"contact_every_days,omitzero" minimum:"1" maximum:"3650" doc:"After how many days without contact they are to be thought of. Null: never." example:"30"`
}

// Filter narrows a list; the zero Filter takes all.
type Filter struct {
	Category  string
	Favourite *bool
	Group     string
	Query     string
	Sort      string // name (default: the display name), contact_due_at, birthday, created_at, updated_at; - before it turns it round
}

// partial are the orders that only some people have a place in, with what tells
// them apart, as the indexes have it: those to be thought of, and those whose
// birthday is known.
var partial = map[string]string{"contact_due_at": "contact_due_at IS NOT NULL", "birthday": "birthday_day <> ''"}

// those is the condition that the order makes; empty where all have a place.
func (f Filter) those() string { return partial[strings.TrimPrefix(f.Sort, "-")] }

// apply sets the fields given; the photo is the service's.
func (u Update) apply(p *Person) {
	u.GivenName.Into(&p.GivenName)
	u.FamilyName.Into(&p.FamilyName)
	u.Nickname.Into(&p.Nickname)
	u.Emails.Into(&p.Emails)
	u.Phones.Into(&p.Phones)
	u.Addresses.Into(&p.Addresses)
	u.Groups.Into(&p.Groups)
	u.Birthday.IntoPtr(&p.Birthday)
	u.Anniversary.IntoPtr(&p.Anniversary)
	u.Company.Into(&p.Company)
	u.JobTitle.Into(&p.JobTitle)
	u.Category.Into(&p.Category)
	u.Relationship.Into(&p.Relationship)
	u.Favourite.Into(&p.Favourite)
	u.Notes.Into(&p.Notes)
	u.LastContactedAt.IntoPtr(&p.LastContactedAt)
	u.ContactEveryDays.IntoPtr(&p.ContactEveryDays)
}
