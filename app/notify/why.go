package notify

import (
	"encoding/json"
	"fmt"
	"strings"

	"umbra/app/caller"
)

// Why is a reason that can be said in every language of the interface: its
// English text with %s for what it is about, and that. Names, addresses and what
// a server said stay as they are.
type Why struct {
	Text string
	Args []string
}

// In says it in a language (BCP 47): German, or English for any other.
func (w Why) In(language string) string {
	text, args := w.Text, w.Args
	if caller.German(language) {
		if in, known := german[text]; known {
			text = in
			args = make([]string, len(w.Args))
			for i, a := range w.Args {
				args[i] = inGerman(a)
			}
		}
	}
	all := make([]any, len(args))
	for i, a := range args {
		all[i] = a
	}
	return fmt.Sprintf(text, all...)
}

// inGerman translates what a reason is about where that is words of ours.
func inGerman(s string) string {
	if in, known := german[s]; known {
		return in
	}
	if host, is := strings.CutPrefix(s, pushService); is {
		return "der Push-Dienst " + host
	}
	return s
}

// Say is the reason in a language.
func (e *Error) Say(language string) string {
	if e.Why.Text == "" {
		return e.Reason
	}
	return e.Why.In(language)
}

// String is how a Why is kept; empty for none.
func (w Why) String() string {
	if w.Text == "" {
		return ""
	}
	b, err := json.Marshal(append([]string{w.Text}, w.Args...))
	if err != nil {
		return "" // strings always have a form
	}
	return string(b)
}

// SayKept says a reason that was kept as a Why's String in a language; otherwise
// is what to say where there is none, or where an older program wrote it.
func SayKept(kept, language, otherwise string) string {
	var parts []string
	if kept == "" || json.Unmarshal([]byte(kept), &parts) != nil || len(parts) == 0 || strings.Count(parts[0], "%s") != len(parts)-1 || german[parts[0]] == "" {
		return otherwise
	}
	return Why{parts[0], parts[1:]}.In(language)
}
