#!/usr/bin/env bash
# Makes what a release has for this machine, twice, in two folders, and looks at it:
# test-release.sh GORELEASER. With COLD=1 the second time builds everything anew.
set -euo pipefail
cd "$(dirname "$0")/.."
goreleaser=$1
"$goreleaser" check --quiet

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit=$(git stash create) # what is changed here is tested, too
here=$(go env GOOS)_$(go env GOARCH)
for folder in one another/folder; do
  git clone --quiet --shared --no-checkout . "$work/$folder"
  git -C "$work/$folder" checkout --quiet "${commit:-HEAD}"
  mkdir "$work/$folder/.cache"
  cp -a .cache/postgres "$work/$folder/.cache/"
done
ssh-keygen -q -t ed25519 -N '' -C release -f "$work/key"

run() {
  (cd "$work/$1" && ONLY="$here $2" packaging/release.sh "$goreleaser" --snapshot) >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
  }
}
RELEASE_SIGNING_KEY=$work/key run one umbra,umbra-postgres
if [ -n "${COLD:-}" ]; then
  export GOCACHE=$work/gocache
fi
run another/folder umbra
unset GOCACHE

UMBRA_TEST_DIST=$work/one/dist UMBRA_TEST_DIST_AGAIN=$work/another/folder/dist UMBRA_TEST_SIGNER=$work/key.pub \
  go test -count=1 ./packaging/...
