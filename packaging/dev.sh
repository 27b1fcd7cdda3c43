#!/usr/bin/env bash
# Serves from source: the server is built and started again whenever a Go or SQL
# file changes, the interface reloads in the browser as its files do.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${UMBRA_DATA_DIR:-$PWD/.cache/dev}
server=
interface=
stop() {
  for pid in $server $interface; do kill "$pid" 2>/dev/null || true; done
}
trap stop EXIT

sources() {
  find . \( -name .git -o -name node_modules -o -name .cache -o -path ./frontend -o -path ./frontend_dist -o -path ./bench \) -prune -o \
    -type f \( -name '*.go' -o -name '*.sql' \) -printf '%T@ %p\n' | sort | sha256sum
}

(cd frontend && npm run --silent generate && exec npx vite dev --clearScreen false) &
interface=$!
last=
while kill -0 $interface 2>/dev/null; do
  now=$(sources)
  if [ "$now" != "$last" ]; then
    last=$now
    if go build -o .cache/umbra-dev .; then
      if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
      .cache/umbra-dev serve --data-dir "$data" &
      server=$!
    fi
  fi
  sleep 1
done
