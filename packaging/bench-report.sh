#!/usr/bin/env bash
# Writes docs/benchmarks.md: everything that is measured, in one run on one machine.
# Nothing else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT

DURABLE=1 app/db/dbtest/with-postgres.sh bash -c 'cd bench && go run . -umbra-postgres ../bin/umbra-postgres \
  -postgres "$UMBRA_TEST_POSTGRES" -out "$0"' "$parts/1" >/dev/null
(cd bench && go run ./dav -python "$python" -out "$parts/2" >/dev/null)
(cd bench && go run . -scale -rounds 3 ${MOST:+-most "$MOST"} -out "$parts/3" >/dev/null)

module() { awk -v name="$2" '$1 == name || $2 == name {print $(NF > 2 && $NF == "indirect" ? NF - 2 : ($1 == name ? 2 : 3)); exit}' "$1/go.mod"; } # not by go: PocketBase's wants a newer one
package() { "$python" -c 'import importlib.metadata as m, sys; print(m.version(sys.argv[1]))' "$1"; }
{
  cat <<END
# Benchmarks

Made by \`make bench-report\`, which measures all of this in one run, one after another, on a machine that does nothing else:
$(nproc) × $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), $(uname -sr), $(go env GOVERSION).
Each part can be had by itself: \`make bench\`, \`make bench-dav\`, \`make bench-scale\`. Only the ratios mean something elsewhere.

| what | version |
|---|---|
| Umbra | $(bin/umbra version | head -1 | sed 's/^umbra //') |
| PocketBase | $(module bench/pocketbase github.com/pocketbase/pocketbase) |
| bare: huma, modernc.org/sqlite | $(module bench/bare github.com/danielgtaylor/huma/v2), $(module bench/bare modernc.org/sqlite) |
| PostgreSQL outside | $("$(ls /usr/lib/postgresql/*/bin/postgres | tail -1)" --version | sed 's/^[^)]*) //; s/ .*//') |
| Radicale | $(package radicale) |
| Xandikos | $(package xandikos) |

END
  for n in 1 2 3; do sed 's/^# /## /' "$parts/$n"; echo; done
} > docs/benchmarks.md
