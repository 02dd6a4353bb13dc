#!/usr/bin/env bash
# PostgreSQL, MariaDB and Redis for the tests.
#   services.sh install          installs what is missing with apt-get (Debian, as root), Chromium for e2e/ included
#   services.sh start <folder>   starts what does not answer yet, and prints NAME=value lines for the environment
#   services.sh stop <folder>    stops what start started
# What answers at TEST_POSTGRES_URL, TEST_MYSQL_URL and TEST_REDIS_URL (or on the usual ports of this machine) is used as it is.
# Otherwise a server of our own keeps its data in <folder> and listens on a free port of the loopback address alone.
set -euo pipefail

POSTGRES_URL="${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}"
MYSQL_URL="${TEST_MYSQL_URL:-mysql://root@127.0.0.1:3306/test}"
REDIS_URL="${TEST_REDIS_URL:-redis://127.0.0.1:6379}"

fail() {
  echo "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps the programs of the PostgreSQL server out of PATH.
postgres_program() {
  local found
  found=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -1 || true)
  if [ -n "$found" ]; then echo "$found"; elif has "$1"; then command -v "$1"; else return 1; fi
}

postgres_answers() { has psql && PGCONNECT_TIMEOUT=3 psql -wXqc 'select 1' "$POSTGRES_URL" >/dev/null 2>&1; }
mysql_answers() {
  local url='^mysql://([^:@/]+)(:([^@/]*))?@([^:/]+)(:([0-9]+))?/(.+)$'
  has mariadb && [[ "$MYSQL_URL" =~ $url ]] &&
    MYSQL_PWD="${BASH_REMATCH[3]}" mariadb --no-defaults --protocol=tcp --connect-timeout=3 -u "${BASH_REMATCH[1]}" \
      -h "${BASH_REMATCH[4]}" -P "${BASH_REMATCH[6]:-3306}" -e 'select 1' "${BASH_REMATCH[7]}" >/dev/null 2>&1
}
redis_answers() { has redis-cli && [ "$(timeout 3 redis-cli -u "$REDIS_URL" ping 2>/dev/null)" = PONG ]; }

free_port() { node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })"; }

# Database servers refuse to run as root: as_user postgres initdb ...
as_user() {
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$user" -- "$@"); else "$@"; fi
}

# A folder in which that user keeps the data of a server.
data_folder() {
  mkdir -p "$2"
  chmod 755 "$(dirname "$2")"
  [ "$(id -u)" != 0 ] || chown "$1" "$2"
}

missing() {
  postgres_answers || { postgres_program initdb && postgres_program pg_ctl && has psql; } >/dev/null || echo postgresql
  mysql_answers || { has mariadbd && has mariadb-install-db && has mariadb; } || echo mariadb-server
  redis_answers || has redis-server || echo redis-server
}

install() {
  local packages
  # bubblewrap is for the sandbox of kernel namespaces; without it the tests see the refusal to start.
  packages=$(missing; has bwrap || echo bubblewrap; has chromium-headless-shell || echo chromium-headless-shell; has python3 || echo python3)
  [ -n "$packages" ] || return 0
  has apt-get || fail "These are missing, and there is no apt-get to install them with: $packages"
  [ "$(id -u)" = 0 ] || fail "These are missing, and only root may install them: $packages"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086 # one word per package
  apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

start() {
  local folder=$1 packages port
  packages=$(missing)
  [ -z "$packages" ] || fail "The tests need a server that is neither running nor installed: $(echo $packages)
Install it (on Debian: scripts/services.sh install, as root), or name a running one in TEST_POSTGRES_URL, TEST_MYSQL_URL or TEST_REDIS_URL."

  if ! postgres_answers; then
    [ -z "${TEST_POSTGRES_URL:-}" ] || fail "Nothing answers at TEST_POSTGRES_URL ($POSTGRES_URL)."
    port=$(free_port)
    data_folder postgres "$folder/postgres"
    as_user postgres "$(postgres_program initdb)" -D "$folder/postgres/data" -U postgres -A trust -E UTF8 --no-sync >/dev/null
    # Nobody mourns the data of tests: no waiting for the disk.
    as_user postgres "$(postgres_program pg_ctl)" -D "$folder/postgres/data" -l "$folder/postgres/log" -w start \
      -o "-p $port -h 127.0.0.1 -k $folder/postgres -c fsync=off -c max_connections=200" >/dev/null
    POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
    postgres_answers || fail "PostgreSQL did not start; see $folder/postgres/log"
    echo "TEST_POSTGRES_URL=$POSTGRES_URL"
  fi

  if ! mysql_answers; then
    [ -z "${TEST_MYSQL_URL:-}" ] || fail "Nothing answers at TEST_MYSQL_URL ($MYSQL_URL)."
    port=$(free_port)
    data_folder mysql "$folder/mysql"
    as_user mysql mariadb-install-db --no-defaults --datadir="$folder/mysql/data" \
      --auth-root-authentication-method=normal >/dev/null
    # In a session of its own: it outlives the script that started it, and no signal of the terminal reaches it.
    as_user mysql setsid mariadbd --no-defaults --datadir="$folder/mysql/data" --bind-address=127.0.0.1 --port="$port" \
      --socket="$folder/mysql/socket" --pid-file="$folder/mysql/pid" --skip-name-resolve \
      --innodb-flush-log-at-trx-commit=0 >"$folder/mysql-log" 2>&1 </dev/null &
    MYSQL_URL="mysql://root@127.0.0.1:$port/test"
    for _ in $(seq 300); do
      mysql_answers && break
      sleep 0.1
    done
    mysql_answers || fail "MariaDB did not start; see $folder/mysql-log"
    echo "TEST_MYSQL_URL=$MYSQL_URL"
  fi

  if ! redis_answers; then
    [ -z "${TEST_REDIS_URL:-}" ] || fail "Nothing answers at TEST_REDIS_URL ($REDIS_URL)."
    port=$(free_port)
    mkdir -p "$folder/redis"
    redis-server --port "$port" --bind 127.0.0.1 --dir "$folder/redis" --pidfile "$folder/redis/pid" \
      --save '' --daemonize yes >/dev/null
    REDIS_URL="redis://127.0.0.1:$port"
    for _ in $(seq 50); do
      redis_answers && break
      sleep 0.1
    done
    redis_answers || fail "Redis did not start on port $port"
    echo "TEST_REDIS_URL=$REDIS_URL"
  fi
}

stop() {
  local folder=$1
  if [ -d "$folder/postgres/data" ]; then
    as_user postgres "$(postgres_program pg_ctl)" -D "$folder/postgres/data" -m immediate -w stop >/dev/null
  fi
  if [ -f "$folder/mysql/pid" ]; then kill -KILL "$(cat "$folder/mysql/pid")"; fi
  if [ -f "$folder/redis/pid" ]; then kill "$(cat "$folder/redis/pid")"; fi
}

case "${1:-}" in
  install) install ;;
  start) start "${2:?folder}" ;;
  stop) stop "${2:?folder}" ;;
  *) fail "usage: services.sh install | start <folder> | stop <folder>" ;;
esac
