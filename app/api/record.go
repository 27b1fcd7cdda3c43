package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"umbra/app/caller"
	"umbra/app/fault"
	"umbra/app/journal"
	"umbra/app/page"
)

// OneInput names a record. (huma reads embedded structs only when they are exported.)
type OneInput struct {
	ID int64 `path:"id" minimum:"1" maximum:"9007199254740991" doc:"Number of the record." example:"1"`
}

// CacheInput names what the client has already.
type CacheInput struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"500" pattern:"^(\\*|(W/)?\"[^\"]*\"( *, *(W/)?\"[^\"]*\")*)?$" patternDescription:"a list of ETags" doc:"ETags the client has; answers 304 when one is current." example:"\"4f2a-17\""`
}

// readInput reads a record, unless the client has it already.
type readInput struct {
	OneInput
	CacheInput
}

// MatchInput is a condition on a change.
type MatchInput struct {
	IfMatch string `header:"If-Match" maxLength:"500" pattern:"^(\\*|(W/)?\"[^\"]*\"( *, *(W/)?\"[^\"]*\")*)?$" patternDescription:"a list of ETags" doc:"The ETag that was read; answers 412 when the record has changed since." example:"\"4f2a-17\""`
}

// changeInput changes a record.
type changeInput[B any] struct {
	OneInput
	MatchInput
	Body B
}

// actInput acts on a record without a body.
type actInput struct {
	OneInput
	MatchInput
}

// createInput makes a record.
type createInput[B any] struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of the client's: the same request with the same key within a day is carried out once, and answered alike." example:"7c9e6679-7425-40de-944b-e07fc1f90ae7"`
	Body           B
}

// PageInput asks for a page of a list.
type PageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most." example:"50"`
	Cursor string `query:"cursor" maxLength:"4000" doc:"Where the page begins, from the Link header of the one before."`
	Count  bool   `query:"count" doc:"Whether to say in X-Total-Count how many there are in all." example:"true"`
}

func (p PageInput) page() page.Request { return page.Request{Limit: p.Limit, Cursor: p.Cursor} }

// ListInput is PageInput for records with an order and text.
type ListInput struct {
	PageInput
	Q string `query:"q" maxLength:"200" doc:"Text to find, whatever its case and accents." example:"plants"`
}

// record answers a record.
type record[T any] struct {
	ETag string `header:"ETag" doc:"The record's revision, for If-Match and If-None-Match."`
	Body T
}

// created answers a new record.
type created[T any] struct {
	Location string `header:"Location" doc:"Where the record is."`
	ETag     string `header:"ETag" doc:"The record's revision."`
	Body     T
}

// many answers a page.
type many[T any] struct {
	Link  string `header:"Link" doc:"The next page, rel=next (RFC 8288); absent on the last."`
	Total string `header:"X-Total-Count" doc:"How many there are in all, where count=true asked for it."`
	Body  []T
}

// etag is strong: epoch and revision change with every write.
func etag(c caller.Caller, rev int64) string { return fmt.Sprintf(`"%s-%d"`, c.Epoch, rev) }

// found answers a record, or 304 where the client has this revision.
func found[T any](c caller.Caller, ifNoneMatch string, rev int64, body T) (*record[T], error) {
	tag := etag(c, rev)
	if ifNoneMatch != "" {
		for t := range strings.SplitSeq(ifNoneMatch, ",") {
			if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
				return nil, &notModified{tag}
			}
		}
	}
	say(c, &body)
	return &record[T]{ETag: tag, Body: body}, nil
}

// match reads If-Match: a list of ETags, of which one must hold. An ETag of
// another epoch never does.
func (m MatchInput) match(c caller.Caller) (journal.Match, error) {
	h := strings.TrimSpace(m.IfMatch)
	if h == "" || h == "*" {
		return nil, nil
	}
	out := journal.Match{}
	for t := range strings.SplitSeq(h, ",") {
		t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
		inner, ok := strings.CutPrefix(t, `"`)
		inner, ok2 := strings.CutSuffix(inner, `"`)
		if !ok || !ok2 {
			return nil, fault.BadField("If-Match", "format", `must be a list of ETags like "4f2a-17"`)
		}
		epoch, rev, _ := strings.Cut(inner, "-")
		if n, err := strconv.ParseInt(rev, 10, 64); err == nil && epoch == c.Epoch {
			out = append(out, n)
		}
	}
	return out, nil
}

// answer makes a page's answer; total counts when asked.
func answer[T any](ctx context.Context, in PageInput, p page.Page[T], total func() (int64, error)) (*many[T], error) {
	out := &many[T]{Body: p.Items}
	if out.Body == nil {
		out.Body = []T{}
	}
	for i := range out.Body {
		say(who(ctx), &out.Body[i])
	}
	if in.Count {
		n, err := total()
		if err != nil {
			return nil, err
		}
		out.Total = strconv.FormatInt(n, 10)
	}
	if r := incomingOf(ctx); p.Next != "" && r != nil {
		q := r.url.Query()
		q.Set("cursor", p.Next)
		out.Link = fmt.Sprintf(`<%s?%s>; rel="next"`, r.url.Path, q.Encode())
	}
	return out, nil
}

// notModified is a 304 on its way through the error path, as huma wants it.
type notModified struct{ tag string }

func (*notModified) Error() string  { return "not modified" }
func (*notModified) GetStatus() int { return http.StatusNotModified }
func (n *notModified) GetHeaders() http.Header {
	return http.Header{"ETag": {n.tag}}
}
