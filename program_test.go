package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// BenchmarkProgram asks the program that UMBRA_TEST_PROGRAM names, which may be one
// for another machine that an emulator runs: packaging/arm.sh armv7 bench.
func BenchmarkProgram(b *testing.B) {
	program := os.Getenv("UMBRA_TEST_PROGRAM")
	if program == "" {
		b.Skip("UMBRA_TEST_PROGRAM names what to measure")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	server := exec.CommandContext(ctx, program, "serve", "--listen", address, "--data-dir", b.TempDir())
	server.Env, server.Stderr = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.TempDir()}, os.Stderr
	begun := time.Now()
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Wait() }()
	defer stop()
	p := asked{url: "http://" + address, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}}
	for p.send("GET", "/api/health", "") != http.StatusOK {
		if time.Since(begun) > time.Minute {
			b.Fatal("the server did not come up")
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Printf("the first answer came after %s\n", time.Since(begun).Round(time.Millisecond))
	begun = time.Now()
	p.send("POST", "/api/auth/setup", `{"username":"ada","password":"correct horse battery"}`)
	fmt.Printf("a log-in takes %s\n", time.Since(begun).Round(time.Millisecond))
	for _, tt := range []struct{ name, method, path, body string }{
		{"create", "POST", "/api/todos", `{"title":"Water the plants","due_date":"2030-01-31"}`},
		{"get", "GET", "/api/todos/1", ""},
		{"dashboard", "GET", "/api/dashboard", ""},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.SetParallelism(2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if status := p.send(tt.method, tt.path, tt.body); status/100 != 2 {
						b.Fatalf("%s %s: %d", tt.method, tt.path, status)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// asked is a server, and whom it takes us for.
type asked struct {
	url, cookie string
	client      *http.Client
}

// send answers the status, 0 when there was no answer.
func (a *asked) send(method, path, body string) int {
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", a.cookie)
	res, err := a.client.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	for _, c := range res.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0
	}
	return res.StatusCode
}
