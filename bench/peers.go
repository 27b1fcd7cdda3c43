package main

import (
	"fmt"
	"strings"

	"umbra/bench/account"
)

const (
	username = account.Name
	email    = "bench@example.com"
	password = account.Password
)

func umbra(name, binary, dir string) *peer {
	return &peer{
		name: name, binary: binary, dir: dir,
		command: func(dir, addr string) []string { return []string{"serve", "--data-dir", dir, "--listen", addr} },
		setUp: func(p *peer) error {
			_, _, err := p.call("POST", "/api/auth/setup", credentials("username", username), "")
			return err
		},
		logIn: func(p *peer) (string, error) {
			cookie, _, err := p.call("POST", "/api/auth/login", credentials("username", username), "set-cookie")
			value, _, _ := strings.Cut(cookie, ";")
			return "Cookie: " + value + "\r\n", err
		},
		todos: "/api/todos",
		list:  "/api/todos?limit=50&completed=false&sort=due_date",
	}
}

// onPostgres is Umbra on a PostgreSQL: "embedded-postgres:" or an address.
func onPostgres(name, binary, dir, url string) *peer {
	p := umbra(name, binary, dir)
	p.asNobody = true
	p.command = func(dir, addr string) []string {
		return []string{"serve", "--data-dir", dir, "--listen", addr, "--database-url", url}
	}
	return p
}

func pocketbase(binary, dir string) *peer {
	return &peer{
		name: "PocketBase", binary: binary, dir: dir,
		command: func(dir, addr string) []string { return []string{"serve", "--dir", dir, "--http", addr} },
		setUp: func(p *peer) error {
			_, _, err := p.call("POST", "/api/collections/users/records",
				fmt.Sprintf(`{"email":%q,"password":%q,"passwordConfirm":%q}`, email, password, password), "")
			return err
		},
		logIn: func(p *peer) (string, error) {
			_, answer, err := p.call("POST", "/api/collections/users/auth-with-password", credentials("identity", email), "")
			return fmt.Sprintf("Authorization: %s\r\n", answer["token"]), err
		},
		todos: "/api/collections/todos/records",
		// skipTotal: Umbra counts only when asked to.
		list: "/api/collections/todos/records?perPage=50&skipTotal=1&filter=(completed=false)&sort=due_date",
	}
}

const bareName = "bare huma + SQLite"

// bare is the framework over the database and nothing else: the limit of what could be had.
func bare(binary, dir string) *peer {
	return &peer{
		name: bareName, binary: binary, dir: dir,
		command: func(dir, addr string) []string { return []string{"-dir", dir, "-listen", addr} },
		setUp:   func(*peer) error { return nil },
		logIn:   func(*peer) (string, error) { return "", nil },
		todos:   "/api/todos",
		list:    "/api/todos?limit=50",
	}
}

func credentials(field, name string) string {
	return fmt.Sprintf(`{%q:%q,"password":%q}`, field, name, password)
}

// todo is the body of the i-th to-do, the same for each server: a short
// description, two tags, a fifth of them done, due over some three years.
func todo(i int) string {
	priorities := []string{"none", "low", "medium", "high"}
	categories := []string{"home", "work", "garden", "errands", "health"}
	return fmt.Sprintf(`{"title":"Water the plants on balcony %d","description":"The fern **twice**, the cactus not at all. Then look whether number %d needs more soil, and write it down.",`+
		`"priority":%q,"due_date":%q,"completed":%t,"category":%q,"tags":["plants","week %d"],"position":%d}`,
		i, i, priorities[i%4], day(i*7919%1100-550), i%5 == 0, categories[i%5], i%52, i)
}

// change is the body of an update.
func change(i int) string {
	return fmt.Sprintf(`{"title":"Water the plants, changed %d","priority":%q,"completed":%t}`, i, []string{"low", "high"}[i%2], i%3 == 0)
}
