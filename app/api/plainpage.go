package api

import (
	"html"
	"net/http"
	"strings"
)

// plainPage is what a person sees who follows a link from a message or a code: a
// page of its own, without script and without a session, for it must work in any
// mail program's window. It is written by hand, not by html/template, with which
// the linker keeps every method of every type: 3 MB of the executable.
type plainPage struct {
	german                bool
	heading, text, button string   // plain text; the button posts to the same address
	steps                 []string // what to do after the button
	home                  bool     // with a way to the interface
}

const plainStyle = `body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:90vh}` +
	`main{max-width:30rem;padding:1rem}h1{font-size:1.5rem;overflow-wrap:anywhere}` +
	`button{font:inherit;padding:.7rem 1.4rem;min-height:2.75rem}ol{padding-left:1.7rem}li{margin:.6rem 0}`

func (p plainPage) html() string {
	var b strings.Builder
	element := func(open, text, end string) {
		if text != "" {
			b.WriteString(open + html.EscapeString(text) + end + "\n")
		}
	}
	lang := "en"
	if p.german {
		lang = "de"
	}
	b.WriteString(`<!doctype html>
<html lang="` + lang + `"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark"><title>Umbra</title><style>` + plainStyle + `</style></head><body><main>
`)
	element("<h1>", p.heading, "</h1>")
	element("<p>", p.text, "</p>")
	element(`<form method="post"><button type="submit">`, p.button, "</button></form>")
	if len(p.steps) > 0 {
		b.WriteString("<ol>\n")
		for _, s := range p.steps {
			element("<li>", s, "</li>")
		}
		b.WriteString("</ol>\n")
	}
	if p.home {
		b.WriteString(`<p><a href="/">Umbra</a></p>` + "\n")
	}
	b.WriteString("</main></body></html>\n")
	return b.String()
}

// show answers with the page, which nothing may frame, keep or send elsewhere.
func (p plainPage) show(w http.ResponseWriter, status int) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(p.html()))
}
