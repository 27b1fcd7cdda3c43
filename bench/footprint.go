package main

import (
	"os"
	"time"

	"umbra/bench/process"
)

// footprint is what a server costs beside its answers.
type footprint struct {
	first, start time.Duration
	idle, end    float64 // MiB of memory
	own, ownEnd  float64 // and without the pages of files
	disk, file   float64 // MiB
	written      float64 // bytes sent to the disk for each to-do made
	hour         float64 // and in an hour without a request
}

// coldStarts is how often a start is measured.
const coldStarts = 5

// prepare leaves a server running with an account signed in, and measures on
// the way what the load would spoil.
func (p *peer) prepare() (f footprint, err error) {
	info, err := os.Stat(p.binary)
	if err != nil {
		return f, err
	}
	f.file = float64(info.Size()) / (1 << 20)
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return f, err
	}
	if p.asNobody && os.Getuid() == 0 {
		if err := os.Chown(p.dir, nobody, nobody); err != nil {
			return f, err
		}
	}
	if f.first, err = p.start(); err != nil {
		return f, err
	}
	err = p.setUp(p)
	p.stop()
	if err != nil {
		return f, err
	}
	if f.start, err = p.coldStarts(coldStarts); err != nil {
		return f, err
	}
	if _, err = p.start(); err != nil {
		return f, err
	}
	if p.headers, err = p.logIn(p); err != nil {
		return f, err
	}
	time.Sleep(process.Rest)
	if f.idle, err = p.memory(); err != nil {
		return f, err
	}
	if f.own, err = p.own(); err != nil {
		return f, err
	}
	return f, nil
}

const (
	written = 500 // to-dos that are made to see what is written for each
	// settled is when what follows a start is over: Umbra's first backup after a
	// minute, PostgreSQL's first checkpoint after five.
	settled = 310 * time.Second
	quiet   = 2 * time.Minute // how long nothing is asked to see what is written all the same
)

// idling measures what each server sends to the disk while none is asked anything.
func idling(peers []*peer, prints []footprint) {
	time.Sleep(settled)
	before := make([]int64, len(peers))
	for i, p := range peers {
		before[i] = process.Written(p.family())
	}
	time.Sleep(quiet)
	for i, p := range peers {
		prints[i].hour = float64(process.Written(p.family())-before[i]) * float64(time.Hour/quiet)
	}
}

// writing measures what is sent to the disk for a to-do.
func (p *peer) writing(f *footprint) error {
	before := process.Written(p.family())
	for i := range written {
		if _, _, err := p.call("POST", p.todos, todo(i), ""); err != nil {
			return err
		}
	}
	f.written = float64(process.Written(p.family())-before) / written
	return nil
}

// finish takes what is left to measure and stops the server.
func (p *peer) finish(f *footprint) (err error) {
	if f.end, err = p.memory(); err != nil {
		return err
	}
	if f.ownEnd, err = p.own(); err != nil {
		return err
	}
	p.stop()
	f.disk, err = p.onDisk()
	return err
}
