package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"umbra/app/db"
)

// dump reads tables as of the moment of ctx (db.Snapshot) and hands their rows
// on in chunks, which are used again. It answers what they come to.
func dump(ctx context.Context, d *db.DB, all []Table, chunk func(table string, n int, rows []byte) error, progress Progress) (Manifest, error) {
	var m Manifest
	var sums []Sum
	buf := make([]byte, 0, chunkSize+chunkSize/4)
	for _, t := range all {
		s := Sum{Name: t.Name}
		digest := sha256.New()
		n := 0
		var told int64
		flush := func() error {
			if len(buf) == 0 {
				return nil
			}
			n++
			digest.Write(buf)
			s.Bytes += int64(len(buf))
			progress.say("reading", t.Name, s.Rows-told)
			told = s.Rows
			err := chunk(t.Name, n, buf)
			buf = buf[:0]
			return err
		}
		values, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		err := db.Each(ctx, d, func(row db.Scanner) error {
			if err := row.Scan(into...); err != nil {
				return err
			}
			before := len(buf)
			var err error
			if buf, err = appendRow(buf, t.Columns, values, &m.Mended); err != nil {
				return fmt.Errorf("table %s, row %d: %w", t.Name, s.Rows+1, err)
			}
			if len(buf)-before > maxChunk-chunkSize {
				return fmt.Errorf("table %s, row %d is larger than a backup can hold (%d MiB)", t.Name, s.Rows+1, (maxChunk-chunkSize)>>20)
			}
			s.Rows++
			if len(buf) >= chunkSize {
				return flush()
			}
			return nil
		}, t.selectAll())
		if err == nil {
			err = flush()
		}
		if err != nil {
			return m, err
		}
		s.SHA256 = hex.EncodeToString(digest.Sum(nil))
		sums = append(sums, s)
	}
	m.Tables = sumsOf(all, sums)
	m.Records, m.Digest = total(m.Tables)
	var err error
	m.Sequences, err = sequences(ctx, d)
	return m, err
}
