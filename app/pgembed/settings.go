package pgembed

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// small is for a machine of 512 MB that does other things too. custom.conf may
// say otherwise.
const small = `shared_buffers = 32MB
work_mem = 4MB
maintenance_work_mem = 32MB
effective_cache_size = 128MB
max_connections = 40
max_wal_size = 256MB
min_wal_size = 32MB
wal_compression = on
checkpoint_timeout = 15min
# One household needs no replication, no parallel queries and no helpers for them.
wal_level = minimal
max_wal_senders = 0
max_worker_processes = 0
max_logical_replication_workers = 0
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
io_method = sync
autovacuum_max_workers = 1
autovacuum_worker_slots = 1
jit = off
huge_pages = off
timezone = 'UTC'
`

// fixed is what nothing may change: how it is reached, and that what people
// write does not end in a log.
const fixed = `logging_collector = off
log_destination = 'stderr'
log_line_prefix = ''
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_checkpoints = off
lc_messages = 'C'
password_encryption = 'scram-sha-256'
fsync = on
full_page_writes = on
synchronous_commit = on
restart_after_crash = on
`

const access = `# Written by Umbra at each start. A password from this machine, and nobody else.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`

// maxSocket is the length that a socket's path may have everywhere (macOS: 103).
const maxSocket = 100

// Tests choose otherwise.
var (
	noSocket = false
	pickPort = freePort
)

const socketPort = 5432 // with a socket it is but a part of its name

// choosePlace decides how the server is reached: a socket in a folder of the
// owner's alone, or where that cannot be, a port of the loopback interface.
func (s *Server) choosePlace() error {
	if noSocket || runtime.GOOS == "windows" || len(filepath.Join(s.run, ".s.PGSQL.5432.lock")) > maxSocket {
		port, err := pickPort()
		s.socketDir, s.port = "", port
		return err
	}
	if err := os.Mkdir(s.run, 0o700); err != nil && !os.IsExist(err) {
		return advise(err, s.home)
	}
	s.socketDir, s.port = s.run, socketPort
	return os.Chmod(s.run, 0o700) //nolint:gosec // a folder
}

// writeSettings writes what the server is started with.
func (s *Server) writeSettings() error {
	var b strings.Builder
	b.WriteString("# Written by Umbra at each start. Put settings of your own into custom.conf beside it.\n" + small)
	if _, err := os.Stat(s.custom); err == nil {
		fmt.Fprintf(&b, "include = %s\n", quoted(s.custom))
	}
	b.WriteString(fixed)
	listen, sockets := "127.0.0.1", ""
	if s.socketDir != "" {
		listen, sockets = "", `"`+strings.ReplaceAll(s.socketDir, `"`, `""`)+`"` // a list: a comma would end the name
	}
	fmt.Fprintf(&b, "listen_addresses = '%s'\nport = %d\nunix_socket_directories = %s\nunix_socket_permissions = 0700\nhba_file = %s\n",
		listen, s.port, quoted(sockets), quoted(s.hba))
	if err := s.writeFile(s.conf, b.String()); err != nil {
		return err
	}
	return s.writeFile(s.hba, access)
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s) + "'"
}

// URL is the address of the database, with its password.
func (s *Server) URL() string { return s.address(role, database) }

func (s *Server) address(user, name string) string {
	q := url.Values{"sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, s.pass), Path: "/" + name}
	if s.socketDir != "" {
		q.Set("host", s.socketDir)
		q.Set("port", strconv.Itoa(s.port))
	} else {
		u.Host = "127.0.0.1:" + strconv.Itoa(s.port)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// environment keeps what the owner's shell says about other PostgreSQL servers,
// libraries and languages away from ours.
func environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "SystemRoot", "SystemDrive", "TEMP", "TMP", "USERPROFILE"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}
