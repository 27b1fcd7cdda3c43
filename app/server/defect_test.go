package server_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
)

func TestADefectAnswersAProblemAndTellsTheLogAlone(t *testing.T) {
	h := open(t)
	ann := h.setUp(t)
	h.Services.Todos = nil
	var err error
	if h.Handler, err = h.App.Handler(nil); err != nil {
		t.Fatal(err)
	}
	for method, path := range map[string]string{"GET": "/api/todos?q=xyzzy", "PUT": "/api/todos/1"} {
		a := h.ask(t, method, path, map[string]string{"PUT": `{"title":"xyzzy"}`}[method], "Cookie", ann)
		p := a.problem(500, "internal")
		id := a.Header().Get("X-Request-Id")
		if p.Instance != "urn:request:"+id || id == "" {
			t.Errorf("instance %q of request %q", p.Instance, id)
		}
		for _, leak := range []string{"nil pointer", "panic", "runtime", ".go", "xyzzy"} {
			if strings.Contains(a.Body.String(), leak) {
				t.Errorf("%s %s tells %q: %s", method, path, leak, a.Body)
			}
		}
		log := h.log.String()
		if !strings.Contains(log, "request="+id) || !strings.Contains(log, "nil pointer") || !strings.Contains(log, "app/todo") || strings.Contains(log, "xyzzy") {
			t.Errorf("the log says %s", log)
		}
	}
	h.ask(t, "GET", "/api/settings", "", "Cookie", ann).is(200)
}

// brittle is an interface with a file that breaks in the middle once told to.
type brittle struct {
	fs.FS
	armed *atomic.Bool
}

func (b brittle) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if err != nil || name != "big.txt" {
		return f, err
	}
	return &brittleFile{f, f.(io.Seeker), b.armed, 0}, nil
}

type brittleFile struct {
	fs.File
	io.Seeker
	armed *atomic.Bool
	read  int
}

func (f *brittleFile) Read(p []byte) (int, error) {
	if f.read > 200<<10 && f.armed.Load() {
		panic("xyzzy")
	}
	n, err := f.File.Read(p)
	f.read += n
	return n, err
}

// Half an answer must not look like a whole one.
func TestADefectInTheMiddleOfAnAnswerBreaksTheConnection(t *testing.T) {
	h := open(t)
	var armed atomic.Bool
	h.Frontend = brittle{fstest.MapFS{"index.html": {Data: []byte("<p>x")}, "big.txt": {Data: make([]byte, 1<<20)}}, &armed}
	handler, err := h.App.Handler(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	defer s.Close()
	get := func() (int, error) {
		resp, err := http.Get(s.URL + "/big.txt")
		if err != nil {
			return 0, err
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		if strings.Contains(string(b), "problem") || strings.Contains(string(b), "urn:request") {
			t.Error("a problem document in the middle of a file")
		}
		return len(b), err
	}
	if n, err := get(); n != 1<<20 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	armed.Store(true)
	if n, err := get(); err == nil {
		t.Errorf("%d bytes, and no error", n)
	}
	if !strings.Contains(h.log.String(), "xyzzy") {
		t.Error("the log says nothing of it")
	}
}
