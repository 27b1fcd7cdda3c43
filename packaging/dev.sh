#!/usr/bin/env bash
# Serves from source, built and started again whenever a file of it changes.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${UMBRA_DATA_DIR:-$PWD/.cache/dev}
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

sources() {
  find . \( -name .git -o -name node_modules -o -name .cache -o -name frontend_dist -o -path ./bench \) -prune -o \
    -type f \( -name '*.go' -o -name '*.sql' -o -path './frontend/src/*' \) -printf '%T@ %p\n' | sort | sha256sum
}

last=
while true; do
  now=$(sources)
  if [ "$now" != "$last" ]; then
    last=$now
    [ ! -d frontend/node_modules ] || (cd frontend && npm run --silent build) || true
    if go build -o .cache/umbra-dev .; then
      if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
      .cache/umbra-dev serve --data-dir "$data" &
      server=$!
    fi
  fi
  sleep 1
done
