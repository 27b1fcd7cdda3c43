package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"umbra/app/secret"
)

const (
	maxLine = 8 << 10 // more than the longest password that is taken
	tries   = 3
)

// terminal is the file that a person types into, if one does.
func (e *env) terminal() (*os.File, bool) {
	f, ok := e.In.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// newPassword asks for a new password, twice on a terminal, and reads one line
// of standard input otherwise. The rules are looked at before it is asked again.
func (e *env) newPassword(ctx context.Context, username string) (string, error) {
	if _, ok := e.terminal(); !ok {
		password, err := readLine(e.In)
		if err == nil && password == "" {
			err = errors.New("there is no password on standard input: write it there as one line, or run this on a terminal")
		}
		return password, err
	}
	for try := 1; ; try++ {
		password, err := e.twice(ctx, username)
		if err == nil || try == tries || ctx.Err() != nil || errors.Is(err, io.EOF) {
			return password, err
		}
		fmt.Fprintln(e.Err, describe(ctx, err)+". Try again.")
	}
}

func (e *env) twice(ctx context.Context, username string) (string, error) {
	password, err := e.hidden(ctx, "New password for "+username+": ")
	if err != nil {
		return "", err
	}
	if _, err := secret.CheckPassword("password", password, username); err != nil {
		return "", err
	}
	again, err := e.hidden(ctx, "The same again: ")
	if err == nil && again != password {
		err = errors.New("the two passwords are not the same")
	}
	return password, err
}

// hidden asks on the terminal without showing what is typed. When ctx ends it
// leaves the terminal as it was.
func (e *env) hidden(ctx context.Context, prompt string) (string, error) {
	f, _ := e.terminal()
	fd := int(f.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(e.Err, prompt)
	defer fmt.Fprintln(e.Err)
	return interruptible(ctx, func() (string, error) {
		b, err := term.ReadPassword(fd)
		return string(b), err
	}, func() { _ = term.Restore(fd, before) })
}

// ask asks on the terminal for a line.
func (e *env) ask(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(e.Err, prompt)
	return interruptible(ctx, func() (string, error) { return readLine(e.In) }, func() { fmt.Fprintln(e.Err) })
}

// interruptible waits for read, or for the end of ctx, after which it calls tidy.
func interruptible(ctx context.Context, read func() (string, error), tidy func()) (string, error) {
	type line struct {
		text string
		err  error
	}
	done := make(chan line, 1)
	go func() {
		text, err := read()
		done <- line{text, err}
	}()
	select {
	case l := <-done:
		return l.text, l.err
	case <-ctx.Done():
		tidy()
		return "", ctx.Err()
	}
}

// readLine reads up to the end of a line and no further, so that what follows
// is left for who comes next.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) <= maxLine {
		n, err := r.Read(b[:])
		if n == 1 && b[0] == '\n' || errors.Is(err, io.EOF) && n == 0 {
			return string(bytes.TrimSuffix(line, []byte("\r"))), nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		line = append(line, b[:n]...)
	}
	return "", errors.New("the line on standard input is too long")
}
