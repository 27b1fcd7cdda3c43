package web

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// variant is an asset in one coding.
type variant struct {
	coding coding
	open   func() (body, error)
	// etag hashes the body at its first use: hashing all of them at start would
	// take longer than the rest of it on a small machine.
	etag func() (string, error)
}

// body is what a variant is served from. It is read in place.
type body interface {
	io.ReadSeeker
	io.Closer
}

func newVariant(files fs.FS, file string, c coding) *variant {
	v := &variant{coding: c}
	v.open = func() (body, error) {
		f, err := files.Open(file)
		if err != nil {
			return nil, err
		}
		b, ok := f.(body)
		if !ok {
			return nil, errors.Join(fmt.Errorf("%s cannot be read from a position", file), f.Close())
		}
		return b, nil
	}
	v.etag = sync.OnceValues(func() (string, error) {
		sum, err := v.sum()
		return `"` + sum + `"`, err
	})
	return v
}

// newInflated is the identity form of what is kept compressed only. Its tag
// comes from the compressed bytes, so that a 304 inflates nothing.
func newInflated(packed *variant) *variant {
	return &variant{
		coding: identity,
		open: func() (body, error) {
			b, err := packed.open()
			if err != nil {
				return nil, err
			}
			return newInflater(b)
		},
		etag: sync.OnceValues(func() (string, error) {
			sum, err := packed.sum()
			return `"` + sum + `-plain"`, err
		}),
	}
}

func (v *variant) sum() (string, error) {
	b, err := v.open()
	if err != nil {
		return "", err
	}
	defer func() { _ = b.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]), nil
}

func (v *variant) read() ([]byte, error) {
	b, err := v.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = b.Close() }()
	return io.ReadAll(b)
}

// inflater is a gzip file as the plain bytes in it. Seeking costs nothing;
// reading after it inflates from the front.
type inflater struct {
	packed body
	size   int64
	want   int64 // where the next Read begins
	at     int64 // where plain stands
	plain  *gzip.Reader
}

func newInflater(packed body) (*inflater, error) {
	// RFC 1952, section 2.3.1: the last four bytes are the size before compression.
	var size [4]byte
	_, err := packed.Seek(-4, io.SeekEnd)
	if err == nil {
		_, err = io.ReadFull(packed, size[:])
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("a gzip file without its size: %w", err), packed.Close())
	}
	return &inflater{packed: packed, size: int64(binary.LittleEndian.Uint32(size[:]))}, nil
}

func (i *inflater) Close() error { return i.packed.Close() }

func (i *inflater) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += i.want
	case io.SeekEnd:
		offset += i.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	i.want = offset
	return offset, nil
}

func (i *inflater) Read(p []byte) (int, error) {
	if i.plain == nil || i.want < i.at {
		if err := i.restart(); err != nil {
			return 0, err
		}
	}
	skipped, err := io.CopyN(io.Discard, i.plain, i.want-i.at)
	i.at += skipped
	if err != nil {
		return 0, err
	}
	n, err := i.plain.Read(p)
	i.at += int64(n)
	i.want = i.at
	return n, err
}

func (i *inflater) restart() (err error) {
	if _, err = i.packed.Seek(0, io.SeekStart); err != nil {
		return err
	}
	i.at = 0
	i.plain, err = gzip.NewReader(i.packed)
	return err
}
