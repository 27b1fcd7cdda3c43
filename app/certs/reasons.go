package certs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxHeard is how much of an answer is listened to; ACME's are a few kilobytes.
const maxHeard = 64 << 10

// reasons hears what an ACME server says of names that it could not validate:
// the library tries what else there is, and renewals are its own affair, so
// that nobody would learn why they fail.
type reasons struct {
	http.RoundTripper

	mu      sync.Mutex
	last    map[string]map[string]string // by name, by type of challenge
	refused string                       // last of what was refused whatever the name
}

func hearing(transport http.RoundTripper) *reasons {
	return &reasons{RoundTripper: transport, last: map[string]map[string]string{}}
}

// RoundTrip implements http.RoundTripper.
func (r *reasons) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err != nil || !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		return resp, err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxHeard))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(b), resp.Body), resp.Body}
	if err == nil { // else the reader of the body meets it again
		r.hear(b)
	}
	return resp, nil
}

// hear takes note of an authorization (RFC 8555 section 7.1.4) whose challenges
// failed, and of a problem (section 6.7) that is not the common call to ask again.
func (r *reasons) hear(body []byte) {
	var said struct {
		Type, Detail string
		Identifier   struct{ Value string }
		Challenges   []struct {
			Type  string
			Error struct{ Detail string }
		}
	}
	if json.Unmarshal(body, &said) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if strings.HasPrefix(said.Type, "urn:ietf:params:acme:error:") && !strings.HasSuffix(said.Type, ":badNonce") {
		r.refused = said.Detail
	}
	for _, c := range said.Challenges {
		if c.Error.Detail == "" {
			continue
		}
		if r.last[said.Identifier.Value] == nil {
			r.last[said.Identifier.Value] = map[string]string{}
		}
		r.last[said.Identifier.Value][c.Type] = c.Error.Detail
	}
}

// of is the last reason that was given for a name, of each way that was tried; ""
// for none.
func (r *reasons) of(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ways []string
	for _, way := range slices.Sorted(maps.Keys(r.last[name])) {
		ways = append(ways, way+": "+r.last[name][way])
	}
	return cmp.Or(strings.Join(ways, "; "), r.refused)
}

// forget is for a name that has its certificate.
func (r *reasons) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, name)
	r.refused = ""
}
