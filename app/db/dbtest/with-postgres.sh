#!/usr/bin/env bash
# Runs a command beside a throw-away PostgreSQL server:
#   with-postgres.sh go test ./...
# The server listens on loopback, on a free port, keeps everything in a temporary
# folder and is gone afterwards. PostgreSQL refuses root, so root starts it as nobody.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
if [ ! -x "$bin/initdb" ]; then
  echo "with-postgres.sh: no PostgreSQL server found; install one (Debian: apt-get install postgresql)" >&2
  exit 1
fi

dir=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  chown nobody:nogroup "$dir"
fi
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

cd "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U umbra -A trust -E UTF8 --no-locale -N >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo 54329)
# Nothing here outlives the run, so nothing needs to reach the disk; but a measurement (DURABLE=1) syncs as a real one does.
quick="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ -z "${DURABLE:-}" ] || quick=
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir' \
  $quick -c max_connections=300" start >/dev/null || { cat "$dir/log" >&2; exit 1; }
cd - >/dev/null
UMBRA_TEST_POSTGRES="postgres://umbra@127.0.0.1:$port/postgres?sslmode=disable" "$@"
