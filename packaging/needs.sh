#!/usr/bin/env bash
# Installs what `make test` needs and this machine lacks. Elsewhere than on
# Debian, or without root, it says what to install and goes on.
set -euo pipefail

want=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || want+=(postgresql)
command -v chromium >/dev/null || want+=(chromium)
command -v chromium-headless-shell >/dev/null || want+=(chromium-headless-shell)
command -v xz >/dev/null || want+=(xz-utils)
command -v python3 >/dev/null || want+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || want+=(python3-venv)
command -v mmdebstrap >/dev/null || want+=(mmdebstrap)
command -v dbus-run-session >/dev/null || want+=(dbus)
command -v rpm >/dev/null || want+=(rpm)
command -v mandoc >/dev/null || want+=(mandoc)
command -v ssh-keygen >/dev/null || want+=(openssh-client)
command -v qemu-arm-static >/dev/null || want+=(qemu-user-static)
# Evolution Data Server, and what the system's Python reaches it by.
/usr/bin/python3 -c 'import gi
for n, v in (("EDataServer", "1.2"), ("ECal", "2.0"), ("EBook", "1.2")): gi.require_version(n, v)' 2>/dev/null ||
  want+=(evolution-data-server python3-gi gir1.2-edataserver-1.2 gir1.2-ecal-2.0 gir1.2-ebook-1.2)
[ ${#want[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null
else
  echo "make test needs: ${want[*]} (Debian's names). Install them with your package manager." >&2
  exit 1
fi
