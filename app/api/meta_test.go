package api_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"umbra/app/api"
)

func TestHealthReadyAndVersion(t *testing.T) {
	var fails error
	r := chi.NewRouter()
	api.New(r, api.Deps{Version: "1.2.3", Ready: func(context.Context) error { return fails }})
	s := &server{Server: httptest.NewServer(r)}
	t.Cleanup(s.Close)
	for _, path := range []string{"/api/health", "/api/ready"} {
		if got := s.as(t, "", "GET", path, nil).is(200).json(); got["status"] != "ok" {
			t.Errorf("%s: %v", path, got)
		}
	}
	if got := s.as(t, "", "GET", "/api/version", nil).is(200).json(); got["version"] != "1.2.3" || got["name"] != "Umbra" {
		t.Errorf("%v", got)
	}
	fails = errors.New("dial tcp 10.0.0.7: xyzzy")
	answer := s.as(t, "", "GET", "/api/ready", nil).is(503)
	if answer.code() != "not_ready" || strings.Contains(string(answer.body), "xyzzy") {
		t.Errorf("%s", answer.body)
	}
	s.as(t, "", "GET", "/api/health", nil).is(200) // up, whatever the database does
}
