#!/bin/sh
# A private PostgreSQL for tests: a Unix socket only, no network, gone when the test is.
#
#   postgresql.sh start DIR   makes a cluster (the first time) and starts it; prints the directory of the socket
#   postgresql.sh kill DIR    SIGKILL to every process of it, as a crash would; `start` brings it back with its data
#   postgresql.sh stop DIR    stops it and removes cluster and DIR
#
# DIR is made when missing and only notes where the cluster is. Superuser `talaia` (no password), database `talaia`,
# UTF-8, C collation. The role `lector`, when a test creates it, must give its password (scram-sha-256).
# Connect:  psql -h SOCKETDIR -U talaia talaia     or    postgresql:///talaia?host=SOCKETDIR&user=talaia
#
# As root the server runs as the user `postgres`. A server that nobody stops ends by itself after TALAIA_PG_SECONDS
# (default 1200). TALAIA_PG_BIN says where the binaries are when it is not Debian's place.
set -eu

usage() { echo "usage: postgresql.sh start|kill|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
action=$1
dir=$2
note=$dir/postgresql.place
seconds=${TALAIA_PG_SECONDS:-1200}

bin=${TALAIA_PG_BIN:-}
if [ -z "$bin" ]; then
    for candidate in /usr/lib/postgresql/*/bin; do
        [ -x "$candidate/initdb" ] && bin=$candidate
    done
fi

as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp "$@"
    else
        "$@"
    fi
}

# The processes of one cluster: the postmaster and its children, never found by name.
pids() {
    place=$1
    [ -s "$place/data/postmaster.pid" ] || return 0
    main=$(head -n 1 "$place/data/postmaster.pid")
    # A stale file may name somebody else's process by now.
    [ "$(readlink "/proc/$main/cwd" 2>/dev/null)" = "$place/data" ] || return 0
    echo "$main" $(cat /proc/"$main"/task/*/children 2>/dev/null)
}

wait_gone() { # pids…; at most 10 seconds
    tries=100
    while [ $tries -gt 0 ]; do
        alive=
        for p in "$@"; do
            # A child whose parent has not reaped it yet is gone for our purposes.
            state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$p/status" 2>/dev/null || true)
            case $state in ''|Z|X) ;; *) alive=1 ;; esac
        done
        [ -z "$alive" ] && return 0
        tries=$((tries - 1))
        sleep 0.1
    done
    return 1
}

start() {
    [ -n "$bin" ] || { echo "postgresql.sh: no PostgreSQL found (package postgresql)" >&2; exit 77; }
    mkdir -p "$dir"
    if [ ! -s "$note" ]; then
        # Short and reachable by `postgres`: a socket's path has at most 107 bytes.
        place=$(mktemp -d /tmp/talaia-pg-XXXXXX)
        [ "$(id -u)" -ne 0 ] || chown postgres "$place"
        echo "$place" > "$note"
        as_owner "$bin/initdb" --pgdata="$place/data" --username=talaia --encoding=UTF8 --locale=C.UTF-8 \
            --lc-collate=C --auth=trust --no-sync --no-instructions > "$place.log" 2>&1 ||
            { cat "$place.log" >&2; rm -rf "$place" "$place.log" "$note"; exit 1; }
        rm -f "$place.log"
        as_owner sh -c 'printf "local all lector scram-sha-256\nlocal all all trust\n" > "$1/pg_hba.conf"
            cat >> "$1/postgresql.conf"' sh "$place/data" <<CONF
listen_addresses = ''
unix_socket_directories = '$place'
fsync = off
max_connections = 40
shared_buffers = 16MB
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
CONF
    fi
    place=$(cat "$note")
    # `timeout` gives the server a bounded life: SIGINT is its fast shutdown.
    # The redirections come first: a waiting shell that keeps our standard output would make $(… start) wait too.
    (
        exec >> "$dir/postgresql.log" 2>&1 < /dev/null
        as_owner setsid timeout --signal=INT "$seconds" "$bin/postgres" -D "$place/data"
    ) &
    tries=300
    until "$bin/pg_isready" -q -h "$place" -U talaia -d postgres; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { cat "$dir/postgresql.log" >&2; exit 1; }
        sleep 0.1
    done
    "$bin/psql" -qAt -h "$place" -U talaia -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'talaia'" |
        grep -q 1 || "$bin/createdb" -h "$place" -U talaia talaia
    echo "$place"
}

end() { # signal
    [ -s "$note" ] || return 0
    place=$(cat "$note")
    list=$(pids "$place")
    [ -n "$list" ] || return 0
    main=${list%% *}
    if [ "$1" = KILL ]; then
        kill -KILL $list 2>/dev/null || true
    else
        kill -"$1" "$main" 2>/dev/null || true
    fi
    wait_gone $list || { kill -KILL $list 2>/dev/null || true; wait_gone $list || true; }
}

case $action in
start) start ;;
kill)
    end KILL
    # What a crash leaves behind would stop the next start from telling the two servers apart.
    [ ! -s "$note" ] || rm -f "$(cat "$note")/data/postmaster.pid"
    ;;
stop)
    end QUIT
    if [ -s "$note" ]; then
        place=$(cat "$note")
        case $place in /tmp/talaia-pg-??????) rm -rf "$place" ;; esac
    fi
    rm -f "$note" "$dir/postgresql.log"
    rmdir "$dir" 2>/dev/null || true
    ;;
*) usage ;;
esac
