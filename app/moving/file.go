package moving

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"umbra/app/fault"
)

// Bounds of a zip: what it may unpack to, so that a small file cannot fill the
// memory.
const (
	maxEntries  = 10_000
	maxUnpacked = 256 << 20 // bytes, all entries together
	maxEntry    = 64 << 20  // bytes of one
	maxRatio    = 200       // unpacked to packed, of entries over a megabyte
)

// File is a file to import.
type File struct {
	Name string // as its user calls it; a hint, nothing is opened by it
	Data []byte

	// Columns say what the columns of a table mean, by their heading; nil: guess.
	Columns map[string]string

	zip   *zip.Reader
	top   map[string]bool // the names at the top of a JSON file
	spent int64
}

func invalid(text string) error { return fault.New(fault.Invalid, "file", text) }

// NewFile takes a file; Invalid where it is empty, too large, or a zip that
// cannot be opened.
func NewFile(name string, data []byte) (*File, error) {
	f := &File{Name: path.Base(strings.ReplaceAll(name, `\`, "/")), Data: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	switch {
	case len(f.Data) == 0:
		return nil, invalid("The file is empty.")
	case len(f.Data) > MaxFile:
		return nil, invalid(fmt.Sprintf("The file is larger than %d MB. Export in parts, or leave attachments and photos out.", MaxFile>>20))
	case !bytes.HasPrefix(f.Data, []byte("PK")):
		return f, nil
	}
	z, err := zip.NewReader(bytes.NewReader(f.Data), int64(len(f.Data)))
	if err != nil {
		return nil, invalid("The zip cannot be opened: it is damaged, or did not arrive whole.")
	}
	if len(z.File) > maxEntries {
		return nil, invalid(fmt.Sprintf("The zip holds more than %d files.", maxEntries))
	}
	f.zip = z
	return f, nil
}

// entries are the files of a zip with an ending, "" for all, folders left out.
func (f *File) entries(endings ...string) (out []*zip.File) {
	if f.zip == nil {
		return nil
	}
	for _, e := range f.zip.File {
		if strings.HasSuffix(e.Name, "/") || strings.Contains(e.Name, "__MACOSX") {
			continue
		}
		for _, ending := range endings {
			if strings.HasSuffix(strings.ToLower(e.Name), ending) {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

// entry is the first file of a zip of that name, in whatever folder.
func (f *File) entry(name string) *zip.File {
	for _, e := range f.entries(strings.ToLower(name)) {
		if strings.EqualFold(path.Base(strings.ReplaceAll(e.Name, `\`, "/")), path.Base(name)) {
			return e
		}
	}
	return nil
}

// read unpacks one entry, within bounds. What the zip says of sizes is not
// believed: what comes out is counted.
func (f *File) read(e *zip.File) ([]byte, error) {
	bomb := invalid("The zip unpacks to far more than it is: it is not opened.")
	r, err := e.Open()
	if err != nil {
		return nil, invalid("A file in the zip cannot be unpacked: " + show(e.Name))
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, maxEntry+1))
	f.spent += int64(len(data))
	packed := max(int64(min(e.CompressedSize64, uint64(len(f.Data)))), 1)
	switch {
	case len(data) > maxEntry, f.spent > maxUnpacked, len(data) > 1<<20 && int64(len(data))/packed > maxRatio:
		return nil, bomb
	case err != nil:
		return nil, invalid("A file in the zip is damaged: " + show(e.Name))
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, invalid("The zip holds another zip. Unpack it, and import what is inside.")
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// stream unpacks one entry piece by piece, within the same bounds.
func (f *File) stream(e *zip.File) (io.ReadCloser, error) {
	r, err := e.Open()
	if err != nil {
		return nil, invalid("A file in the zip cannot be unpacked: " + show(e.Name))
	}
	packed := int64(min(e.CompressedSize64, uint64(len(f.Data))))
	return &bounded{ReadCloser: r, left: min(maxUnpacked, max(packed*maxRatio, 1<<20))}, nil
}

// bounded ends in an error where more comes than may.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, invalid("The zip unpacks to far more than it is: it is not opened.")
	}
	return n, err
}

// show is the name of an entry as a person may see it.
func show(name string) string {
	return oneLine(path.Base(strings.ReplaceAll(name, `\`, "/")), 100)
}

// head is the beginning of a text file, in lower case.
func (f *File) head(n int) string {
	if f.zip != nil {
		return ""
	}
	return strings.ToLower(string(f.Data[:min(n, len(f.Data))]))
}

func (f *File) ext() string { return strings.ToLower(path.Ext(f.Name)) }
