package moving

import (
	"strings"
	"time"
)

// todoTxt is todo.txt (todotxt.org): a to-do a line.
var todoTxt = Format{Name: "todo.txt", Recognise: func(f *File) bool {
	return f.zip == nil && f.ext() == ".txt" && f.Name != "README.txt" && !strings.ContainsAny(f.head(1), "{[<")
}, Read: readTodoTxt}

func readTodoTxt(f *File, b *Batch) error {
	line := 0
	for l := range strings.Lines(string(f.Data)) {
		line++
		if l = strings.TrimSpace(clean(l)); l == "" {
			continue
		}
		if err := b.todo("todo.txt", todoTxtItem(l, line, b.Home)); err != nil {
			return err
		}
	}
	return nil
}

// todoTxtItem reads a line: x, the date done, (A), the date made, and words among
// which +project, @context and key:value mean something.
func todoTxtItem(l string, line int, home *time.Location) item {
	x := item{line: line}
	words := strings.Fields(l)
	next := func() (string, bool) {
		if len(words) > 0 && isDate(words[0]) {
			d := words[0]
			words = words[1:]
			return d, true
		}
		return "", false
	}
	rank := func() {
		if len(words) > 0 && len(words[0]) == 3 && words[0][0] == '(' && words[0][2] == ')' && words[0][1] >= 'A' && words[0][1] <= 'Z' {
			x.priority = todoTxtRank(words[0][1])
			words = words[1:]
		}
	}
	if words[0] == "x" {
		x.done, words = true, words[1:]
	}
	rank()
	first, dated := next()
	second, twice := next()
	switch {
	case x.done && twice:
		x.doneAt, x.created = noon(first, home), noon(second, home)
	case x.done && dated:
		x.doneAt = noon(first, home)
	case dated:
		x.created = noon(first, home)
	}
	if x.done {
		rank() // some write it behind
	}
	var title []string
	for _, w := range words {
		name, value, pair := strings.Cut(w, ":")
		switch {
		case len(w) > 1 && w[0] == '+':
			if x.category == "" {
				x.category = w[1:]
			} else {
				x.tags = append(x.tags, w[1:])
			}
		case len(w) > 1 && w[0] == '@':
			x.tags = append(x.tags, w[1:])
		case pair && name == "due" && isDate(value):
			x.due = value
		case pair && name == "pri" && len(value) == 1 && value[0] >= 'A' && value[0] <= 'Z':
			x.priority = todoTxtRank(value[0])
		case pair && name == "rec":
			if x.rule = todoTxtRule(value); x.rule == "" {
				title = append(title, w)
			}
		default:
			title = append(title, w)
		}
	}
	if x.due == "" && x.rule != "" {
		x.rule = ""
		x.notes = "Repeats: " + l
	}
	x.title = strings.Join(title, " ")
	return x
}

func todoTxtRank(c byte) string {
	return map[byte]string{'A': "high", 'B': "medium"}[c] + map[bool]string{true: "low"}[c > 'B']
}

// todoTxtRule reads rec:1w as Simpletask and others write it; + counts from the due date.
func todoTxtRule(s string) string {
	s = strings.TrimPrefix(s, "+")
	if len(s) < 2 {
		return ""
	}
	freq := map[byte]string{'d': "DAILY", 'w': "WEEKLY", 'm': "MONTHLY", 'y': "YEARLY", 'b': "DAILY;BYDAY=MO,TU,WE,TH,FR"}[s[len(s)-1]]
	n := s[:len(s)-1]
	if freq == "" || len(n) > 4 || strings.Trim(n, "0123456789") != "" || strings.Trim(n, "0") == "" {
		return ""
	}
	return "FREQ=" + strings.Replace(freq, ";", ";INTERVAL="+n+";", 1) + map[bool]string{true: "", false: ";INTERVAL=" + n}[strings.Contains(freq, ";")]
}

// noon is the middle of a day.
func noon(day string, home *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, home)
	if err != nil {
		return time.Time{}
	}
	return t.Add(12 * time.Hour)
}
