package db

import "context"

type watchKey struct{}

// Watch answers a context in which seen is told every statement before it
// runs: for tests that look at query plans and count round trips.
func Watch(ctx context.Context, seen func(query string, args []any)) context.Context {
	return context.WithValue(ctx, watchKey{}, seen)
}

func watched(ctx context.Context, query string, args []any) {
	if seen, ok := ctx.Value(watchKey{}).(func(string, []any)); ok {
		seen(query, args)
	}
}
