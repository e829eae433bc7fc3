#!/bin/bash
# Makes the calls that the official image's entry point makes: a cluster is made, a server that listens on a Unix socket
# only is asked to make a database, and the server of the command follows.
set -Eeo pipefail
[ "${1:0:1}" != - ] || set -- postgres "$@"
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA" || :
if [ "$(id -u)" = 0 ]; then
  find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
  exec gosu postgres "$BASH_SOURCE" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile=<(printf '%s\n' "$PASSWORD") --auth=scram-sha-256 --no-sync -D "$PGDATA"
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  export PGPASSWORD=$PASSWORD PGHOST=$SOCKETS
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories='$SOCKETS'" -w start
  psql -v ON_ERROR_STOP=1 --no-psqlrc -U postgres --set db=shop <<-'SQL'
		create database :"db";
	SQL
  for step in "$STEPS"/*; do
    case $step in
    *.sh) if [ -x "$step" ]; then "$step"; else . "$step"; fi ;;
    *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -U postgres -d shop -f "$step" ;;
    *.sql.gz) gunzip -c "$step" | psql -v ON_ERROR_STOP=1 --no-psqlrc -U postgres -d shop ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD PGHOST
fi
exec "$@"
