package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"umbra/app/api"
)

// follower reads a live stream.
type follower struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Reader
	end   context.CancelFunc
}

type liveEvent struct {
	name, id string
	data     map[string]any
}

// follow opens a stream, after the event with this id ("" for from now on).
func (d *door) follow(t *testing.T, cookie, last string) *follower {
	t.Helper()
	// A stream that never says anything must end the test, not hang it.
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(end)
	req, err := http.NewRequestWithContext(ctx, "GET", d.URL+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return &follower{t, resp, bufio.NewReader(resp.Body), end}
}

// next is the next event; ok is false at the stream's end.
func (f *follower) next() (e liveEvent, ok bool) {
	f.t.Helper()
	for {
		line, err := f.lines.ReadString('\n')
		if err != nil {
			return e, false
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				f.t.Fatalf("%v in %s", err, value)
			}
		case "":
			if line == "" && e.name != "" {
				return e, true
			}
		}
	}
}

// want is the next event, which must be of this name.
func (f *follower) want(name string) liveEvent {
	f.t.Helper()
	e, ok := f.next()
	if !ok || e.name != name {
		f.t.Fatalf("got %+v (ended: %v), want %s", e, !ok, name)
	}
	return e
}

func (d *door) post(t *testing.T, cookie, title string) {
	t.Helper()
	d.with(t, cookie, "POST", "/api/todos", map[string]any{"title": title}).is(201)
}

func TestChangesArriveAsTheyHappen(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.post(t, ann, "before")
		f := d.follow(t, ann, "")
		if h := f.resp.Header; f.resp.StatusCode != 200 || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", f.resp.StatusCode, h)
		}
		ready := f.want("ready")
		d.post(t, ann, "first")
		first := f.want("change")
		if first.data["kind"] != "todo" || first.data["operation"] != "create" || first.data["title"] != "first" {
			t.Errorf("%+v", first)
		}
		d.with(t, ann, "DELETE", fmt.Sprintf("/api/todos/%v", first.data["id"]), nil).is(204)
		if e := f.want("change"); e.data["operation"] != "delete" || e.data["id"] != first.data["id"] {
			t.Errorf("%+v", e)
		}
		f.end()
		position, _ := d.with(t, ann, "GET", "/api/auth/status", nil).is(200).json()["live_position"].(string)
		d.post(t, ann, "while away")

		// Who reads, and then opens the stream, misses nothing in between.
		f = d.follow(t, ann, position)
		if e := f.want("ready"); e.id != position {
			t.Errorf("ready at %s, want %s", e.id, position)
		}
		if e := f.want("change"); e.data["title"] != "while away" {
			t.Errorf("%+v", e)
		}
		f.end()

		// What was seen last decides what comes: nothing is missed, and nothing comes twice.
		f = d.follow(t, ann, first.id)
		if e := f.want("ready"); e.id != first.id {
			t.Errorf("ready at %s, want %s", e.id, first.id)
		}
		for _, want := range []string{"delete first", "create while away"} {
			if e := f.want("change"); fmt.Sprint(e.data["operation"], " ", e.data["title"]) != want {
				t.Errorf("%+v, want %s", e, want)
			}
		}
		d.post(t, ann, "again")
		if e := f.want("change"); e.data["title"] != "again" {
			t.Errorf("%+v", e)
		}
		if e := d.follow(t, ann, ready.id); e.want("ready").id != ready.id || e.want("change").data["title"] != "first" {
			t.Error("from the beginning of the first stream")
		}
	})
}

func TestWhatCannotBeResumedIsReset(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		ann := d.setUp(t)
		d.post(t, ann, "x")
		here := d.follow(t, ann, "").want("ready").id
		epoch, seq, _ := strings.Cut(here, "-")
		for name, last := range map[string]string{
			"another epoch":       "0badcafe-" + seq,
			"a number to come":    epoch + "-999999",
			"no number":           epoch + "-x",
			"nothing of ours":     "nonsense",
			"before what is kept": epoch + "--5",
		} {
			if e := d.follow(t, ann, last).want("reset"); e.id != here {
				t.Errorf("%s: reset to %s, want %s", name, e.id, here)
			}
		}
		user, err := d.accounts.FindByName(t.Context(), "ann")
		if err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(100 * 24 * time.Hour)
		if _, err := d.journal.Prune(t.Context(), d.clock.Now()); err != nil {
			t.Fatal(err)
		}
		head, err := d.journal.Head(t.Context(), user.ID)
		if err != nil || head.Oldest != head.Seq+1 {
			t.Fatalf("%+v, %v", head, err)
		}
		ann = d.logIn(t, "ann", annsPassword).is(200).session()
		d.follow(t, ann, epoch+"-0").want("reset")
		d.follow(t, ann, here).want("ready")
	})
}

func TestWhoMayFollowAndHowMany(t *testing.T) {
	d := openDoor(t, sqlite(t))
	ann := d.setUp(t)
	d.with(t, "", "GET", "/api/live", nil).is(401).fields()
	d.with(t, api.PlainCookie+"=x", "GET", "/api/live", nil).is(401).fields()
	if r := d.with(t, ann, "POST", "/api/live", nil).is(405); r.header.Get("Allow") != "GET" {
		t.Errorf("%v", r.header)
	}
	var open []*follower
	for range 20 {
		f := d.follow(t, ann, "")
		f.want("ready")
		open = append(open, f)
	}
	if r := d.with(t, ann, "GET", "/api/live", nil).is(429); r.header.Get("Retry-After") == "" || r.code() != "too_many_streams" {
		t.Errorf("%v %s", r.header, r.body)
	}
	d.post(t, ann, "to all")
	for i, f := range open {
		if e := f.want("change"); e.data["title"] != "to all" {
			t.Errorf("stream %d: %+v", i, e)
		}
	}
	close(d.stopping)
	for i, f := range open {
		if e, ok := f.next(); ok {
			t.Errorf("stream %d went on: %+v", i, e)
		}
	}
}
