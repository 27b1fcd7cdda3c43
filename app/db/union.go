package db

import (
	"strconv"
	"strings"
)

// Union reads the first rows, in one order, of what several conditions take: each
// is cut by itself on its own index, so that the cost is that of a page a
// condition. No row may be taken by two of them.
type Union struct {
	Columns string // "SELECT a, b"; those of Order among them, once
	From    string // a table
	Order   string // "b DESC, id DESC"
	Limit   int
}

// Text is the statement, with its arguments.
func (u Union) Text(wheres ...*Where) (query string, args []any) {
	parts, args := u.parts(wheres)
	if len(parts) == 1 {
		return parts[0], args
	}
	for i, p := range parts {
		parts[i] = "SELECT * FROM (" + p + ") AS part" + strconv.Itoa(i)
	}
	return strings.Join(parts, "\nUNION ALL\n") + u.tail(), args
}

// Each reads the first rows of each condition instead, and sorts nothing: before the
// columns comes the condition's number, from 0; the rows of one are in order.
func (u Union) Each(wheres ...*Where) (query string, args []any) {
	parts, args := u.parts(wheres)
	for i, p := range parts {
		n := strconv.Itoa(i)
		parts[i] = "SELECT " + n + ", part" + n + ".* FROM (" + p + ") AS part" + n
	}
	return strings.Join(parts, "\nUNION ALL\n"), args
}

func (u Union) tail() string { return " ORDER BY " + u.Order + " LIMIT " + strconv.Itoa(u.Limit) }

func (u Union) parts(wheres []*Where) (parts []string, args []any) {
	parts = make([]string, len(wheres))
	for i, w := range wheres {
		parts[i] = u.Columns + "\nFROM " + u.From + w.text(len(args)+1) + u.tail()
		args = append(args, w.args...)
	}
	return parts, args
}

// CountSQL counts the rows of a table that any of the conditions takes; none may
// be taken by two.
func CountSQL(table string, wheres ...*Where) (query string, args []any) {
	parts := make([]string, len(wheres))
	for i, w := range wheres {
		parts[i] = "(SELECT COUNT(*) FROM " + table + w.text(len(args)+1) + ")"
		args = append(args, w.args...)
	}
	return "SELECT " + strings.Join(parts, " + "), args
}
