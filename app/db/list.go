package db

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"umbra/app/fault"
	"umbra/app/page"
)

// Where gathers conditions that all must hold. Conditions are written with ?
// in place of arguments; Text numbers them.
type Where struct {
	conds []string
	args  []any
}

// And adds a condition: w.And("user_id = ?", 7).
func (w *Where) And(cond string, args ...any) *Where {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
	return w
}

// Contains adds the condition that a folded column holds the folded text q.
func (w *Where) Contains(column, q string) *Where {
	return w.And(column+` LIKE ? ESCAPE '\'`, "%"+EscapeLike(q)+"%")
}

// In adds the condition that a column is one of a list's values.
func In[T any](w *Where, column string, list []T) *Where {
	if len(list) == 0 {
		return w.And("1 = 0")
	}
	args := Padded(list)
	return w.And(column+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// Padded are a list's values as arguments for IN, the first repeated until they are
// as many as a power of two. Statements are kept prepared by their text, some 50 kB
// for each: a text for each length would be more than all that they are about.
func Padded[T any](list []T) []any {
	args := make([]any, 0, len(list)*2)
	for _, v := range list {
		args = append(args, v)
	}
	for n := len(list); n&(n-1) != 0; n++ {
		args = append(args, list[0])
	}
	return args
}

// Pieces cuts a list into pieces of 64, 32, 16 … values, for statements that write a
// row for each: as Padded, it keeps their texts few.
func Pieces[T any](list []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for n := 64; n > 0; n /= 2 {
			for len(list) >= n {
				if !yield(list[:n]) {
					return
				}
				list = list[n:]
			}
		}
	}
}

// Text is " WHERE …" with numbered placeholders, and Args its arguments.
func (w *Where) Text() string { return w.text(1) }

func (w *Where) text(first int) string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + Number(strings.Join(w.conds, " AND "), first)
}

// Clone is a copy to add further conditions to.
func (w *Where) Clone() *Where {
	return &Where{conds: append([]string(nil), w.conds...), args: append([]any(nil), w.args...)}
}

// Args are the arguments of Text, in order.
func (w *Where) Args() []any { return w.args }

// Number turns each ? into $n, $n+1, …
func Number(s string, n int) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := range len(s) {
		if s[i] == '?' {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			n++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// EscapeLike makes text literal within a LIKE pattern with ESCAPE '\'.
func EscapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// Sort is one order a list can be read in: a NOT NULL column, then the id.
type Sort struct {
	Name   string // as the API says it; "-" before it turns it round
	Column string
	Int    bool // the column is an integer
}

// Listing says how a list is read.
type Listing[T any] struct {
	Select  string // "SELECT a, b FROM t", without WHERE
	Where   *Where
	Also    []*Where // further rows: those that any of these takes, each row by one alone
	Sorts   []Sort
	Default string // the order when none is asked for: "due_date" or "-start"
	Scan    func(Scanner) (T, error)
}

// List reads one page, by keyset: the cost is that of the page, wherever it lies.
// An order or a cursor that is not of this list is an Invalid fault.
func List[T any](ctx context.Context, d *DB, l Listing[T], p page.Request, sort string) (page.Page[T], error) {
	if sort == "" {
		sort = l.Default
	}
	name, desc := strings.CutPrefix(sort, "-")
	var by *Sort
	for i := range l.Sorts {
		if l.Sorts[i].Name == name {
			by = &l.Sorts[i]
		}
	}
	if by == nil {
		names := make([]string, len(l.Sorts))
		for i, s := range l.Sorts {
			names[i] = s.Name
		}
		return page.Page[T]{}, fault.BadField("sort", "choice", "must be one of "+strings.Join(names, ", ")+", with - before it to turn it round")
	}
	after, err := page.Decode(p.Cursor, sort, 1)
	if err != nil {
		return page.Page[T]{}, err
	}
	dir, than := "", ">"
	if desc {
		dir, than = " DESC", "<"
	}
	wheres := append([]*Where{l.Where}, l.Also...)
	for i := range wheres {
		wheres[i] = wheres[i].Clone()
	}
	if after != nil {
		var v any = after.Values[0]
		if by.Int {
			n, err := strconv.ParseInt(after.Values[0], 10, 64)
			if err != nil {
				return page.Page[T]{}, fault.BadField("cursor", "format", "is not a cursor of this list; leave it out to start from the beginning")
			}
			v = n
		}
		for _, w := range wheres {
			w.And("("+by.Column+", id) "+than+" (?, ?)", v, after.ID)
		}
	}
	columns, from, _ := strings.Cut(l.Select, "\nFROM ")
	query, args := Union{Columns: columns + ", " + by.Column + " AS sort_key, id AS sort_id", From: from,
		Order: "sort_key" + dir + ", sort_id" + dir, Limit: p.Size() + 1}.Text(wheres...)
	rows, err := Query(ctx, d, keyed(l.Scan, by.Int), query, args...)
	if err != nil {
		return page.Page[T]{}, err
	}
	cut := page.Cut(rows, p.Size(), func(r keyedRow[T]) page.Key {
		return page.Key{Sort: sort, Values: []string{r.value}, ID: r.id}
	})
	out := page.Page[T]{Items: make([]T, len(cut.Items)), Next: cut.Next}
	for i := range cut.Items {
		out.Items[i] = cut.Items[i].item
	}
	return out, nil
}

type keyedRow[T any] struct {
	item  T
	value string
	id    int64
}

// keyed reads a row together with its sort column and id, which List appends.
func keyed[T any](scan func(Scanner) (T, error), isInt bool) func(Scanner) (keyedRow[T], error) {
	return func(s Scanner) (keyedRow[T], error) {
		var r keyedRow[T]
		var n int64
		more := []any{&r.value, &r.id}
		if isInt {
			more[0] = &n
		}
		var err error
		r.item, err = scan(longer{s, more})
		if isInt {
			r.value = strconv.FormatInt(n, 10)
		}
		return r, err
	}
}

// longer scans more columns than its caller knows of.
type longer struct {
	s    Scanner
	more []any
}

func (l longer) Scan(dest ...any) error { return l.s.Scan(append(dest, l.more...)...) }
