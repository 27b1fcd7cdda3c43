package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Params are the costs of Argon2id (RFC 9106).
type Params struct {
	MemoryKiB   uint32 // m
	Time        uint32 // t: passes over the memory
	Parallelism uint8  // p: lanes
}

var (
	// Recommended is RFC 9106's second recommended choice.
	Recommended = Params{MemoryKiB: 64 * 1024, Time: 3, Parallelism: 4}
	// Small is OWASP's choice for machines with little memory.
	Small = Params{MemoryKiB: 19 * 1024, Time: 2, Parallelism: 1}
)

// Bounds on the costs: a hash that was planted, or a slip of the hand in a
// setting, must not take the machine down.
const (
	maxMemoryKiB   = 512 * 1024
	maxTime        = 32
	maxParallelism = 64
	maxWork        = 4 * 1024 * 1024 // MemoryKiB * Time: some seconds
)

// Validate says whether the costs can be used at all: RFC 9106 section 3.1's
// lower bounds and our upper ones (512 MiB, 32 passes, 64 lanes, 4 GiB of work).
func (p Params) Validate() error {
	switch {
	case p.Parallelism < 1 || p.Parallelism > maxParallelism:
		return fmt.Errorf("Argon2 parallelism must be between 1 and %d", maxParallelism)
	case p.Time < 1 || p.Time > maxTime:
		return fmt.Errorf("Argon2 time must be between 1 and %d passes", maxTime)
	case p.MemoryKiB < 8*uint32(p.Parallelism) || p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("Argon2 memory must be between %d (8 for each lane) and %d KiB", 8*uint32(p.Parallelism), maxMemoryKiB)
	case uint64(p.MemoryKiB)*uint64(p.Time) > maxWork:
		return fmt.Errorf("Argon2 memory times passes must be at most %d KiB", maxWork)
	}
	return nil
}

// phc is a parsed $argon2id$ string.
type phc struct {
	Params
	salt, key []byte
}

var (
	phcCoding = base64.RawStdEncoding.Strict()
	errHash   = errors.New("a stored password hash cannot be read") // never holds the hash
)

func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.MemoryKiB, h.Time, h.Parallelism,
		phcCoding.EncodeToString(h.salt), phcCoding.EncodeToString(h.key))
}

// parsePHC reads exactly what String writes: no other order, version, padding
// or leading zeros, and no costs beyond Validate.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(s) > 512 || strings.ContainsAny(s, "\r\n") || len(parts) != 6 ||
		parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return phc{}, errHash
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return phc{}, errHash
	}
	m, err1 := cost(costs[0], "m=", 32)
	t, err2 := cost(costs[1], "t=", 32)
	p, err3 := cost(costs[2], "p=", 8)
	salt, err4 := phcCoding.DecodeString(parts[4])
	key, err5 := phcCoding.DecodeString(parts[5])
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		return phc{}, errHash
	}
	h := phc{Params{uint32(m), uint32(t), uint8(p)}, salt, key}
	if h.Validate() != nil || len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return phc{}, errHash
	}
	return h, nil
}

func cost(s, name string, bits int) (uint64, error) {
	digits, ok := strings.CutPrefix(s, name)
	if !ok || strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "+") {
		return 0, errHash
	}
	return strconv.ParseUint(digits, 10, bits)
}
