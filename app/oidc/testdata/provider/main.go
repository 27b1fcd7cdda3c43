// Command provider is a real OpenID Connect provider, by other people's code, for
// the tests of the interface. Its argument is where it sends people back to; its
// first line is its issuer. It knows test-user@localhost and test-user2, with the
// password verysecure.
package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil || len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "provider REDIRECT-ADDRESS", err)
		os.Exit(2)
	}
	issuer := "http://" + l.Addr().String() + "/"
	storage.RegisterClients(storage.WebClient("umbra", "a secret between two servers", os.Args[1]))
	h := exampleop.SetupServer(issuer, storage.NewStorage(storage.NewUserStore("http://localhost:1/")), slog.New(slog.DiscardHandler), false)
	fmt.Println(issuer)
	_ = http.Serve(l, h)
}
