// Package account makes the account that a fresh Umbra is measured with.
package account

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Who logs in.
const (
	Name     = "bench"
	Password = "correct horse battery staple 7"
)

// Account is somebody's who has logged in, and has a device.
type Account struct {
	Cookie   string // NAME=value
	Device   string // an app password
	Calendar string // the path of the first one, for devices
}

// Make sets up an Umbra that nobody has set up, logs in, and makes an app password.
func Make(addr string) (a Account, err error) {
	if _, err := ask(addr, "", "POST", "/api/auth/setup", credentials(), nil); err != nil {
		return a, err
	}
	if a.Cookie, err = LogIn(addr); err != nil {
		return a, err
	}
	var token struct{ Token string }
	if _, err := ask(addr, a.Cookie, "POST", "/api/auth/tokens", `{"name":"bench","scopes":["dav"]}`, &token); err != nil {
		return a, err
	}
	a.Device = token.Token
	var calendars []struct{ ID int64 }
	if _, err := ask(addr, a.Cookie, "GET", "/api/calendars", "", &calendars); err != nil {
		return a, err
	}
	if len(calendars) == 0 {
		return a, fmt.Errorf("there is no calendar")
	}
	a.Calendar = fmt.Sprintf("/dav/calendars/1/calendar-%d/", calendars[0].ID)
	return a, nil
}

// LogIn begins another session.
func LogIn(addr string) (cookie string, err error) {
	header, err := ask(addr, "", "POST", "/api/auth/login", credentials(), nil)
	if err != nil {
		return "", err
	}
	cookie, _, _ = strings.Cut(header.Get("Set-Cookie"), ";")
	if cookie == "" {
		return "", fmt.Errorf("the log-in gave no session")
	}
	return cookie, nil
}

func credentials() string { return fmt.Sprintf(`{"username":%q,"password":%q}`, Name, Password) }

// ask sends a request; anything but 2xx is an error. The answer goes into to.
func ask(addr, cookie, method, path, body string, to any) (http.Header, error) {
	r, err := http.NewRequest(method, "http://"+addr+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookie)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, err
	case res.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, b)
	case to != nil:
		err = json.Unmarshal(b, to)
	}
	return res.Header, err
}
