#!/usr/bin/env bash
# Installs what `make test` needs and this machine lacks. Elsewhere than on
# Debian, or without root, it says what to install and goes on.
set -euo pipefail

want=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || want+=(postgresql)
command -v chromium >/dev/null || want+=(chromium)
command -v xz >/dev/null || want+=(xz-utils)
command -v python3 >/dev/null || want+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || want+=(python3-venv)
[ ${#want[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null
else
  echo "make test needs: ${want[*]} (Debian's names). Install them with your package manager." >&2
  exit 1
fi
