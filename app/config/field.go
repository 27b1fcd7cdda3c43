package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	envDataDir = "UMBRA_DATA_DIR"
	envFile    = "UMBRA_ENV_FILE"
	prefix     = "UMBRA_"
)

// field is one tagged field of Config.
type field struct {
	index           int
	env, flag, help string
	def, unset      string
	choice          []string
	unit            time.Duration
	min, max        int
}

var fields = func() []field {
	var out []field
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		if tag.Get("env") == "" {
			continue
		}
		f := field{index: i, env: tag.Get("env"), flag: tag.Get("flag"), help: tag.Get("help"),
			def: tag.Get("default"), unset: tag.Get("unset")}
		if c := tag.Get("choice"); c != "" {
			f.choice = strings.Split(c, ",")
		}
		f.unit = map[string]time.Duration{"day": 24 * time.Hour, "hour": time.Hour, "second": time.Second}[tag.Get("unit")]
		f.min, _ = strconv.Atoi(tag.Get("min"))
		f.max, _ = strconv.Atoi(tag.Get("max"))
		out = append(out, f)
	}
	return out
}()

func find(env string) field {
	return fields[slices.IndexFunc(fields, func(f field) bool { return f.env == env })]
}

// fallback is the default in words.
func (f field) fallback() string {
	if f.def != "" {
		return f.def
	}
	return f.unset
}

// set reads text into the field. The error never holds the text.
func (f field) set(c *Config, text string) error {
	if f.choice != nil && !slices.Contains(f.choice, text) {
		return errors.New("must be one of " + strings.Join(f.choice, ", "))
	}
	switch p := reflect.ValueOf(c).Elem().Field(f.index).Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(text))
	case *string:
		*p = text
	case *int:
		n, err := f.number(text)
		*p = n
		return err
	case *time.Duration:
		n, err := f.number(text)
		*p = time.Duration(n) * f.unit
		return err
	default:
		panic(fmt.Sprintf("config: %s has a type that cannot be read: %T", f.env, p))
	}
	return nil
}

func (f field) number(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < f.min || n > f.max {
		return 0, fmt.Errorf("must be a whole number between %d and %d", f.min, f.max)
	}
	return n, nil
}

// secret says that the value given must not be shown in an error.
func (f field) secret() bool {
	_, masks := reflect.Zero(reflect.TypeFor[Config]().Field(f.index).Type).Interface().(masker)
	return masks
}

// masker is a value that shows itself without its secret.
type masker interface{ Masked() string }

func (f field) value(c Config) any { return reflect.ValueOf(c).Field(f.index).Interface() }
