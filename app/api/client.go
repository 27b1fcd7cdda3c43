package api

import "context"

// Client is what the server knows of the other end of a request, trusted
// proxies' word included.
type Client struct {
	Address string // IP address
	Host    string // that was asked for, with its port
	HTTPS   bool   // the client came over TLS
	Local   bool   // peer and Host are both loopback, and nothing forwarded it
}

type clientKey struct{}

// WithClient notes the client in a request's context.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

func client(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}
