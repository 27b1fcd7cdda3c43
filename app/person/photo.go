package person

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"umbra/app/caller"
	"umbra/app/check"
	"umbra/app/db"
	"umbra/app/fault"
	"umbra/app/opt"
)

// MaxPhoto is how large a photo may be, in bytes.
const MaxPhoto = 512 << 10

// Photo is the picture of a person.
type Photo struct {
	Type string `json:"media_type"`
	Data []byte `json:"data"`

	Rev int64 `json:"-"` // the journal number of its last change
}

// NewPhoto takes the bytes of a JPEG, PNG, GIF or WebP image, told by how they
// begin; else, or over MaxPhoto, it is an Invalid fault of the field "photo".
func NewPhoto(data []byte) (Photo, error) {
	if len(data) > MaxPhoto {
		return Photo{}, tooLarge()
	}
	t := mediaType(data)
	if t == "" {
		return Photo{}, fault.BadField("photo", "media_type", "must be a JPEG, PNG, GIF or WebP image")
	}
	return Photo{Type: t, Data: data}, nil
}

// ParsePhoto reads a data: URI (RFC 2397) in base64. The bytes say what the
// image is: browsers go by the file's name, which may be wrong.
func ParsePhoto(uri string) (Photo, error) {
	scheme, rest, _ := strings.Cut(uri, ":")
	head, body, found := strings.Cut(rest, ",")
	head, encoded := strings.CutSuffix(strings.ToLower(head), ";base64")
	if !found || !encoded || !strings.EqualFold(scheme, "data") || !strings.HasPrefix(head, "image/") {
		return Photo{}, fault.BadField("photo", "format", "must be a data: URI like data:image/jpeg;base64,…, or the path that was read")
	}
	if base64.RawStdEncoding.DecodedLen(len(body)) > MaxPhoto+2 { // padding
		return Photo{}, tooLarge()
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
	if err != nil {
		return Photo{}, fault.BadField("photo", "format", "must be valid base64 behind the comma")
	}
	return NewPhoto(data)
}

func tooLarge() error {
	return fault.BadField("photo", "too_large", fmt.Sprintf("must have at most %d KiB", MaxPhoto>>10))
}

func mediaType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("RIFF")) && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// photoPath is where the API serves a photo; nil without one.
func photoPath(id, rev int64) *string {
	if rev == 0 {
		return nil
	}
	path := fmt.Sprintf("%s%d", photoPrefix(id), rev)
	return &path
}

func photoPrefix(id int64) string { return fmt.Sprintf("/api/people/%d/photo?v=", id) }

// photoGiven reads an update's photo: left out means unchanged, and so does the
// path as it was read.
func (p *Person) photoGiven(c *check.Check, given opt.Opt[string]) opt.Opt[Photo] {
	switch {
	case !given.Set, p.ID != 0 && strings.HasPrefix(given.Value, photoPrefix(p.ID)):
		return opt.Opt[Photo]{}
	case given.Null:
		return opt.Null[Photo]()
	}
	photo, err := ParsePhoto(given.Value)
	var f *fault.Error
	if errors.As(err, &f) {
		for _, x := range f.Fields {
			c.Add(x.Path, x.Rule, x.Message)
		}
	}
	return opt.Some(photo)
}

// FindPhoto answers a person's photo; NotFound where there is none.
func (s *Service) FindPhoto(ctx context.Context, c caller.Caller, id int64) (Photo, error) {
	return s.findPhoto(ctx, c.UserID, id)
}

func (s *Service) findPhoto(ctx context.Context, userID, id int64) (Photo, error) {
	photo, found, err := db.One(ctx, s.db, func(r db.Scanner) (Photo, error) {
		var p Photo
		return p, r.Scan(&p.Type, &p.Data, &p.Rev)
	}, `SELECT f.media_type, f.data, p.photo_rev FROM person_photos f
JOIN people p ON p.user_id = f.user_id AND p.id = f.person_id
WHERE f.user_id = $1 AND f.person_id = $2`, userID, id)
	if err == nil && !found {
		err = fault.Newf(fault.NotFound, "photo_not_found", "There is no photo of a person with the id %d.", id)
	}
	return photo, err
}

// storePhoto writes or removes a photo, where it is to change.
func (s *Service) storePhoto(ctx context.Context, userID, id int64, photo opt.Opt[Photo]) (err error) {
	switch {
	case photo.Has():
		err = s.db.Later(ctx, `INSERT INTO person_photos (user_id, person_id, media_type, data) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, person_id) DO UPDATE SET media_type = excluded.media_type, data = excluded.data`, userID, id, photo.Value.Type, photo.Value.Data)
	case photo.Null:
		err = s.db.Later(ctx, "DELETE FROM person_photos WHERE user_id = $1 AND person_id = $2", userID, id)
	}
	return err
}
