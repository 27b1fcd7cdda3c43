#!/usr/bin/env bash
# Runs goreleaser here, whose files are then dated by the commit alone:
#   release.sh GORELEASER [--flags …]                a release
#   ONLY="linux_amd64 umbra deb" release.sh …        less of one, see packaging/only
set -euo pipefail
cd "$(dirname "$0")/.."
goreleaser=$1
shift
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
RELEASE_DATE=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
find packaging/apk -type f -exec touch -d "$RELEASE_DATE" {} + # an apk holds the times of its scripts
export SOURCE_DATE_EPOCH RELEASE_DATE CGO_ENABLED=0
if [ -n "${ONLY:-}" ]; then
  mkdir -p .cache
  # shellcheck disable=SC2086 # words are its arguments
  go run ./packaging/only $ONLY >.cache/goreleaser.yaml
  export RELEASE_PLATFORMS=${RELEASE_PLATFORMS:-${ONLY%% *}}
  set -- --config .cache/goreleaser.yaml "$@"
fi
if [[ " $* " != *" --snapshot "* ]]; then
  for name in RELEASE_HOME RELEASE_MAINTAINER RELEASE_SIGNING_KEY; do
    [ -n "${!name:-}" ] || {
      echo "release.sh: a release needs $name, see docs/releasing.md" >&2
      exit 2
    }
  done
fi
if [ -z "${RELEASE_SIGNING_KEY:-}" ] || [ "$RELEASE_SIGNING_KEY" = elsewhere ]; then
  set -- --skip=sign "$@"
fi
exec "$goreleaser" release --clean "$@"
