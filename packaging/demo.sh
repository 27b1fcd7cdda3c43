#!/usr/bin/env bash
# A full account to look at, in a folder of its own that is made anew.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$PWD/.cache/demo
rm -rf "$data"
./umbra serve --data-dir "$data" >"$PWD/.cache/demo.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  ./umbra healthcheck --data-dir "$data" >/dev/null 2>&1 && break
  sleep 0.1
done
password="an umbrella for every day"
printf '%s\n' "$password" | ./umbra user add demo --admin --data-dir "$data" >/dev/null
./umbra demo demo --data-dir "$data"
echo "Open http://localhost:8000 and log in as demo with: $password   (Ctrl+C ends)"
wait $server
