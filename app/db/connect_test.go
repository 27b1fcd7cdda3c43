package db_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"umbra/app/db"
	"umbra/app/db/dbtest"
)

// fakeServer speaks PostgreSQL's protocol as far as a test says, and answers its host:port.
func fakeServer(t *testing.T, talk func(b *pgproto3.Backend, conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				talk(pgproto3.NewBackend(conn, conn), conn)
			}()
		}
	}()
	return l.Addr().String()
}

// refuses answers every connection with an error.
func refuses(code, routine string) func(b *pgproto3.Backend, conn net.Conn) {
	return func(b *pgproto3.Backend, _ net.Conn) {
		if _, err := b.ReceiveStartupMessage(); err != nil {
			return
		}
		b.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: "nein", Routine: routine})
		_ = b.Flush()
	}
}

// answers lets everybody in and answers the one question that is asked.
func answers(values ...string) func(b *pgproto3.Backend, conn net.Conn) {
	return func(b *pgproto3.Backend, _ net.Conn) {
		if _, err := b.ReceiveStartupMessage(); err != nil {
			return
		}
		b.Send(&pgproto3.AuthenticationOk{})
		b.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
		b.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		_ = b.Flush()
		for {
			m, err := b.Receive()
			if err != nil {
				return
			}
			if _, is := m.(*pgproto3.Query); !is {
				return
			}
			row, fields := &pgproto3.DataRow{}, &pgproto3.RowDescription{}
			for i, v := range values {
				oid := []uint32{23, 16, 16, 25, 25, 25}[i]
				fields.Fields = append(fields.Fields, pgproto3.FieldDescription{Name: []byte("c"), DataTypeOID: oid, DataTypeSize: -1, TypeModifier: -1})
				row.Values = append(row.Values, []byte(v))
			}
			b.Send(fields)
			b.Send(row)
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
			_ = b.Flush()
		}
	}
}

// overTLS shows a certificate for a name, and answers the file of who signed it.
func overTLS(t *testing.T, name string) (talk func(b *pgproto3.Backend, conn net.Conn), root string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(b *pgproto3.Backend, conn net.Conn) {
		if _, err := b.ReceiveStartupMessage(); err != nil { // an SSLRequest
			return
		}
		_, _ = conn.Write([]byte("S"))
		secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
		if secured.Handshake() == nil {
			refuses("28P01", "auth_failed")(pgproto3.NewBackend(secured, secured), conn)
		}
	}, root
}

func connect(ctx context.Context, address string, p db.Pool) error {
	p.Serve = true
	d, err := db.ConnectPostgres(ctx, address, p)
	if err != nil {
		return err
	}
	return d.Close()
}

func TestEachWayAConnectionFailsSaysWhatToDo(t *testing.T) {
	const simple = "&default_query_exec_mode=simple_protocol"
	fake := func(talk func(b *pgproto3.Backend, conn net.Conn)) func(*testing.T) string {
		return func(t *testing.T) string {
			return "postgres://ann:hunter2@" + fakeServer(t, talk) + "/house?sslmode=disable" + simple
		}
	}
	real := func(change func(u *url.URL, q url.Values)) func(*testing.T) string {
		return func(t *testing.T) string {
			u, err := url.Parse(dbtest.NewSchema(t))
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			change(u, q)
			u.RawQuery = q.Encode()
			return u.String()
		}
	}
	tests := []struct {
		name    string
		address func(t *testing.T) string
		says    []string
	}{
		{"nobody listens", func(*testing.T) string { return "postgres://ann@127.0.0.1:1/house" }, []string{"no PostgreSQL server listens at 127.0.0.1:1", "start it"}},
		{"no socket", func(*testing.T) string { return "postgres:///house?host=/nowhere" }, []string{"no PostgreSQL server listens at /nowhere"}},
		{"an unknown host", func(*testing.T) string { return "postgres://ann@no-such-host.invalid/house" }, []string{`"no-such-host.invalid"`, "is not known"}},
		{"silence", func(t *testing.T) string {
			return "postgres://ann@" + fakeServer(t, func(_ *pgproto3.Backend, c net.Conn) { _, _ = c.Read(make([]byte, 1000)); time.Sleep(3 * time.Second) }) + "/house?connect_timeout=1"
		}, []string{"does not answer", "firewalls"}},
		{"something else", func(t *testing.T) string {
			return "postgres://ann@" + fakeServer(t, func(*pgproto3.Backend, net.Conn) {}) + "/house?sslmode=disable"
		}, []string{"ended the connection"}},
		{"a wrong password", fake(refuses("28P01", "auth_failed")), []string{"does not take this password", `"ann"`, "createuser -h 127.0.0.1"}},
		{"no password", func(t *testing.T) string {
			return strings.Replace(fake(refuses("28P01", "auth_failed"))(t), ":hunter2", "", 1)
		}, []string{"asks the role", "PGPASSWORD"}},
		{"no way in", fake(refuses("28000", "ClientAuthentication")), []string{"pg_hba.conf", "sslmode=require"}},
		{"full", fake(refuses("53300", "InitPostgres")), []string{"no connection left", "UMBRA_POSTGRES_CONNECTIONS"}},
		{"starting", fake(refuses("57P03", "ProcessStartupPacket")), []string{"starting or stopping"}},
		{"something new", fake(refuses("XX000", "who_knows")), []string{"nein", "XX000"}},
		{"no database", real(func(u *url.URL, _ url.Values) { u.Path = "/no such house" }),
			[]string{`there is no database "no such house"`, "createdb -h 127.0.0.1 -p ", "-U postgres -O umbra 'no such house'"}},
		{"no role", real(func(u *url.URL, _ url.Values) { u.User = url.User("ann") }), []string{`no role "ann"`, "createuser -h 127.0.0.1"}},
		{"no TLS there", real(func(_ *url.URL, q url.Values) { q.Set("sslmode", "require") }), []string{"offers no TLS", "ssl = on"}},
		{"a certificate of nobody", func(t *testing.T) string {
			talk, _ := overTLS(t, "localhost")
			_, port, _ := net.SplitHostPort(fakeServer(t, talk))
			return "postgres://ann@localhost:" + port + "/house?sslmode=verify-full"
		}, []string{"not signed by anyone", "sslrootcert="}},
		{"a certificate of another", func(t *testing.T) string {
			talk, root := overTLS(t, "db.example.org")
			return "postgres://ann@" + fakeServer(t, talk) + "/house?sslmode=verify-full&sslrootcert=" + root
		}, []string{"is for another name", "verify-ca"}},
		{"TLS that is fine", func(t *testing.T) string {
			talk, root := overTLS(t, "localhost")
			_, port, _ := net.SplitHostPort(fakeServer(t, talk))
			return "postgres://ann:x@localhost:" + port + "/house?sslmode=verify-full&sslrootcert=" + root
		}, []string{"does not take this password"}},
		{"too old", fake(answers("130011", "f", "f", "UTF8", "public", "house")), []string{"has version 13", "14 or newer"}},
		{"a standby", fake(answers("180006", "t", "t", "UTF8", "public", "house")), []string{"read-only standby", "target_session_attrs=read-write"}},
		{"read-only", real(func(_ *url.URL, q url.Values) { q.Set("default_transaction_read_only", "on") }), []string{"default_transaction_read_only = off"}},
		{"another encoding", fake(answers("180006", "f", "f", "LATIN1", "public", "house")), []string{"LATIN1", "-E UTF8"}},
		{"no schema", real(func(_ *url.URL, q url.Values) { q.Set("search_path", "nowhere") }), []string{"no schema", `CREATE SCHEMA "umbra"`}},
		{"a file that is not there", func(*testing.T) string {
			return "postgres://ann:hunter2@localhost/house?sslmode=verify-full&sslrootcert=/nowhere/ca.crt"
		},
			[]string{"DATABASE_URL cannot be used", "/nowhere/ca.crt"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := connect(t.Context(), tt.address(t), db.Pool{})
			for _, words := range tt.says {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("%v, want an error that says %q", err, words)
				}
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("it shows the password: %v", err)
			}
		})
	}
}

func TestWhatThisServerIsGoodFor(t *testing.T) {
	if err := connect(t.Context(), dbtest.NewSchema(t), db.Pool{Connections: 3, Statement: time.Second}); err != nil {
		t.Error(err)
	}
}

// A server that starts later than Umbra is waited for; what waiting does not
// mend is said at once.
func TestWaitingForAServer(t *testing.T) {
	var tries, told atomic.Int64
	fake := fakeServer(t, func(b *pgproto3.Backend, conn net.Conn) {
		if tries.Add(1) < 3 {
			refuses("57P03", "ProcessStartupPacket")(b, conn)
			return
		}
		answers("180006", "f", "f", "UTF8", "public", "house")(b, conn)
	})
	address := "postgres://ann@" + fake + "/house?sslmode=disable&default_query_exec_mode=simple_protocol"
	if err := connect(t.Context(), address, db.Pool{Wait: time.Minute, Waiting: func(error) { told.Add(1) }}); err != nil || tries.Load() != 3 || told.Load() != 2 {
		t.Errorf("%v after %d tries, told %d times", err, tries.Load(), told.Load())
	}
	tries.Store(0)
	lasting := fakeServer(t, func(b *pgproto3.Backend, conn net.Conn) {
		tries.Add(1)
		refuses("3D000", "InitPostgres")(b, conn)
	})
	err := connect(t.Context(), "postgres://ann@"+lasting+"/house?sslmode=disable", db.Pool{Wait: time.Minute})
	if err == nil || tries.Load() != 1 {
		t.Errorf("%v after %d tries", err, tries.Load())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := connect(ctx, "postgres://ann@127.0.0.1:1/house", db.Pool{Wait: time.Hour}); err == nil {
		t.Error("stopped while it waits, it goes on")
	}
}

func TestAStatementEndsWhereTheSettingSays(t *testing.T) {
	d, err := db.ConnectPostgres(t.Context(), dbtest.NewSchema(t), db.Pool{Statement: 50 * time.Millisecond, Serve: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	_, _, err = db.One(t.Context(), d, db.Value[string], "SELECT pg_sleep(30)::text")
	faultIs(t, err, "busy")
	if name, _, err := db.One(t.Context(), d, db.Value[string], "SHOW application_name"); err != nil || name != "umbra" {
		t.Errorf("it calls itself %q, %v", name, err)
	}
}
