#!/bin/sh
# A private Redmine for tests, from Debian's packages (redmine, redmine-sqlite, puma): an instance of its own with an SQLite
# database, on a port of 127.0.0.1 that the kernel chooses, gone when the test is.
#
#   redmine.sh start DIR   makes an instance and starts it; prints its base address. What is in it (keys of accounts,
#                          template ticket, saved queries): redmine.ru; DIR/redmine.json tells their numbers
#   redmine.sh stop DIR    stops it and removes it
#
# Nothing of the system's own instance is used but its empty database, when it can be read. As root the server runs as the
# user www-data. A server that nobody stops ends by itself after TALAIA_REDMINE_SECONDS (default 1200). Exit code 77: the
# packages are not there.
set -eu

usage() { echo "usage: redmine.sh start|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
action=$1
dir=$2
home=/usr/share/redmine
empty=/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default
here=$(cd "$(dirname "$0")" && pwd)

as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=www-data --regid=www-data --init-groups env "$@"
    else
        env "$@"
    fi
}

instance_make() {
    place=$(mktemp -d /tmp/talaia-redmine-XXXXXX)
    mkdir "$place/config" "$place/files" "$place/log" "$place/tmp"
    printf 'production:\n  adapter: sqlite3\n  database: %s/redmine.db\n  encoding: utf8\n' "$place" \
        > "$place/config/database.yml"
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$place/config/secret_key.txt"
    # The lock file of the package cannot be written by everybody, and names sqlite3 only for who may read its settings.
    printf 'eval_gemfile "%s/Gemfile"\ngem "sqlite3", "~> 1.4.0"\n' "$home" > "$place/Gemfile"
    cp "$here/redmine.ru" "$place/config.ru"
    [ ! -r "$empty" ] || cp "$empty" "$place/redmine.db"
    [ "$(id -u)" -ne 0 ] || chown -R www-data "$place"
    echo "$place" > "$dir/redmine.place"
}

start() {
    command -v puma >/dev/null && [ -d "$home/app" ] || { echo "redmine.sh: no Redmine here" >&2; exit 77; }
    mkdir -p "$dir"
    instance_make
    # The instance's name is a path from the packages' directory of instances (lib/redmine/multi_tenancy.rb).
    (
        exec >> "$place/puma.log" 2>&1 < /dev/null
        cd "$home"
        as_owner HOME="$place" BUNDLE_GEMFILE="$place/Gemfile" RAILS_ENV=production TALAIA_PLACE="$place" \
            REDMINE_INSTANCE="../../../..$place" SCHEMA=/dev/null \
            setsid timeout --signal=TERM "${TALAIA_REDMINE_SECONDS:-1200}" \
            puma -b tcp://127.0.0.1:0 -t 1:2 -e production --pidfile "$place/puma.pid" "$place/config.ru" &
        echo $! > "$place/shell.pid"
    )
    tries=1200
    until [ -s "$place/redmine.json" ] && grep -q 'Listening on' "$place/puma.log"; do
        tries=$((tries - 1))
        if [ $tries -le 0 ] || ! kill -0 "$(cat "$place/shell.pid")" 2>/dev/null; then
            tail -n 30 "$place/puma.log" >&2
            exit 1
        fi
        sleep 0.1
    done
    cp "$place/redmine.json" "$dir/redmine.json"
    sed -n 's/.*Listening on \(http:[^ ]*\).*/\1/p' "$place/puma.log" | head -n 1
}

stop() {
    [ -s "$dir/redmine.place" ] || return 0
    place=$(cat "$dir/redmine.place")
    case $place in /tmp/talaia-redmine-??????) ;; *) return 0 ;; esac
    # The server's own process; `timeout` and the shell around it end with it.
    pid=$(cat "$place/puma.pid" 2>/dev/null || true)
    if [ -n "$pid" ]; then
        kill -TERM "$pid" 2>/dev/null || true
        tries=100
        while [ $tries -gt 0 ] && kill -0 "$pid" 2>/dev/null; do
            tries=$((tries - 1))
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -rf "$place"
    rm -f "$dir/redmine.place" "$dir/redmine.json"
}

case $action in
start) start ;;
stop) stop ;;
*) usage ;;
esac
