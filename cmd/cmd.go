// Package cmd is the command line: one file a subcommand.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"umbra/app/config"
	"umbra/app/fault"
	"umbra/app/migrate"
)

// Exit codes. Wrong use includes wrong settings: starting again does not help.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// IO is what a run reads and writes. Environ is os.Environ().
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string
}

// Assets is what the program carries.
type Assets struct {
	Frontend, Migrations fs.FS
	Postgres             string // pgembed's archive; "" in the usual build
}

// Main runs one command line, without the program's name, and answers its exit
// code: 0 for ok, 1 for failed, 2 for wrong use, 3 where a command says so. SIGINT, SIGTERM and the end of
// ctx stop it.
func Main(ctx context.Context, args []string, io IO, assets Assets) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(io.Err, "umbra: this is a defect, please report it: %v\n", p)
			code = exitFailed
		}
	}()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	root := newRoot(&env{IO: io, assets: assets})
	root.SetArgs(args)
	root.SetIn(io.In)
	root.SetOut(io.Out)
	root.SetErr(io.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errNewer) {
		return exitNewer
	}
	if text := describe(ctx, err); text != "" {
		fmt.Fprintln(io.Err, "umbra: "+text)
	}
	var settings *config.Error
	if errors.As(err, new(usageError)) || errors.As(err, &settings) {
		return exitUsage
	}
	return exitFailed
}

// usageError is a command line that says something we do not understand.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// misused is a usageError that names the command's help.
func misused(c *cobra.Command, format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...) + " (see `" + c.CommandPath() + " --help`)"}
}

// errSilent fails without a word: everything was said already.
var errSilent = errors.New("")

// describe is an error for whoever runs the program: a fault's own words and
// fields, and its cause, since they can do something about it.
func describe(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	var f *fault.Error
	var migrating *migrate.FailedError // says more than the fault in it
	if !errors.As(err, &f) || errors.As(err, &migrating) {
		return err.Error()
	}
	text := f.Message
	if len(f.Fields) > 0 {
		said := make([]string, len(f.Fields))
		for i, field := range f.Fields {
			said[i] = "the " + field.Path + " " + field.Message
		}
		text = strings.Join(said, "; ")
	}
	if cause := errors.Unwrap(f); cause != nil {
		text += " (" + cause.Error() + ")"
	}
	return text
}
