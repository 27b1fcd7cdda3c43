#!/usr/bin/env bash
# Runs a build for another processor under qemu, in a control group of 512 MB where
# this machine lets us make one:
#   arm.sh armv7          the smoke test
#   arm.sh armv7 bench    requests a second, beside those of this machine's own build
set -euo pipefail
cd "$(dirname "$0")/.."
case "$1" in
arm64) go=(GOARCH=arm64) qemu=(qemu-aarch64-static -cpu cortex-a72) ;;  # Pi 4
armv7) go=(GOARCH=arm GOARM=7) qemu=(qemu-arm-static -cpu cortex-a7) ;; # Pi 2
armv6) go=(GOARCH=arm GOARM=6) qemu=(qemu-arm-static -cpu arm1176) ;;   # Pi 1 and Zero
*)
  echo "arm.sh: arm64, armv7 or armv6?" >&2
  exit 2
  ;;
esac
command -v "${qemu[0]}" >/dev/null || {
  echo "arm.sh: ${qemu[0]} is missing: make needs (Debian: qemu-user-static)" >&2
  exit 1
}
dir=$PWD/.cache/$1
mkdir -p "$dir"
env CGO_ENABLED=0 "${go[@]}" go build -trimpath -ldflags "-s -w" -o "$dir/program" .

group=
for root in /sys/fs/cgroup/memory:memory.limit_in_bytes /sys/fs/cgroup:memory.max; do
  at=${root%%:*}/umbra-$1-$$
  if mkdir "$at" 2>/dev/null; then
    if echo $((512 << 20)) 2>/dev/null >"$at/${root##*:}"; then
      group=$at
      trap 'sleep 0.2; rmdir "$group"' EXIT
      break
    fi
    rmdir "$at"
  fi
done
[ -n "$group" ] || echo "arm.sh: no control group can be made here: the memory has no limit"
cat >"$dir/umbra" <<END
#!/bin/sh
${group:+echo \$\$ >$group/cgroup.procs}
exec ${qemu[@]} $dir/program "\$@"
END
chmod +x "$dir/umbra"

if [ "${2:-}" = bench ]; then
  mkdir -p .cache/here
  go build -trimpath -ldflags "-s -w" -o .cache/here/umbra .
  for program in "$PWD/.cache/here/umbra" "$dir/umbra"; do
    echo "$program"
    UMBRA_TEST_PROGRAM=$program go test -run '^$' -bench Program -benchtime 3s . | grep -E 'ns/op|answer|log-in'
  done
  exit
fi
if [ -n "$group" ]; then
  said=$("$dir/umbra" doctor --json --data-dir "$dir/none" 2>/dev/null || true) # which is no data folder
  [[ $said == *'"512 MiB, of which'* ]] || {
    echo "arm.sh: the program does not see that it has 512 MB: $said" >&2
    exit 1
  }
fi
UMBRA_TEST_PROGRAM=$dir/umbra UMBRA_TEST_PLATFORM=linux/${go[0]#GOARCH=} go test -count=1 -run 'TestScripts/(smoke|version|config|user)$' .
