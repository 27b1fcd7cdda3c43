package server_test

import "strings"

// fixtureRequests are what the household does: method, path and body. Ids count
// from 1 in each kind; the calendars 1 and 2 are ann's and ben's first ones.
var fixtureRequests = [][3]string{
	{"PUT", "/api/settings", `{"time_zone":"Europe/Berlin","language":"de","ntfy_server":"https://ntfy.example.org","ntfy_topic":"ann","ntfy_token":"tk_123","email":"ann@example.org"}`},
	{"POST", "/api/locations", `{"name":"Café Zürich","address":"Bahnhofstraße 1","category":"food","latitude":47.3769,"longitude":8.5417,"notes":"closed on *Mondays*"}`},
	{"POST", "/api/locations", `{"name":"Workshop","favourite":true}`},
	{"POST", "/api/people", `{"given_name":"Grace","family_name":"Hopper","emails":[{"label":"work","value":"grace@example.org"}],"groups":["Family","Navy"],"birthday":"1906-12-09","notes":"taught us all","contact_every_days":30}`},
	{"POST", "/api/people", `{"given_name":"Gone","family_name":"Away"}`},
	{"POST", "/api/people", `{"nickname":"Bö","birthday":"--02-29","favourite":true}`},
	{"POST", "/api/projects", `{"name":"Attic","description":"from *top* to bottom","status":"in_progress","color":"#aa3311","due_date":"2027-02-28"}`},
	{"POST", "/api/projects", `{"name":"Boat","status":"completed"}`},
	{"POST", "/api/projects/1/tasks", `{"title":"Sort boxes","status":"done","priority":"high"}`},
	{"POST", "/api/projects/1/tasks", `{"title":"Carry down","status":"blocked","due_date":"2027-01-31","person_id":1}`},
	{"POST", "/api/projects/1/tasks", `{"title":"the heavy ones","parent_task_id":2}`},
	{"POST", "/api/todos", `{"title":"Thrown away"}`},
	{"POST", "/api/todos", `{"title":"Water the plants","priority":"high","due_date":"2026-12-01","due_time":"18:30","category":"Büro","tags":["Überall","two"],"recurrence_rule":"FREQ=WEEKLY","reminders":["-PT30M"]}`},
	{"POST", "/api/todos", `{"title":"Ärger: 'quotes', \"marks\", \\ and 日本語 🌂","description":"first\n\n-- a line; and\nINSERT INTO nothing","project_id":1,"person_id":1,"location_id":1}`},
	{"POST", "/api/todos", `{"title":"a part of it","parent_id":3,"tags":["two"]}`},
	{"POST", "/api/events", `{"title":"Supper","start":"2026-12-05T19:00:00","end":"2026-12-05T21:30:00","time_zone":"Europe/Berlin","location_id":1,"person_ids":[1],"starred":true,"reminders":["-PT1H"]}`},
	{"POST", "/api/calendars", `{"name":"School","color":"#2255cc"}`},
	{"POST", "/api/events", `{"title":"Choir","calendar_id":3,"start":"2026-09-02T20:00:00","end":"2026-09-02T21:30:00","time_zone":"Europe/Berlin","recurrence_rule":"FREQ=WEEKLY;COUNT=30"}`},
	{"POST", "/api/events", `{"title":"Holiday","all_day":true,"start":"2026-12-24","end":"2026-12-27"}`},
	{"PUT", "/api/events/2?scope=this&occurrence=2026-10-21T20:00:00", `{"title":"Choir, in the church","start":"2026-10-21T19:00:00","end":"2026-10-21T20:30:00"}`},
	{"DELETE", "/api/events/2?scope=this&occurrence=2026-10-28T20:00:00", ""},
	{"POST", "/api/event-templates", `{"name":"Rehearsal","title":"Rehearsal","duration_minutes":90}`},
	{"POST", "/api/reminders", `{"title":"Pills","remind_at":"2027-01-04T07:00:00+01:00","time_zone":"Europe/Berlin","recurrence_rule":"FREQ=DAILY"}`},
	{"POST", "/api/reminders", `{"title":"Over","remind_at":"2027-01-02T03:04:05Z","todo_id":2}`},
	{"PATCH", "/api/reminders/2/dismiss", ""},
	{"DELETE", "/api/todos/1", ""},
	{"DELETE", "/api/people/2", ""},
	{"PATCH", "/api/todos/2/toggle", ""},
	{"PUT", "/api/people/1", `{"photo":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="}`},
	{"POST", "/api/auth/tokens", `{"name":"script","scopes":["read","write"]}`},
	{"POST", "/api/feeds", `{"name":"to-dos","kind":"todos"}`},
	{"POST", "/api/calendars/1/shares", `{"user_id":2,"access":"write"}`},
	{"POST", "/api/auth/login", `{"username":"ann","password":"not the right umbrella"}`},
}

// fixtureRow is a row for a table that living through live leaves empty: names of
// columns, each with its value. A column that a version lacks is left out.
type fixtureRow struct {
	table  string
	values []any
	always bool // also where there is a row
}

// Microseconds of 2026-01-02 03:04:05 UTC.
const rowTime = int64(1767323045000000)

var someHash = []byte(strings.Repeat("\x00\xffumbrella", 3))

// A new table whose rows nothing in live makes gets one here, and its parents
// stand before it.
var fixtureRows = []fixtureRow{
	{table: "trash", values: []any{"user_id", 1, "kind", "todo", "record_id", 9999, "title", "Gone", "seq", 1, "deleted_at", rowTime}},
	{table: "todo_labels", values: []any{"user_id", 1, "kind", "tag", "label_key", "garden", "name", "Garden", "open", 1, "total", 2}},
	{table: "event_overrides", values: []any{"user_id", 1, "event_id", 1, "recurrence_id", "2026-01-02T09:00:00", "changes", `{"title":"Later"}`}},
	{table: "event_people", values: []any{"user_id", 1, "event_id", 1, "person_id", 1}},
	{table: "person_groups", values: []any{"user_id", 1, "group_key", "family", "person_id", 1}},
	{table: "person_photos", values: []any{"user_id", 1, "person_id", 1, "media_type", "image/png", "data", someHash}},
	{table: "login_attempts", values: []any{"username_key", "ann", "address", "192.0.2.1", "success", false, "at", rowTime}},
	{table: "backup_runs", values: []any{"started_at", rowTime, "ended_at", rowTime + 5, "outcome", "failed", "message", "the disk was full"}},
	{table: "push_keys", values: []any{"id", 1, "key_secret", "", "created_at", rowTime}},
	{table: "push_subscriptions", values: []any{"user_id", 1, "endpoint_hash", someHash, "target_secret", "", "service", "push.example.org", "user_agent", "Firefox", "created_at", rowTime,
		"last_reason", `["name","push.example.org"]`}},
	{table: "jobs", values: []any{"kind", "of-before", "key", "1", "state", "dead", "run_at", rowTime, "attempt", 7, "last_error", "no route to host", "created_at", rowTime}},
	{table: "recovery_codes", values: []any{"user_id", 2, "code_hash", someHash}},
	{table: "access_tokens", values: []any{"user_id", 1, "name", "phone", "token_hash", someHash, "can_read", false, "can_write", false, "can_dav", true, "created_at", rowTime}},
	{table: "dav_objects", values: []any{"user_id", 1, "kind", "todo", "record_id", 2, "name", "two.ics", "uid", "two", "rev", 1, "marks", "x",
		"data", []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:two\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Two\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")}},
	{table: "dav_collections", values: []any{"user_id", 1, "kind", "calendar", "record_id", 1, "name", "from-a-phone", "properties", `{"{urn:x}order":"7"}`}},
	{table: "shares", values: []any{"user_id", 1, "uid", "share-1", "calendar_id", 1, "with_user_id", 2, "access", "read", "rev", 1, "created_at", rowTime, "updated_at", rowTime}},
	{table: "identities", values: []any{"user_id", 1, "issuer", "https://auth.example.org", "subject", "ann-17", "shown", "ann@example.org", "created_at", rowTime, "last_used_at", 0}},
	{table: "identity_flows", values: []any{"state_hash", someHash, "used_at", rowTime}},
	{table: "alarm_plans", values: []any{"user_id", 2, "epoch", "e", "seq", -1, "basis", "", "looked_at", rowTime}},
	{table: "alarms", values: []any{"user_id", 1, "kind", "todo", "record_id", 3, "rule", "-PT30M", "due_at", 4102444800000000, "mark", "2100", "about_at", 4102444800000000}},
	{table: "deliveries", values: []any{"id", 1, "user_id", 1, "uid", "delivery-1", "kind", "reminder", "record_id", 1, "rule", "at", "mark", "m", "due_at", rowTime, "about_at", rowTime,
		"state", "sent", "rang_at", rowTime, "sent_at", rowTime + 1}},
	{table: "delivery_channels", values: []any{"user_id", 1, "delivery_id", 1, "channel", "ntfy", "state", "sent", "attempts", 1, "sent_at", rowTime + 1}},
	{table: "security_events", values: []any{"user_id", 1, "at", rowTime, "kind", "log_in", "address", "192.0.2.1", "device", "d"}},
	{table: "invitations", values: []any{"token_hash", someHash, "username", "cleo", "role", "user", "made_by", 1, "created_at", rowTime, "expires_at", 4102444800000000}},
	{table: "passkeys", values: []any{"user_id", 2, "name", "key", "rp_id", "umbra.example.org", "credential_id", someHash, "public_key", someHash, "sign_count", 3, "created_at", rowTime}},
	{table: "spent_challenges", values: []any{"hash", someHash, "expires_at", rowTime}},
	{table: "feeds", values: []any{"user_id", 1, "name", "house", "token_hash", someHash, "kind", "todos", "created_at", rowTime}},
	{table: "profile_links", values: []any{"user_id", 1, "token_hash", someHash, "name", "iPhone", "created_at", rowTime, "expires_at", rowTime}},
	{table: "calendar_fetches", values: []any{"calendar_id", 1, "user_id", 1, "source", "", "hash", someHash}},
	{table: "mass_deletions", values: []any{"user_id", 1, "client", 1, "client_name", "phone", "kind", "todo", "collection", "todos", "began_at", rowTime, "last_at", rowTime,
		"first_seq", 1, "deleted", 12, "had", 20}},
	{table: "group_cards", values: []any{"id", 1, "user_id", 1, "uid", "group-1", "name", "Family", "group_key", "family", "rev", 1, "created_at", rowTime, "updated_at", rowTime}},
	{table: "awaited_members", values: []any{"user_id", 1, "uid", "nobody-yet", "group_id", 1}},
	{table: "idempotency_keys", values: []any{"user_id", 1, "key", "k", "fingerprint", "f", "status", 201, "headers", "{}", "body", "{}", "created_at", rowTime}},
}
