// Command bench measures Umbra, on each of its engines, beside PocketBase and a bare server of the same
// framework in one run: the same records, the same requests, in turns. With -scale it measures whether Umbra's cost
// grows with what an account holds. Traffic stays on 127.0.0.1.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"umbra/bench/process"
)

type options struct {
	umbra, pocketbase string
	umbraPostgres     string
	bare              string
	postgres          string
	records, most     int
	rounds, clients   int
	limit             time.Duration
	out               string
	dir               string
}

func main() {
	var o options
	flag.StringVar(&o.umbra, "umbra", "../bin/umbra", "Umbra's executable")
	flag.StringVar(&o.pocketbase, "pocketbase", "../bin/bench-pocketbase", "PocketBase's executable, built from ./pocketbase")
	flag.StringVar(&o.bare, "bare", "../bin/bench-bare", "the executable built from ./bare")
	flag.StringVar(&o.umbraPostgres, "umbra-postgres", "", "Umbra's executable that carries PostgreSQL; empty leaves that out")
	flag.StringVar(&o.postgres, "postgres", "", "address of an empty database on a PostgreSQL outside; empty leaves that out")
	flag.IntVar(&o.records, "todos", 10_000, "how many to-dos")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each server has its turn in an operation")
	flag.IntVar(&o.clients, "clients", 8, "how many connections at once")
	flag.DurationVar(&o.limit, "time", time.Second, "how long a turn lasts")
	flag.StringVar(&o.out, "out", "", "a file that gets the report too")
	scale := flag.Bool("scale", false, "measure Umbra alone, in small accounts and in large ones")
	flag.IntVar(&o.most, "most", 1_000_000, "with -scale: how many records the largest account holds")
	flag.Parse()
	run := beside
	if *scale {
		run = overSize
	}
	if err := inFolder(o, run); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func inFolder(o options, run func(options) error) error {
	dir, err := os.MkdirTemp("", "umbra-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o711); err != nil { // a server that runs as nobody passes through
		return err
	}
	o.dir = dir
	return run(o)
}

// beside measures Umbra, the bare server and PocketBase.
func beside(o options) error {
	peers := []*peer{umbra("Umbra, SQLite", o.umbra, filepath.Join(o.dir, "umbra"))}
	if o.umbraPostgres != "" {
		peers = append(peers, onPostgres("PostgreSQL inside", o.umbraPostgres, filepath.Join(o.dir, "inside"), "embedded-postgres:"))
	}
	if o.postgres != "" {
		peers = append(peers, onPostgres("PostgreSQL outside", o.umbra, filepath.Join(o.dir, "outside"), o.postgres))
	}
	peers = append(peers, bare(o.bare, filepath.Join(o.dir, "bare")))
	peers = append(peers, pocketbase(o.pocketbase, filepath.Join(o.dir, "pocketbase")))
	prints := make([]footprint, len(peers))
	for i, p := range peers {
		var err error
		if prints[i], err = p.prepare(); err != nil {
			return err
		}
		defer p.stop()
	}
	idling(peers, prints)
	for i, p := range peers {
		if err := p.writing(&prints[i]); err != nil {
			return err
		}
	}
	ops := operations(o.records, o.rounds)
	results := make([][]*result, len(ops))
	for i, op := range ops {
		var err error
		if results[i], err = measure(peers, op, o.rounds, o.clients, o.limit); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s:", op.name)
		for k, p := range peers {
			fmt.Fprintf(os.Stderr, " %s %.0f/s", p.name, results[i][k].perSecond())
		}
		fmt.Fprintln(os.Stderr)
	}
	for i, p := range peers {
		if err := p.finish(&prints[i]); err != nil {
			return err
		}
	}
	var r report
	names := make([]string, len(peers))
	for i, p := range peers {
		names[i] = p.name
	}
	r.line("# To-dos beside PocketBase\n")
	r.line("Made by `make bench` on %s: %s, %d connections, %d to-dos, %d turns each. Only the ratios mean something on another machine.\n",
		time.Now().Format(time.DateOnly), process.Machine(), o.clients, o.records, o.rounds)
	r.operations(names, ops, results)
	r.limit(names, ops, results)
	r.footprints(names, prints, true)
	r.line("The PostgreSQL outside is a process of its own: neither its memory nor its processor time is in these figures. It keeps\n" +
		"its defaults (every commit synced).\n")
	r.line("The bare server is huma over the same SQLite and nothing else: no users, no rules, no history; it syncs each commit as\n"+
		"Umbra does. Bytes written are what the kernel sent to the disk for the process (`/proc/PID/io`), over %d to-dos made one after\n"+
		"another, and over %s without a request, begun %s after the start.\n", written, quiet, settled)
	r.line("All other servers check the session and the access rule on every request and run as they come: Umbra syncs each\n" +
		"commit to the disk (`synchronous=FULL`) and keeps a history of every change; PocketBase syncs at checkpoints\n" +
		"(`NORMAL`). Its list is asked without the total (`skipTotal`), which Umbra counts only on request either.")
	return r.save(os.Stdout, o.out)
}
