#!/usr/bin/env bash
# Writes the two files of a new migration: one an engine, equal numbers and names.
set -euo pipefail
cd "$(dirname "$0")/../migrations"
name=${1:-}
if ! [[ $name =~ ^[a-z][a-z0-9_]*$ ]]; then
  echo "usage: make migration NAME=add_colour   (small letters, digits, underscores)" >&2
  exit 2
fi
last=$(ls sqlite | sort | tail -n 1)
number=$(printf '%05d' $((10#${last%%_*} + 1)))
for engine in sqlite postgres; do
  file=$engine/${number}_$name.sql
  printf -- '-- +goose Up\n\n-- +goose Down\n' >"$file"
  echo "migrations/$file"
done
