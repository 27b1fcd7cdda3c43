// Manual writes what packages carry beside the program: the manual's pages, the
// completions of three shells, the changelog, and the licences of what is inside.
//
//	go run ./packaging/manual .cache/manual
//
// It is a program of its own, so that umbra does not carry what renders them.
// SOURCE_DATE_EPOCH dates the pages, and RELEASE_VERSION is the version in their feet.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"umbra/cmd"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("manual: ")
	if len(os.Args) != 2 {
		log.Fatal("say where: go run ./packaging/manual FOLDER")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// write makes the folder anew.
func write(dir string) error {
	seconds, err := strconv.ParseInt(cmp.Or(os.Getenv("SOURCE_DATE_EPOCH"), "0"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	changelog, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	text, err := licences()
	if err != nil {
		return err
	}
	man, scripts := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(man, 0o755), os.MkdirAll(scripts, 0o755)); err != nil { //nolint:gosec // everyone reads the manual
		return err
	}
	return errors.Join(
		pages(man, time.Unix(seconds, 0).UTC()),
		completions(scripts, cmd.Commands()),
		compressed(filepath.Join(dir, "changelog.gz"), changelog),
		compressed(filepath.Join(dir, "licences.txt.gz"), text),
	)
}

func completions(dir string, root *cobra.Command) error {
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(dir, "umbra.bash"), true),
		root.GenZshCompletionFile(filepath.Join(dir, "_umbra")),
		root.GenFishCompletionFile(filepath.Join(dir, "umbra.fish"), true),
	)
}

// compressed writes the same bytes for the same content: no name, no time.
func compressed(name string, content []byte) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(content)
	if err := errors.Join(err, z.Close()); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644) //nolint:gosec // everyone reads the manual
}
