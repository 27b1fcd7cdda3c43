package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A request ends where it says, in one way alone: what could be read as another
// request by a proxy in front, or by us, is refused and the connection closed.
func TestARequestEndsInOneWayAlone(t *testing.T) {
	s := listen(t)
	const hidden = "GET /api/version HTTP/1.1\r\nHost: x\r\n\r\n"
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(hidden), hidden)
	for name, request := range map[string]string{
		"two lengths":                         "Content-Length: 0\r\nContent-Length: " + fmt.Sprint(len(hidden)) + "\r\n\r\n" + hidden,
		"two lengths in one":                  "Content-Length: 0, " + fmt.Sprint(len(hidden)) + "\r\n\r\n" + hidden,
		"a length with a sign":                "Content-Length: +0\r\n\r\n" + hidden,
		"a negative length":                   "Content-Length: -1\r\n\r\n" + hidden,
		"an encoding that we do not know":     "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked,
		"an encoding twice":                   "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
		"an encoding behind another's":        "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked,
		"a space before the colon":            "Content-Length : 0\r\n\r\n" + hidden,
		"a chunk of a size that is no number": "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + hidden,
	} {
		if statuses := answersTo(t, s, "POST /api/auth/login HTTP/1.1\r\nHost: "+hostOf(s)+"\r\nContent-Type: application/json\r\n"+request); len(statuses) != 1 || statuses[0] < 400 {
			t.Errorf("%s: %v", name, statuses)
		}
	}
	// A length beside chunks counts for nothing, and what is in the chunks is one body.
	if statuses := answersTo(t, s, "POST /api/auth/login HTTP/1.1\r\nHost: "+hostOf(s)+"\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"+chunked); len(statuses) != 1 || statuses[0] < 400 {
		t.Errorf("a length beside chunks: %v", statuses)
	}
	if statuses := answersTo(t, s, "GET /api/version HTTP/1.1\r\nHost: "+hostOf(s)+"\r\n\r\nGET /api/version HTTP/1.1\r\nHost: "+hostOf(s)+"\r\nConnection: close\r\n\r\n"); len(statuses) != 2 || statuses[1] != 200 {
		t.Errorf("the test is blind: %v", statuses)
	}
}

func hostOf(s served) string { return strings.TrimPrefix(s.url, "http://") }

// answersTo are the statuses of all that is answered to some bytes.
func answersTo(t *testing.T, s served, request string) (statuses []int) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", hostOf(s))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	in := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		statuses = append(statuses, resp.StatusCode)
	}
}
