package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A row is a line: a JSON array of its columns' values, written in one way only,
// so that equal rows are equal bytes on both engines.

// appendRow writes a row and its line feed. mended counts texts that held what
// text cannot hold (no UTF-8, NUL) and got U+FFFD in its place.
func appendRow(dst []byte, columns []Column, values []any, mended *int64) ([]byte, error) {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch v := v.(type) {
		case nil:
			dst = append(dst, "null"...)
		case int64:
			dst = strconv.AppendInt(dst, v, 10)
		case bool:
			if v {
				dst = append(dst, '1')
			} else {
				dst = append(dst, '0')
			}
		case float64:
			dst = appendReal(dst, v)
		case string:
			dst = appendText(dst, v, mended)
		case []byte:
			if columns[i].Type == Text {
				dst = appendText(dst, string(v), mended)
				break
			}
			dst = append(dst, '"')
			dst = base64.StdEncoding.AppendEncode(dst, v)
			dst = append(dst, '"')
		default:
			return nil, fmt.Errorf("column %s holds a %T", columns[i].Name, v)
		}
	}
	return append(dst, ']', '\n'), nil
}

func appendReal(dst []byte, v float64) []byte {
	switch {
	case math.IsNaN(v): // SQLite keeps it as NULL
		return append(dst, "null"...)
	case math.IsInf(v, 1): // JSON has no word for it; it reads as what it is
		return append(dst, "1e999"...)
	case math.IsInf(v, -1):
		return append(dst, "-1e999"...)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

func appendText(dst []byte, s string, mended *int64) []byte {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		*mended++
	}
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, `\u00`...)
			dst = append(dst, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

var errRow = errors.New("a row is not as it should be")

// parseRow reads a line, without its line feed, into values of the columns'
// types in the database that is filled.
func parseRow(line []byte, columns []Column, values []any) error {
	if len(line) < 2 || line[0] != '[' || line[len(line)-1] != ']' {
		return errRow
	}
	rest := line[1 : len(line)-1]
	for i, c := range columns {
		if i > 0 {
			if len(rest) == 0 || rest[0] != ',' {
				return errRow
			}
			rest = rest[1:]
		}
		end := valueEnd(rest)
		if end == 0 {
			return errRow
		}
		v, err := parseValue(rest[:end], c)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		values[i], rest = v, rest[end:]
	}
	if len(rest) > 0 {
		return errRow
	}
	return nil
}

// valueEnd is where the value that b begins with ends, 0 when it does not.
func valueEnd(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		for i, c := range b {
			if c == ',' {
				return i
			}
		}
		return len(b)
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func parseValue(b []byte, c Column) (any, error) {
	if string(b) == "null" {
		return nil, nil
	}
	quoted := b[0] == '"'
	if quoted != (c.Type == Text || c.Type == Bytes) {
		return nil, errRow
	}
	switch c.Type {
	case Int:
		n, err := strconv.ParseInt(string(b), 10, 64)
		if c.boolean {
			if n != 0 && n != 1 {
				return nil, errRow
			}
			return n == 1, err
		}
		return n, err
	case Real:
		v, err := strconv.ParseFloat(string(b), 64)
		if math.IsInf(v, 0) {
			err = nil
		}
		return v, err
	case Text:
		return unquote(b)
	case Bytes:
		return base64.StdEncoding.DecodeString(string(b[1 : len(b)-1]))
	}
	return nil, errRow
}

func unquote(b []byte) (string, error) {
	plain := true
	for _, c := range b[1 : len(b)-1] {
		if c == '\\' || c < ' ' {
			plain = false
			break
		}
	}
	if !utf8.Valid(b) {
		return "", errRow
	}
	if plain {
		return string(b[1 : len(b)-1]), nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	if err == nil && strings.IndexByte(s, 0) >= 0 {
		err = errRow
	}
	return s, err
}
