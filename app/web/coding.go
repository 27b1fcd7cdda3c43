package web

import (
	"strconv"
	"strings"
)

// coding is a content coding (RFC 9110, section 8.4.1). Smaller is preferred
// among those a client likes equally.
type coding int

const (
	brotli coding = iota
	gzipped
	identity
)

var codingNames = [...]string{brotli: "br", gzipped: "gzip", identity: "identity"}

func (c coding) String() string { return codingNames[c] }

// splitCoding takes a stored name apart: "app.js.br" is app.js in Brotli.
func splitCoding(file string) (name string, c coding) {
	if name, ok := strings.CutSuffix(file, ".br"); ok {
		return name, brotli
	}
	if name, ok := strings.CutSuffix(file, ".gz"); ok {
		return name, gzipped
	}
	return file, identity
}

// acceptance is an Accept-Encoding field, read: a weight by coding.
type acceptance map[string]float64

// parseAccept reads the field's values (RFC 9110, section 12.5.3). A member
// that is malformed counts as not acceptable.
func parseAccept(values []string) acceptance {
	a := acceptance{}
	for member := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, params, _ := strings.Cut(member, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		if name == "x-gzip" {
			name = "gzip"
		}
		a[name] = quality(params)
	}
	return a
}

// quality reads the parameters of a member: 1 when they name no weight, 0 when
// the weight is malformed.
func quality(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}

// of is how much the client wants a coding: 0 is not at all. Identity that is
// not named is taken, but after everything that is.
func (a acceptance) of(c coding) float64 {
	if q, ok := a[c.String()]; ok {
		return q
	}
	if q, ok := a["*"]; ok {
		return q
	}
	if c == identity {
		return 0.0001
	}
	return 0
}

// best is the variant the client wants most, nil when it refuses them all.
func (a acceptance) best(variants []*variant) *variant {
	var chosen *variant
	var high float64
	for _, v := range variants {
		if q := a.of(v.coding); q > high {
			chosen, high = v, q
		}
	}
	return chosen
}
