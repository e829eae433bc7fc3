#!/bin/bash
# Makes the calls that the official image's entry point makes: tables are made, a server without a network is asked until
# it answers, and the server of the command follows.
set -eo pipefail
shopt -s nullglob
[ "${1:0:1}" != - ] || set -- mariadbd "$@"
if [ "$(id -u)" = 0 ]; then
  find "$DATA" \! -user "$OWNER" -exec chown "$OWNER" '{}' +
  exec gosu "$OWNER" "${BASH_SOURCE[0]}" "$@"
fi
if [ ! -d "$DATA/mysql" ]; then
  "$@" --verbose --help >/dev/null 2>&1
  mariadb-install-db --no-defaults --datadir="$DATA" --rpm --auth-root-authentication-method=normal --skip-test-db \
    --cross-bootstrap >/dev/null
  "$@" --skip-networking --socket="$DATA/first.sock" &
  ask() { mariadb --no-defaults --protocol=socket -uroot -hlocalhost --socket="$DATA/first.sock" "$@"; }
  for wait in {150..0}; do
    if ask <<<'select 1' &>/dev/null; then break; fi
    sleep 0.2
  done
  [ "$wait" != 0 ]
  ask <<-SQL
		create database shop;
		create user shop@'%' identified by '$PASSWORD';
		grant all on shop.* to shop@'%';
	SQL
  for step in "$STEPS"/*.sql.gz; do gunzip -c "$step" | ask shop; done
  ask <<<'shutdown'
  wait
fi
exec "$@"
