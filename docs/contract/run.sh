#!/usr/bin/env bash
# Runs schemathesis, with every check, over the OpenAPI document against the real
# binary. Exceptions, each with its reason, are in schemathesis.toml beside this.
# And once more over what is an administrator's, as a user who is none.
# SCHEMATHESIS names the program; EXAMPLES how many cases an operation gets.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/docs/contract
program=$PWD/umbra
dir=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
# Cheap hashes: it is not the passwords that are tested here.
env -u UMBRA_TEST_POSTGRES UMBRA_ARGON2_MEMORY_KIB=64 UMBRA_ARGON2_TIME=1 UMBRA_ARGON2_PARALLELISM=1 \
  "$program" serve --data-dir "$dir/data" --listen "127.0.0.1:$port" >"$dir/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -sf "$url/api/health" >/dev/null && break
  sleep 0.1
done
curl -sf "$url/api/health" >/dev/null || { cat "$dir/log" >&2; exit 1; }
# The password is none of the document's examples: a made-up request must not prove who it is, which would renew the session.
curl -sf -c "$dir/cookies" -H 'Content-Type: application/json' -o /dev/null \
  -d '{"username": "contract", "password": "nine copper lanterns", "time_zone": "Europe/Berlin"}' "$url/api/auth/setup"
UMBRA_SESSION=$(awk '$6 == "umbra_session" {print $7}' "$dir/cookies")
export UMBRA_SESSION

cd "$dir"
status=0
# One worker: Python 3.11's parser loses count of itself in threads.
"$SCHEMATHESIS" --config-file "$here/schemathesis.toml" run "$url/openapi.json" \
  --checks all --mode all --workers 1 --seed 1 --generation-deterministic \
  --max-examples "${EXAMPLES:-25}" --request-timeout 20 --no-color || status=$?

# A run whose session has ended tests nothing but 401.
alive() { curl -sf -o /dev/null -H "Cookie: umbra_session=$UMBRA_SESSION" "$url/api/settings" || { echo "the session ended under way: what was asked after that was not tested" >&2; status=1; }; }
alive

# What is an administrator's, asked by a user who is none: refused, whatever is sent.
env -u UMBRA_SESSION -u UMBRA_TEST_POSTGRES "$program" user add plain --data-dir "$dir/data" >/dev/null <<<"seven paper boats"
# What was asked before may have used up the log-ins of a minute: it waits as it is told to.
curl -sf --retry 5 --retry-max-time 90 -c "$dir/plain" -H 'Content-Type: application/json' -o /dev/null \
  -d '{"username": "plain", "password": "seven paper boats"}' "$url/api/auth/login"
UMBRA_SESSION=$(awk '$6 == "umbra_session" {print $7}' "$dir/plain")
SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$here "$SCHEMATHESIS" --config-file "$here/plain.toml" run "$url/openapi.json" \
  --include-by "/x-access == admin" --checks not_a_server_error,refused --mode all --phases examples,coverage,fuzzing --workers 1 --seed 1 \
  --generation-deterministic --max-examples "${EXAMPLES:-25}" --request-timeout 20 --no-color || status=$?
alive

if grep -qE 'level=ERROR|panic' "$dir/log"; then
  echo "the server's log has errors:" >&2
  grep -E 'level=ERROR|panic' "$dir/log" | head -n 20 >&2
  status=1
fi
exit $status
