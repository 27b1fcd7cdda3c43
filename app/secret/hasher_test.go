package secret_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"golang.org/x/crypto/bcrypt"

	"umbra/app/fault"
	"umbra/app/secret"
)

var (
	cheap = secret.Params{MemoryKiB: 64, Time: 1, Parallelism: 2}
	bg    = context.Background()
)

func newHasher(t testing.TB, o secret.Options) *secret.Hasher {
	t.Helper()
	if o.Params == (secret.Params{}) {
		o.Params = cheap
	}
	if o.Release == nil {
		o.Release = func() {}
	}
	h, err := secret.NewHasher(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashAndVerify(t *testing.T) {
	h := newHasher(t, secret.Options{})
	for _, password := range []string{"correct horse battery", "", "пароль с пробелом", strings.Repeat("long ", 50)} {
		hash, err := h.Hash(bg, password)
		if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=2$") {
			t.Fatalf("%s, %v", hash, err)
		}
		if ok, rehash, err := h.Verify(bg, hash, password); !ok || rehash || err != nil {
			t.Errorf("the right password: %v, %v, %v", ok, rehash, err)
		}
		if ok, _, err := h.Verify(bg, hash, password+" "); ok || err != nil {
			t.Errorf("a wrong password: %v, %v", ok, err)
		}
		if again, _ := h.Hash(bg, password); again == hash {
			t.Error("two hashes share a salt")
		}
	}
}

// The argon2id vectors are those of the reference implementation (test.c), the
// bcrypt ones those of crypt_blowfish.
func TestVerifyHashesOfOthers(t *testing.T) {
	h := newHasher(t, secret.Options{})
	for _, tc := range []struct{ name, hash, password string }{
		{"64 MiB", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
		{"one lane", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"},
		{"two lanes", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
		{"bcrypt 2a", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		{"bcrypt 2b", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"},
		{"bcrypt 2y", "$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if ok, rehash, err := h.Verify(bg, tc.hash, tc.password); !ok || !rehash || err != nil {
				t.Errorf("the right password: %v, %v, %v", ok, rehash, err)
			}
			if ok, _, err := h.Verify(bg, tc.hash, tc.password+"x"); ok || err != nil {
				t.Errorf("a wrong one: %v, %v", ok, err)
			}
		})
	}
}

func TestNormalForms(t *testing.T) {
	const composed, decomposed = "Gr\u00fc\u00dfe aus K\u00f6ln", "Gru\u0308\u00dfe aus Ko\u0308ln"
	h := newHasher(t, secret.Options{})
	argon, err := h.Hash(bg, decomposed)
	if err != nil {
		t.Fatal(err)
	}
	old := func(s string) string {
		b, err := bcrypt.GenerateFromPassword([]byte(s), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, tc := range []struct {
		name, hash, typed string
		want              bool
	}{
		{"argon2 composed", argon, composed, true},
		{"argon2 decomposed", argon, decomposed, true},
		{"bcrypt of composed, typed decomposed", old(composed), decomposed, true},
		{"bcrypt of decomposed, typed the same", old(decomposed), decomposed, true},
		{"bcrypt of another", old("x"), decomposed, false},
	} {
		if ok, _, err := h.Verify(bg, tc.hash, tc.typed); ok != tc.want || err != nil {
			t.Errorf("%s: %v, %v", tc.name, ok, err)
		}
	}
}

func TestBcryptReads72Bytes(t *testing.T) {
	h := newHasher(t, secret.Options{})
	long := strings.Repeat("0123456789", 10)
	b, err := bcrypt.GenerateFromPassword([]byte(long[:72]), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if ok, rehash, err := h.Verify(bg, string(b), long); !ok || !rehash || err != nil {
		t.Errorf("a password longer than bcrypt reads: %v, %v, %v", ok, rehash, err)
	}
	if ok, _, _ := h.Verify(bg, string(b), long[:71]); ok {
		t.Error("a shorter one passes")
	}
}

func TestVerifyRefusesHashesItCannotTrust(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	h := newHasher(t, secret.Options{})
	for name, hash := range map[string]string{
		"plain text":       "hunter2hunter2",
		"argon2i":          "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + key,
		"old version":      "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + key,
		"no version":       "$argon2id$m=256,t=2,p=1$" + salt + "$" + key,
		"other order":      "$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + key,
		"leading zero":     "$argon2id$v=19$m=0256,t=2,p=1$" + salt + "$" + key,
		"signs":            "$argon2id$v=19$m=+256,t=2,p=1$" + salt + "$" + key,
		"all the memory":   "$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + key,
		"all the time":     "$argon2id$v=19$m=256,t=4294967295,p=1$" + salt + "$" + key,
		"much of both":     "$argon2id$v=19$m=524288,t=32,p=1$" + salt + "$" + key,
		"no lanes":         "$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + key,
		"too little":       "$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + key,
		"more parts":       "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + key + "$x",
		"padded":           "$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + key,
		"line break":       "$argon2id$v=19$m=256,t=2,p=1$" + salt + "\n$" + key,
		"short salt":       "$argon2id$v=19$m=256,t=2,p=1$c29tZQ$" + key,
		"short key":        "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + salt,
		"bcrypt cost 31":   "$2b$31$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
		"bcrypt no cost":   "$2b$0x$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
		"bcrypt odd salt":  "$2b$05$CCCCCC!CCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
		"bcrypt cut short": "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp",
	} {
		ok, _, err := h.Verify(bg, hash, "password")
		if ok || err == nil || fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "$") {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if ok, rehash, err := h.Verify(bg, "", ""); ok || rehash || err != nil {
		t.Errorf("an empty hash: %v, %v, %v", ok, rehash, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	var releases atomic.Int64
	h := newHasher(t, secret.Options{Slots: 2, Release: func() { releases.Add(1) }})
	hash, err := h.Hash(bg, "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if ok, _, err := h.Verify(bg, hash, "correct horse battery"); !ok || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
			if err := h.Dummy(bg, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := releases.Load(); n < 2 {
		t.Errorf("memory was given back %d times", n)
	}
}

func TestParams(t *testing.T) {
	for _, tc := range []struct {
		p  secret.Params
		ok bool
	}{
		{secret.Recommended, true},
		{secret.Small, true},
		{secret.Params{MemoryKiB: 8, Time: 1, Parallelism: 1}, true},
		{secret.Params{MemoryKiB: 15, Time: 1, Parallelism: 2}, false},
		{secret.Params{MemoryKiB: 1 << 20, Time: 1, Parallelism: 1}, false},
		{secret.Params{MemoryKiB: 512 << 10, Time: 9, Parallelism: 1}, false},
		{secret.Params{MemoryKiB: 64, Time: 1}, false},
		{secret.Params{MemoryKiB: 64, Parallelism: 1}, false},
	} {
		if err := tc.p.Validate(); (err == nil) != tc.ok {
			t.Errorf("%+v: %v", tc.p, err)
		}
	}
	if _, err := secret.NewHasher(secret.Options{Params: secret.Params{Time: 1}}); err == nil {
		t.Error("a hasher without lanes was made")
	}
}

func TestMemoryPicksTheCosts(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	const pi, big = "MemTotal:         440000 kB\n", "MemFree: 1 kB\nMemTotal:       16000000 kB\n"
	for _, tc := range []struct {
		name string
		fs   fstest.MapFS
		want secret.Params
	}{
		{"unknown", fstest.MapFS{}, secret.Recommended},
		{"a Pi of 512 MB", fstest.MapFS{"proc/meminfo": file(pi)}, secret.Small},
		{"a server", fstest.MapFS{"proc/meminfo": file(big)}, secret.Recommended},
		{"a small container", fstest.MapFS{"proc/meminfo": file(big), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("268435456\n")}, secret.Small},
		{"an unlimited one", fstest.MapFS{"proc/meminfo": file(big), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("max\n")}, secret.Recommended},
		{"a limit on its slice", fstest.MapFS{"proc/meminfo": file(big), "proc/self/cgroup": file("0::/a.slice/b.service\n"),
			"sys/fs/cgroup/a.slice/b.service/memory.max": file("max\n"),
			"sys/fs/cgroup/a.slice/memory.max":           file("536870912\n")}, secret.Small},
		{"the older control groups", fstest.MapFS{"proc/meminfo": file(big), "proc/self/cgroup": file("5:cpu:/\n9:memory:/docker/x\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": file("134217728\n")}, secret.Small},
		{"a limit of the process", fstest.MapFS{"proc/meminfo": file(big), "proc/self/limits": file("Limit                     Soft Limit           Hard Limit           Units     \n" +
			"Max data size             536870912            unlimited            bytes     \n")}, secret.Small},
		{"none", fstest.MapFS{"proc/meminfo": file(big), "proc/self/limits": file("Max data size             unlimited            unlimited            bytes     \n")}, secret.Recommended},
		{"nonsense", fstest.MapFS{"proc/meminfo": file("MemTotal: x\n"), "proc/self/cgroup": file("::\n")}, secret.Recommended},
	} {
		if got := secret.ParamsFor(secret.MemoryOf(tc.fs)); got != tc.want {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

func FuzzVerifyHash(f *testing.F) {
	h := newHasher(f, secret.Options{})
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
	f.Fuzz(func(t *testing.T, hash string) {
		// Costs that are allowed but slow are not what is searched for here.
		if i := strings.Index(hash, "m="); i >= 0 && !strings.HasPrefix(hash[i:], "m=256,t=2,p=1$") || strings.HasPrefix(hash, "$2") && !strings.HasPrefix(hash[2:], "a$05") {
			t.Skip()
		}
		if ok, _, err := h.Verify(bg, hash, "no password has this"); ok || err != nil && strings.Contains(err.Error(), "$") {
			t.Errorf("%q: %v, %v", hash, ok, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for name, p := range map[string]secret.Params{"recommended": secret.Recommended, "small": secret.Small} {
		b.Run(name, func(b *testing.B) {
			h, err := secret.NewHasher(secret.Options{Params: p}) // with its FreeOSMemory
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := h.Dummy(bg, "correct horse battery"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestReadable(t *testing.T) {
	h := newHasher(t, secret.Options{})
	ours, err := h.Hash(bg, "a password")
	if err != nil {
		t.Fatal(err)
	}
	old, err := bcrypt.GenerateFromPassword([]byte("4711"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for hash, want := range map[string]bool{ours: true, string(old): true, "": false, "4711": false, "md5$abc": false,
		"$2b$31" + string(old)[6:]: false, strings.Replace(ours, "argon2id", "argon2i", 1): false} {
		if secret.Readable(hash) != want {
			t.Errorf("%q: want %v", hash, want)
		}
	}
}
