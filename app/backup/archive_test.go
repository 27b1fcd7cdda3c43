package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"umbra/app/backup"
	"umbra/app/db"
	"umbra/app/db/dbtest"
	"umbra/app/fault"
)

// entry is one of a backup's, as any tar would read it.
type entry struct {
	name string
	body []byte
}

// unpack reads a backup as `zstd -d | tar x` does.
func unpack(t *testing.T, file []byte) []entry {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []entry
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{h.Name, body})
	}
}

// pack makes a file of entries whose digest at the end holds, as a forger would.
func pack(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Typeflag: tar.TypeReg, Size: int64(len(e.body)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(out.Bytes())
	_ = binary.Write(&out, binary.LittleEndian, []uint32{0x184D2A5B, 44})
	out.WriteString("umbra sha256")
	out.Write(sum[:])
	return out.Bytes()
}

// small is the backup of a database with one to-do's worth of rows.
func small(t *testing.T) []byte {
	t.Helper()
	d := dbtest.Open(t, db.SQLite)
	many(t, d, 20)
	var file bytes.Buffer
	if _, _, err := source(d).Write(t.Context(), &file, "", nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func prove(t *testing.T, file []byte) error {
	t.Helper()
	_, _, err := backup.Prove(t.Context(), bytes.NewReader(file), nil, dbtest.Migrations(), "1.2.3", t.TempDir(), nil)
	return err
}

func checkFile(file []byte) error {
	_, _, err := backup.Check(bytes.NewReader(file), nil, "1.2.3", 1000, nil)
	return err
}

func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestAnyToolOpensABackup(t *testing.T) {
	entries := unpack(t, small(t))
	names := map[string][]byte{}
	for _, e := range entries {
		names[e.name] = e.body
	}
	if entries[0].name != "umbra.json" || entries[len(entries)-1].name != "manifest.json" {
		t.Errorf("begins with %s and ends with %s", entries[0].name, entries[len(entries)-1].name)
	}
	if rows := names["tables/todos/00001.jsonl"]; bytes.Count(rows, []byte("\n")) != 7 || !bytes.Contains(rows, []byte(`,"To-do 9e3779b1",`)) {
		t.Errorf("the to-dos are %s", rows)
	}
	for _, left := range []string{"user_sessions", "login_attempts", "idempotency_keys", "goose_db_version"} {
		if names["tables/"+left+"/00001.jsonl"] != nil || bytes.Contains(names["umbra.json"], []byte(`"name": "`+left+`"`)) {
			t.Errorf("%s was carried", left)
		}
	}
	if names["secret.key"] != nil {
		t.Error("the secret key lies open")
	}
}

func TestACutFileIsRefused(t *testing.T) {
	file := small(t)
	for n := range file {
		if err := checkFile(file[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes were taken for a backup", n, len(file))
		} else if n > 4096 {
			refused(t, fmt.Sprintf("%d bytes", n), err, "backup_damaged")
		}
	}
	refused(t, "more bytes behind it", checkFile(append(bytes.Clone(file), 0)), "backup_damaged")
	refused(t, "twice", checkFile(append(bytes.Clone(file), file...)), "backup_damaged")
	if err := checkFile(file); err != nil {
		t.Errorf("whole: %v", err)
	}
}

func TestAFlippedBitIsFound(t *testing.T) {
	file := small(t)
	for i := range file {
		file[i] ^= 1 << (i % 8)
		if err := checkFile(file); err == nil {
			t.Fatalf("byte %d of %d was changed, and nobody saw it", i, len(file))
		}
		file[i] ^= 1 << (i % 8)
	}
}

func TestOtherFilesAreNoBackups(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing":            {},
		"text":               []byte(strings.Repeat("Fetch the umbrella. ", 500)),
		"SQLite":             append([]byte("SQLite format 3\x00"), make([]byte, 4096)...),
		"a zip":              []byte("PK\x03\x04................................................................"),
		"somebody's archive": pack(t, []entry{{"letters/2019.txt", []byte("Dear Ann")}}),
		"an empty archive":   pack(t, nil),
	} {
		refused(t, name, checkFile(file), "not_a_backup")
	}
}

// What somebody forged has right digests, and still nothing but rows of our
// tables gets in.
func TestAForgedBackupIsRefused(t *testing.T) {
	whole := unpack(t, small(t))
	for _, tt := range []struct {
		name   string
		forge  func(entries []entry) []entry
		honest bool // the manifest is put right
		code   string
	}{
		{"a changed row", func(e []entry) []entry { return edit(e, "tables/todos/", "To-do 9", "To-do 8") }, false, "backup_damaged"},
		{"a row that is missing", func(e []entry) []entry {
			return edit(e, "tables/journal/", `[1,1,1,1795521600000000,1,"api","todo",1,"todo-9e3779b1","create","To-do 9e3779b1","","","","",null,1,null]`+"\n", "")
		}, false, "backup_damaged"},
		{"a statement for a name", func(e []entry) []entry { return rename(e, "todos", `todos"; DROP TABLE users; --`) }, true, "backup_unfit"},
		{"a table of its own", func(e []entry) []entry { return rename(e, "todos", "todoz") }, true, "backup_unfit"},
		{"the migrations' table", func(e []entry) []entry { return rename(e, "todos", "goose_db_version") }, true, "backup_unfit"},
		{"a column of its own", func(e []entry) []entry { return edit(e, "umbra.json", `"title_key"`, `"title_kez"`) }, true, "backup_unfit"},
		{"a column twice", func(e []entry) []entry { return edit(e, "umbra.json", `"title_key"`, `"title"`) }, true, "backup_unfit"},
		{"another type", func(e []entry) []entry { return edit(e, "tables/todos/", `"To-do 9e3779b1"`, "17") }, true, "backup_damaged"},
		{"a number too large", func(e []entry) []entry { return edit(e, "tables/todos/", "[1,1,", "[99999999999999999999,1,") }, true, "backup_damaged"},
		{"a value too many", func(e []entry) []entry { return edit(e, "tables/todos/", "[1,1,", "[1,1,1,") }, true, "backup_damaged"},
		{"NUL", func(e []entry) []entry { return edit(e, "tables/todos/", "To-do 9e3779b1", `\u0000`) }, true, "backup_damaged"},
		{"no UTF-8", func(e []entry) []entry { return edit(e, "tables/todos/", "To-do 9e3779b1", "\xff") }, true, "backup_damaged"},
		{"an id twice", func(e []entry) []entry { return edit(e, "tables/todos/", "\n[2,1,", "\n[1,1,") }, true, "backup_unfit"},
		{"NULL where none may be", func(e []entry) []entry { return edit(e, "tables/todos/", `"To-do 9e3779b1"`, "null") }, true, "backup_unfit"},
		{"nobody's to-do", func(e []entry) []entry { return edit(e, "tables/todos/", "[1,1,", "[1,77,") }, true, "backup_unfit"},
		{"a file outside", func(e []entry) []entry {
			return append([]entry{e[0], {"../../etc/passwd", []byte("root\n")}}, e[1:]...)
		}, true, "backup_damaged"},
		{"an entry behind the end", func(e []entry) []entry { return append(e, entry{"tables/todos/00002.jsonl", []byte("[]\n")}) }, false, "backup_damaged"},
		{"more than fits into memory", func(e []entry) []entry {
			large := entry{"tables/users/00002.jsonl", bytes.Repeat([]byte("[]\n"), 23<<20)}
			at := slices.IndexFunc(e, func(x entry) bool { return x.name == "tables/users/00001.jsonl" }) + 1
			return slices.Insert(slices.Clone(e), at, large)
		}, true, "backup_damaged"},
		{"no manifest", func(e []entry) []entry { return e[:len(e)-1] }, false, "backup_damaged"},
		{"a row without its end", func(e []entry) []entry { return edit(e, "tables/calendars/", "]\n", "]") }, true, "backup_damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entries := make([]entry, len(whole))
			copy(entries, whole)
			entries = tt.forge(entries)
			if tt.honest {
				entries = honest(t, entries)
			}
			refused(t, tt.name, prove(t, pack(t, entries)), tt.code)
		})
	}
	if err := prove(t, pack(t, honest(t, whole))); err != nil {
		t.Errorf("the forger's tools make %v of what is right", err)
	}
}

func edit(entries []entry, prefix, old, new string) []entry {
	for i, e := range entries {
		if strings.HasPrefix(e.name, prefix) {
			if !bytes.Contains(e.body, []byte(old)) {
				panic(fmt.Sprintf("%s has no %q: %s", e.name, old, e.body))
			}
			entries[i].body = bytes.Replace(e.body, []byte(old), []byte(new), 1)
		}
	}
	return entries
}

func rename(entries []entry, old, new string) []entry {
	quoted, _ := json.Marshal(new)
	entries = edit(entries, "umbra.json", `"`+old+`"`, string(quoted))
	for i := range entries {
		entries[i].name = strings.Replace(entries[i].name, "tables/"+old+"/", "tables/"+new+"/", 1)
	}
	return entries
}

// honest writes the manifest anew for what the entries hold.
func honest(t *testing.T, entries []entry) []entry {
	t.Helper()
	var h backup.Header
	var m backup.Manifest
	last := len(entries) - 1
	if err := errors.Join(json.Unmarshal(entries[0].body, &h), json.Unmarshal(entries[last].body, &m)); err != nil {
		t.Fatal(err)
	}
	m.Tables, m.Records = nil, 0
	all := sha256.New()
	for _, table := range h.Tables {
		s := backup.Sum{Name: table.Name}
		sum := sha256.New()
		for _, e := range entries {
			if strings.HasPrefix(e.name, "tables/"+table.Name+"/") {
				s.Rows += int64(bytes.Count(e.body, []byte("\n")))
				s.Bytes += int64(len(e.body))
				sum.Write(e.body)
			}
		}
		s.SHA256 = hex.EncodeToString(sum.Sum(nil))
		m.Tables = append(m.Tables, s)
		m.Records += s.Rows
		fmt.Fprintf(all, "%s %d %s\n", s.Name, s.Rows, s.SHA256)
	}
	m.Digest = hex.EncodeToString(all.Sum(nil))
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return append(entries[:last:last], entry{"manifest.json", body})
}
