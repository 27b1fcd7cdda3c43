package api

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a type in the document. Features may use the same short
// names, so theirs begin with the feature's: todo.Update is TodoUpdate, but
// todo.Todo just Todo.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	feature := path.Base(t.PkgPath())
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.PkgPath(), "umbra/app/") || feature == "api" || strings.HasPrefix(strings.ToLower(name), feature) {
		return name
	}
	return strings.ToUpper(feature[:1]) + feature[1:] + name
}
