package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// scryptWork is log2 of scrypt's N: 64 MiB for a moment, where age's own default
// of 18 takes 256 and would not fit a small machine.
const scryptWork = 16

// The frame at the end (RFC 8878 section 3.1.2), before its digest.
var trailerHead = func() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x184D2A5B)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(trailerMark)+sha256.Size))
	return append(b, trailerMark...)
}()

const trailerMark = "umbra sha256"

var trailerSize = len(trailerHead) + sha256.Size

// archive writes the entries of a backup.
type archive struct {
	tar   *tar.Writer
	at    time.Time
	close []func() error // innermost first
}

// newArchive begins a file: compressed, encrypted when there is a passphrase.
func newArchive(w io.Writer, passphrase string, at time.Time) (*archive, error) {
	a := &archive{at: at.UTC().Truncate(time.Second)}
	if passphrase != "" {
		to, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, err
		}
		to.SetWorkFactor(scryptWork)
		sealed, err := age.Encrypt(w, to)
		if err != nil {
			return nil, err
		}
		a.close = append(a.close, sealed.Close)
		w = sealed
	}
	sum := &summed{w: w, sum: sha256.New()}
	packed, err := zstd.NewWriter(sum, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	a.tar = tar.NewWriter(packed)
	a.close = append([]func() error{a.tar.Close, packed.Close, sum.end}, a.close...)
	return a, nil
}

// newPipe writes the same entries plainly, for a reader beside it.
func newPipe(w io.Writer, at time.Time) *archive {
	a := &archive{at: at.UTC().Truncate(time.Second), tar: tar.NewWriter(w)}
	a.close = []func() error{a.tar.Close}
	return a
}

func (a *archive) add(name string, body []byte) error {
	err := a.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(body)), ModTime: a.at, Format: tar.FormatUSTAR})
	if err == nil {
		_, err = a.tar.Write(body)
	}
	return err
}

func (a *archive) addJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return a.add(name, append(b, '\n'))
}

func (a *archive) addChunk(table string, n int, rows []byte) error {
	return a.add(fmt.Sprintf("%s%s/%05d.jsonl", tablesFolder, table, n), rows)
}

func (a *archive) Close() error {
	for _, end := range a.close {
		if err := end(); err != nil {
			return err
		}
	}
	return nil
}

// summed ends what is written with its digest.
type summed struct {
	w   io.Writer
	sum hash.Hash
}

func (s *summed) Write(b []byte) (int, error) {
	s.sum.Write(b)
	return s.w.Write(b)
}

func (s *summed) end() error {
	_, err := s.w.Write(s.sum.Sum(bytes.Clone(trailerHead)))
	return err
}
