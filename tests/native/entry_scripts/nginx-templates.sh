#!/bin/sh
# A step of nginx.sh: every template of a directory with the variables that are set.
set -eu
variables=$(printf '${%s} ' $(awk 'END { for (name in ENVIRON) print name }' </dev/null))
find "$TEMPLATES" -follow -type f -name '*.template' -print | while read -r template; do
  made=$MADE/$(basename "$template" .template)
  mkdir -p "$(dirname "$made")"
  envsubst "$variables" <"$template" >"$made"
done
touch "$MADE/default.conf" 2>/dev/null
sed -i -E 's,worker_processes [0-9]+;,worker_processes 2;,' "$MADE/default.conf"
