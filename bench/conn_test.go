package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestConnReadsWhatServersWrite(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/chunks":
			for range 3 {
				_, _ = io.WriteString(w, strings.Repeat("x", 5000))
				w.(http.Flusher).Flush()
			}
		default:
			w.Header().Set("X-Was", r.Method+" "+r.Header.Get("Cookie"))
			_, _ = io.Copy(w, r.Body)
		}
	}))
	defer s.Close()
	addr := strings.TrimPrefix(s.URL, "http://")
	c, err := dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for range 2 { // the connection is kept
		for _, tc := range []struct {
			path, send, header, body string
			status                   int
		}{
			{"/echo", `{"a":1}`, "POST s=1", `{"a":1}`, 200},
			{"/empty", "", "", "", 204},
			{"/chunks", "", "", strings.Repeat("x", 15000), 200},
		} {
			status, header, body, err := c.do(appendRequest(nil, addr, "POST", tc.path, "Cookie: s=1\r\n", tc.send), "x-was")
			if err != nil || status != tc.status || header != tc.header || string(body) != tc.body {
				t.Errorf("%s: %d %q, %d bytes, %v", tc.path, status, header, len(body), err)
			}
		}
	}
}
