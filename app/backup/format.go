// Package backup keeps the database in one file that any later Umbra restores,
// on either engine, and proves each such file before it is called good.
//
// The file is a tar archive, compressed by zstd and, under a passphrase,
// encrypted by age: `age -d | zstd -d | tar x` opens it without Umbra. In it:
//
//	umbra.json                who made it, of which schema, with which tables and columns
//	secret.key                the SECRET_KEY; under a passphrase alone
//	tables/NAME/00001.jsonl   rows, a JSON array a line, in the order of the primary key
//	manifest.json             rows and SHA-256 of each table, and of them all
//
// A skippable frame of zstd (RFC 8878 section 3.1.2) ends it with the SHA-256 of
// all bytes before: a file that was cut or changed anywhere is told.
package backup

import (
	"errors"
	"io"
	"time"

	"umbra/app/fault"
)

// formatVersion is the newest form of the file that this program writes and reads.
const formatVersion = 1

const (
	headerName   = "umbra.json"
	keyName      = "secret.key"
	manifestName = "manifest.json"
	tablesFolder = "tables/"

	chunkSize = 1 << 20  // bytes of rows in one entry, or one row
	maxChunk  = 64 << 20 // more is refused: it is read into memory
	maxMeta   = 4 << 20
)

// Header begins a backup.
type Header struct {
	Format int       `json:"format"`
	Umbra  string    `json:"umbra"`  // the version of the program that made it
	Schema int64     `json:"schema"` // the number of its newest migration
	Engine string    `json:"engine"` // that it was made from
	MadeAt time.Time `json:"made_at"`
	Tables []Table   `json:"tables"`
}

// Manifest ends a backup.
type Manifest struct {
	Records   int64            `json:"records"` // rows of all tables
	Digest    string           `json:"digest"`  // over the tables' names and digests: equal contents have equal ones
	Tables    []Sum            `json:"tables"`
	Sequences map[string]int64 `json:"sequences"`        // the last id given out
	Mended    int64            `json:"mended,omitempty"` // texts that held what no text can
}

// Sum is what a table's rows come to.
type Sum struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // of its lines
}

func damaged(cause error) error {
	if errors.Is(cause, io.EOF) { // io.EOF is how Next says that all is well
		cause = io.ErrUnexpectedEOF
	}
	return fault.New(fault.Invalid, "backup_damaged", "The backup is damaged: it was cut short or changed after it was made. Take another one.").Because(cause)
}

func foreign() *fault.Error {
	return fault.New(fault.Invalid, "not_a_backup", "This is not a backup that Umbra made.")
}

// ErrPassphrase is answered for an encrypted backup without its passphrase.
var ErrPassphrase = fault.New(fault.Invalid, "passphrase", "The backup is encrypted: its passphrase is needed.")

func wrongPassphrase(cause error) error {
	return fault.New(fault.Invalid, "wrong_passphrase", "The passphrase does not open this backup.").Because(cause)
}

// check refuses a backup of a newer program, naming both.
func (h Header) check(program string, newest int64) error {
	switch {
	case h.Format > formatVersion || h.Schema > newest:
		return fault.Newf(fault.Invalid, "backup_newer",
			"The backup was made by Umbra %s (schema %d, format %d), and this is Umbra %s, which knows schemas up to %d and format %d: install the newer one.",
			h.Umbra, h.Schema, h.Format, program, newest, formatVersion)
	case h.Format < 1 || h.Schema < 1 || len(h.Tables) == 0:
		return foreign()
	}
	return nil
}
