package notify

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/wneessen/go-mail"
)

// compose writes the mail: plain text, and the same as simple HTML.
func (s mailSender) compose(m Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(line(s.server.FromName, 100), s.server.From); err != nil {
		return nil, permanent(CodeInvalid, "the sender's address (UMBRA_SMTP_FROM) is none").Because(err)
	}
	if err := msg.AddToFormat(line(s.target.Name, 100), s.target.Address); err != nil {
		return nil, permanent(CodeInvalid, "the e-mail address is none that mail can be sent to").Because(err)
	}
	now := s.out.o.Now()
	msg.Subject(m.Title)
	msg.SetDateWithValue(now)
	msg.SetMessageIDWithValue(m.ID + "@" + domain(s.server.From)) // the same for a repeat
	msg.SetGenHeader("Auto-Submitted", "auto-generated")          // RFC 3834: no out-of-office notes
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetUserAgent(s.out.o.Agent)
	if s.server.Settings != "" {
		msg.SetListUnsubscribe(s.server.Settings)
	}
	switch {
	case m.Priority >= High:
		msg.SetImportance(mail.ImportanceHigh)
	case m.Priority <= Low:
		msg.SetImportance(mail.ImportanceLow)
	}
	text, html := s.bodies(m)
	msg.SetBodyString(mail.TypeTextPlain, text)
	msg.AddAlternativeString(mail.TypeTextHTML, html)
	return msg, nil
}

// mailPage needs no style sheet: mail programs drop most of them.
var mailPage = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif;color:#1c1b22;background:#fff">
<div style="max-width:560px">
<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">{{.Title}}</h1>
{{range .Paragraphs}}<p style="margin:0 0 12px;white-space:pre-line">{{.}}</p>
{{end}}{{if .Links}}<p style="margin:20px 0">{{range .Links}}<a href="{{.URL}}" style="display:inline-block;margin:0 8px 8px 0;padding:8px 14px;border:1px solid #8a8894;border-radius:8px;color:#1c1b22;text-decoration:none">{{.Label}}</a>{{end}}</p>
{{end}}{{if .URL}}<p style="margin:0 0 12px"><a href="{{.URL}}">{{.URL}}</a></p>
{{end}}{{if .Settings}}<p style="margin:24px 0 0;font-size:13px;color:#65636e">Umbra · <a href="{{.Settings}}" style="color:#65636e">{{.Settings}}</a></p>
{{end}}</div>
</body></html>
`))

func (s mailSender) bodies(m Message) (text, html string) {
	var b strings.Builder
	for _, part := range []string{m.Title, m.Body} {
		if part != "" {
			b.WriteString(part + "\n\n")
		}
	}
	for _, a := range m.Actions {
		b.WriteString(a.Label + ": " + a.URL + "\n")
	}
	if len(m.Actions) > 0 {
		b.WriteString("\n")
	}
	if m.URL != "" {
		b.WriteString(m.URL + "\n\n")
	}
	if s.server.Settings != "" {
		b.WriteString("-- \nUmbra " + s.server.Settings + "\n")
	}
	var page bytes.Buffer
	var paragraphs []string
	for p := range strings.SplitSeq(m.Body, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	err := mailPage.Execute(&page, struct {
		Title, URL, Settings string
		Paragraphs           []string
		Links                []Action
	}{m.Title, m.URL, s.server.Settings, paragraphs, m.Actions})
	if err != nil { // only a template that does not fit its data
		panic(err)
	}
	return b.String(), page.String()
}
