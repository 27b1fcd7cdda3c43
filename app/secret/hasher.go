package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"
)

const (
	saltBytes     = 16
	keyBytes      = 32
	maxBcryptCost = 16 // some seconds; what others write is 10 to 12
)

// Options size a Hasher. The zero value of each means its default.
type Options struct {
	Params   Params        // DefaultParams
	Slots    int           // hashes at once: half the cores, 2 to 4 of them, and a core left for everything else
	Queue    int           // waiting for a slot: 32; negative means none
	Patience time.Duration // longest wait for a slot: 5 s
	Release  func()        // gives memory back once all are done: debug.FreeOSMemory
}

// Hasher hashes and verifies passwords, a few at a time. Passwords are
// NFC-normalised first, so that one typed on another keyboard is the same.
// It is safe for use by several goroutines; make one for the process.
type Hasher struct {
	params Params
	gate   *gate
}

// NewHasher makes the process's hasher; it refuses costs that Params.Validate refuses.
func NewHasher(o Options) (*Hasher, error) {
	if o.Params == (Params{}) {
		o.Params = DefaultParams()
	}
	if err := o.Params.Validate(); err != nil {
		return nil, err
	}
	if o.Slots <= 0 {
		// With as many as there are cores, a read while 50 people log in took 23 ms at
		// worst (p99) in place of 9 on two cores, and no more of them got in.
		cores := runtime.GOMAXPROCS(0)
		o.Slots = min(max(1, cores-1), max(2, cores/2), 4)
	}
	if o.Queue == 0 {
		o.Queue = 32
	}
	if o.Patience <= 0 {
		o.Patience = 5 * time.Second
	}
	if o.Release == nil {
		// Go would keep what Argon2id took for good (159 MB after seven log-ins).
		o.Release = debug.FreeOSMemory
	}
	lanes := o.Slots * int(o.Params.Parallelism)
	return &Hasher{params: o.Params, gate: newGate(o.Slots, max(o.Queue, 0), o.Patience, func() { yield(lanes) }, func() { yieldNoMore(); o.Release() })}, nil
}

// yielding is how many hashers are at work, and the processors that Go had before.
var yielding struct {
	sync.Mutex
	hashers, before int
}

// yield keeps hashes from holding up everything else. Go lets a goroutine that
// never waits run for 10 ms at a time, one after the other: with as many lanes of
// Argon2id as cores, a request waits for them all at each of its steps. With a
// processor more for each lane it is the system's scheduler that shares the
// cores, and it lets those go first who have slept. Measured on two cores with
// 50 log-ins: a read took 1.2 ms in place of 15.
func yield(lanes int) {
	yielding.Lock()
	defer yielding.Unlock()
	if yielding.hashers == 0 {
		yielding.before = runtime.GOMAXPROCS(0)
	}
	yielding.hashers++
	runtime.GOMAXPROCS(yielding.before + min(lanes, 16))
}

func yieldNoMore() {
	yielding.Lock()
	defer yielding.Unlock()
	if yielding.hashers--; yielding.hashers == 0 {
		runtime.GOMAXPROCS(yielding.before)
	}
}

// Params are the costs of new hashes.
func (h *Hasher) Params() Params { return h.params }

// Load is how many hashes run now, and how many wait for a slot.
func (h *Hasher) Load() (running, waiting int) { return h.gate.load() }

// Hash makes a PHC string ($argon2id$v=19$m=…,t=…,p=…$salt$hash) with a new
// salt. It answers fault.Overloaded when it cannot be queued.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.gate.enter(ctx); err != nil {
		return "", err
	}
	defer h.gate.leave()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt)
	return phc{h.params, salt, derive(h.params, norm.NFC.String(password), salt, keyBytes)}.String(), nil
}

// Verify says whether the password made the stored hash, and whether that hash
// should be made anew: other costs than today's, or bcrypt. Nobody can log in
// with an empty hash; it takes as long as any. It answers fault.Overloaded when
// it cannot be queued, and a plain error for a hash it cannot read or that
// would take too long.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, needsRehash bool, err error) {
	if hash == "" {
		return false, false, h.Dummy(ctx, password)
	}
	if c, isBcrypt := bcryptCost(hash); isBcrypt {
		if c > maxBcryptCost {
			return false, false, errHash
		}
		ok, err := h.verifyBcrypt(ctx, hash, password)
		return ok, true, err
	}
	stored, err := parsePHC(hash)
	if err != nil {
		return false, false, err
	}
	if err := h.gate.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.gate.leave()
	key := derive(stored.Params, norm.NFC.String(password), stored.salt, len(stored.key))
	needsRehash = stored.Params != h.params || len(stored.salt) != saltBytes || len(stored.key) != keyBytes
	return subtle.ConstantTimeCompare(key, stored.key) == 1, needsRehash, nil
}

// Readable says whether Verify can check passwords against a stored hash.
func Readable(hash string) bool {
	if c, isBcrypt := bcryptCost(hash); isBcrypt {
		_, err := bcrypt.Cost([]byte(hash))
		return err == nil && c <= maxBcryptCost
	}
	_, err := parsePHC(hash)
	return err == nil
}

// Dummy does the work of one verification and says no: for a user name that
// does not exist, so that its answer takes as long as a wrong password's. It
// answers fault.Overloaded like Verify.
func (h *Hasher) Dummy(ctx context.Context, password string) error {
	if err := h.gate.enter(ctx); err != nil {
		return err
	}
	defer h.gate.leave()
	derive(h.params, norm.NFC.String(password), make([]byte, saltBytes), keyBytes)
	return nil
}

func derive(p Params, password string, salt []byte, size int) []byte {
	return argon2.IDKey([]byte(password), salt, p.Time, p.MemoryKiB, p.Parallelism, uint32(size))
}

// verifyBcrypt tries the bytes as typed, which is what other applications
// hashed, then the normal form. bcrypt reads 72 bytes and no more; those who
// made these hashes cut there in silence, so the rest is left out here too and
// the whole password counts from the next hash on.
func (h *Hasher) verifyBcrypt(ctx context.Context, hash, password string) (bool, error) {
	if err := h.gate.enter(ctx); err != nil {
		return false, err
	}
	defer h.gate.leave()
	tries := []string{password}
	if n := norm.NFC.String(password); n != password {
		tries = append(tries, n)
	}
	for _, t := range tries {
		err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(t)[:min(len(t), 72)])
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
			return false, errHash
		}
	}
	return false, nil
}

// bcryptCost reads the cost of $2a$, $2b$ and $2y$ hashes.
func bcryptCost(hash string) (cost int, ok bool) {
	if len(hash) != 60 || hash[:2] != "$2" || hash[3] != '$' || hash[6] != '$' {
		return 0, false
	}
	if v := hash[2]; v != 'a' && v != 'b' && v != 'y' {
		return 0, false
	}
	cost, err := strconv.Atoi(hash[4:6])
	return cost, err == nil && cost >= bcrypt.MinCost
}
