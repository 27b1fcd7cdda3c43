package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"umbra/app/fault"
)

// Reader reads a backup from its beginning to its end, and is content with it
// only then: what Next answered may be believed once it has answered io.EOF.
type Reader struct {
	Header    Header
	SecretKey string   // "" unless the file carries it
	Manifest  Manifest // known at the end
	Encrypted bool

	tar    *tar.Reader
	plain  io.Reader // what tar reads, to its very end
	close  func()
	sum    *heldBack
	table  int // of Header.Tables
	chunk  int
	sums   []Sum
	digest hash.Hash
	early  *tar.Header // an entry that was looked at and not yet taken
}

// Open reads the beginning of a backup. passphrase is asked only for an
// encrypted one; nil means that there is none.
func Open(r io.Reader, passphrase func() (string, error)) (*Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	first, err := in.Peek(len(ageMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	b := &Reader{close: func() {}}
	var from io.Reader = in
	if string(first) == ageMagic {
		if from, err = decrypt(in, passphrase); err != nil {
			return nil, err
		}
		b.Encrypted = true
	} else if !bytes.HasPrefix(first, zstdMagic) {
		return nil, foreign()
	}
	b.sum = &heldBack{r: from, sum: sha256.New()}
	packed, err := zstd.NewReader(b.sum, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, err
	}
	b.close = packed.Close
	return b.begin(packed)
}

// openPipe reads what newPipe wrote.
func openPipe(r io.Reader) (*Reader, error) {
	return (&Reader{close: func() {}}).begin(r)
}

func (b *Reader) begin(plain io.Reader) (_ *Reader, err error) {
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	b.plain, b.tar = plain, tar.NewReader(plain)
	h, err := b.tar.Next()
	switch {
	case err == nil && h.Name != headerName, errors.Is(err, tar.ErrHeader), errors.Is(err, io.EOF): // some other file
		return nil, foreign().Because(err)
	case err != nil:
		return nil, damaged(err)
	}
	if err := b.json(h, &b.Header); err != nil {
		return nil, err
	}
	b.digest = sha256.New()
	if h, err = b.tar.Next(); err != nil {
		return nil, damaged(err)
	}
	if h.Name != keyName {
		b.early = h
		return b, nil
	}
	key, err := b.body(h, maxMeta)
	b.SecretKey = strings.TrimSpace(string(key))
	return b, err
}

// Close lets go of what reading took.
func (b *Reader) Close() { b.close() }

const ageMagic = "age-encryption.org/v1\n"

var zstdMagic = []byte{0x28, 0xB5, 0x2F, 0xFD}

func decrypt(in io.Reader, passphrase func() (string, error)) (io.Reader, error) {
	if passphrase == nil {
		return nil, ErrPassphrase
	}
	text, err := passphrase()
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, ErrPassphrase
	}
	id, err := age.NewScryptIdentity(text)
	if err != nil {
		return nil, err
	}
	id.SetMaxWorkFactor(scryptWork + 2) // a forged header must not take the machine's memory
	out, err := age.Decrypt(in, id)
	if no := new(age.NoIdentityMatchError); errors.As(err, &no) {
		return nil, wrongPassphrase(err)
	}
	if err != nil {
		return nil, damaged(err)
	}
	return out, nil
}

// Next answers some of a table's rows, a line each; io.EOF at the end of a
// backup that is whole.
func (b *Reader) Next() (table string, rows []byte, err error) {
	h, err := b.entry()
	if err != nil {
		return "", nil, err
	}
	if h.Name == manifestName {
		return "", nil, b.finish(h)
	}
	for ; b.table < len(b.Header.Tables); b.table, b.chunk = b.table+1, 0 {
		name := b.Header.Tables[b.table].Name
		if h.Name != fmt.Sprintf("%s%s/%05d.jsonl", tablesFolder, name, b.chunk+1) {
			continue
		}
		b.chunk++
		rows, err := b.body(h, maxChunk)
		if err != nil {
			return "", nil, err
		}
		if len(rows) == 0 || rows[len(rows)-1] != '\n' {
			return "", nil, damaged(errRow)
		}
		b.add(name, rows)
		return name, rows, nil
	}
	return "", nil, damaged(fmt.Errorf("%q was not expected here", h.Name))
}

func (b *Reader) entry() (*tar.Header, error) {
	if h := b.early; h != nil {
		b.early = nil
		return h, nil
	}
	h, err := b.tar.Next()
	if err != nil {
		return nil, damaged(err)
	}
	return h, nil
}

// add counts and hashes rows.
func (b *Reader) add(table string, rows []byte) {
	if n := len(b.sums); n == 0 || b.sums[n-1].Name != table {
		b.seal()
		b.sums = append(b.sums, Sum{Name: table})
	}
	s := &b.sums[len(b.sums)-1]
	s.Rows += int64(bytes.Count(rows, []byte{'\n'}))
	s.Bytes += int64(len(rows))
	b.digest.Write(rows)
}

func (b *Reader) seal() {
	if n := len(b.sums); n > 0 {
		b.sums[n-1].SHA256 = hex.EncodeToString(b.digest.Sum(nil))
		b.digest.Reset()
	}
}

// finish reads the manifest, compares it with what was read, and makes sure
// that nothing comes after it.
func (b *Reader) finish(h *tar.Header) error {
	if err := b.json(h, &b.Manifest); err != nil {
		return err
	}
	b.seal()
	if err := b.Manifest.agrees(b.Header.Tables, b.sums); err != nil {
		return damaged(err)
	}
	if h, err := b.tar.Next(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = fmt.Errorf("%q comes after the end", h.Name)
		}
		return damaged(err)
	}
	if n, err := io.Copy(io.Discard, b.plain); err != nil || n > 0 {
		return damaged(errors.Join(err, fmt.Errorf("%d bytes come after the end", n)))
	}
	if b.sum != nil {
		if err := b.sum.verify(); err != nil {
			return damaged(err)
		}
	}
	return io.EOF
}

func (b *Reader) body(h *tar.Header, most int64) ([]byte, error) {
	if h.Typeflag != tar.TypeReg || h.Size > most {
		return nil, damaged(fmt.Errorf("%q is no entry of a backup, or too large (%d bytes)", h.Name, h.Size))
	}
	out := make([]byte, h.Size)
	if _, err := io.ReadFull(b.tar, out); err != nil {
		return nil, damaged(err)
	}
	return out, nil
}

func (b *Reader) json(h *tar.Header, v any) error {
	body, err := b.body(h, maxMeta)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return damaged(err)
	}
	return nil
}

// agrees compares the manifest with what was counted.
func (m Manifest) agrees(tables []Table, read []Sum) error {
	want := sumsOf(tables, read)
	if len(want) != len(m.Tables) {
		return fmt.Errorf("the manifest lists %d tables, and there are %d", len(m.Tables), len(want))
	}
	for i := range want {
		if m.Tables[i] != want[i] {
			return fmt.Errorf("table %s is not what the manifest says", want[i].Name)
		}
	}
	records, digest := total(want)
	if m.Records != records || m.Digest != digest {
		return errors.New("the manifest contradicts itself")
	}
	return nil
}

// sumsOf has a sum for each table, also for the empty ones.
func sumsOf(tables []Table, some []Sum) []Sum {
	by := map[string]Sum{}
	for _, s := range some {
		by[s.Name] = s
	}
	out := make([]Sum, len(tables))
	empty := sha256.Sum256(nil)
	for i, t := range tables {
		s, found := by[t.Name]
		if !found {
			s = Sum{Name: t.Name, SHA256: hex.EncodeToString(empty[:])}
		}
		out[i] = s
	}
	return out
}

// total is how many rows there are, and the digest over all.
func total(sums []Sum) (rows int64, digest string) {
	all := sha256.New()
	for _, s := range sums {
		rows += s.Rows
		fmt.Fprintf(all, "%s %d %s\n", s.Name, s.Rows, s.SHA256)
	}
	return rows, hex.EncodeToString(all.Sum(nil))
}

// heldBack hands on all but the frame at the end, and hashes what it hands on.
type heldBack struct {
	r    io.Reader
	sum  hash.Hash
	held []byte // at most trailerSize bytes that may be the frame
	buf  []byte
	err  error
}

func (h *heldBack) Read(p []byte) (int, error) {
	for len(h.buf) == 0 {
		if h.err != nil {
			return 0, h.err
		}
		more := make([]byte, 1<<16)
		n, err := h.r.Read(more)
		h.err = err
		all := append(h.held, more[:n]...)
		if spare := len(all) - trailerSize; spare > 0 {
			h.buf, h.held = all[:spare], bytes.Clone(all[spare:])
			h.sum.Write(h.buf)
		} else {
			h.held = all
		}
	}
	n := copy(p, h.buf)
	h.buf = h.buf[n:]
	return n, nil
}

func (h *heldBack) verify() error {
	if !errors.Is(h.err, io.EOF) {
		return fmt.Errorf("the end was not reached: %w", h.err)
	}
	if !bytes.Equal(h.held, h.sum.Sum(bytes.Clone(trailerHead))) {
		return errors.New("the digest at the end does not hold")
	}
	return nil
}

// Check reads a whole backup and changes nothing: every byte is covered. A
// backup of a newer program than this one is refused.
func Check(r io.Reader, passphrase func() (string, error), program string, newest int64, progress Progress) (Header, Manifest, error) {
	b, err := Open(r, passphrase)
	if err != nil {
		return Header{}, Manifest{}, err
	}
	defer b.Close()
	if err := b.Header.check(program, newest); err != nil {
		return b.Header, Manifest{}, err
	}
	for {
		table, rows, err := b.Next()
		if errors.Is(err, io.EOF) {
			return b.Header, b.Manifest, nil
		}
		if err != nil {
			return b.Header, Manifest{}, fault.Wrap("reading the backup", err)
		}
		progress.say("checking", table, int64(bytes.Count(rows, []byte{'\n'})))
	}
}
