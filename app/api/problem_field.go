package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// rules finds the stable word for huma's messages, by how they begin, and says them
// in plain words; % is what comes after the beginning, and where there is none, nothing may.
var rules = []struct{ start, rule, say string }{
	{"is not valid JSON", "json", ""},
	{"unexpected property", "unknown", "is not a field here"},
	{"unknown query parameter", "unknown", ""},
	{"expected required property", "required", ""},
	{"required ", "required", ""},
	{"request body is required", "required", ""},
	{"expected length <= ", "too_long", "must be no longer than % characters"},
	{"expected length >= 1", "too_short", "must not be empty"},
	{"expected length >= ", "too_short", "must be at least % characters long"},
	{"expected array length <= ", "too_many", "must have no more than % entries"},
	{"expected array length >= 1", "too_few", "must not be empty"},
	{"expected array length >= ", "too_few", "must have at least % entries"},
	{"expected array items to be unique", "unique", "must not have an entry twice"},
	{"expected value to be one of ", "choice", "must be one of %"},
	{"expected number >= ", "range", "must be % or more"},
	{"expected number <= ", "range", "must be % or less"},
	{"expected number > ", "range", "must be more than %"},
	{"expected number < ", "range", "must be less than %"},
	{"expected number to ", "range", "must %"},
	{"expected string to be RFC 3339 date-time", "format", instant},
	{"expected string to be ", "format", "must be %"},
	{"expected string to match ", "format", "must match %"},
	{"expected boolean", "type", "must be true or false"},
	{"expected integer", "type", "must be a whole number"},
	{"expected array", "type", "must be a list"},
	{"expected object", "type", "must be an object"},
	{"expected string", "type", "must be a text"},
	{"expected number", "type", "must be a number"},
	{"expected ", "type", ""},
	{"invalid date/time", "format", ""}, // huma shows Go's layout
	{"invalid ", "type", ""},
}

const instant = "must be an instant like 2025-01-31T09:00:00Z"

func fieldOf(d *huma.ErrorDetail) ProblemField {
	f := ProblemField{Path: fieldPath(d.Location), Rule: "invalid", Message: d.Message}
	for _, r := range rules {
		if rest, ok := strings.CutPrefix(d.Message, r.start); ok && (rest == "" || r.say == "" || strings.Contains(r.say, "%")) {
			if f.Rule = r.rule; r.say != "" {
				f.Message = strings.ReplaceAll(r.say, "%", rest)
			}
			break
		}
	}
	if strings.HasPrefix(d.Message, "invalid date/time") {
		f.Message = instant
	}
	if f.Rule == "required" { // huma names the object; a person wants the field
		if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
			f.Path = strings.TrimPrefix(strings.TrimPrefix(f.Path+"."+strings.TrimSuffix(name, " to be present"), "body"), ".")
			f.Message = "must be given"
		}
	}
	return f
}

func fieldPath(location string) string {
	for _, in := range []string{"body.", "query.", "path.", "header.", "cookie."} {
		if rest, ok := strings.CutPrefix(location, in); ok && rest != "" { // a field may have no name
			return rest
		}
	}
	return location
}
