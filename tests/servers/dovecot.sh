#!/bin/sh
# A real IMAP server (Dovecot 2.3) of one's own for tests:
#
#     dovecot.sh start DIR        prints "PORT TLSPORT" when it answers on 127.0.0.1
#     dovecot.sh user DIR NAME PASSWORD [TOKEN]
#                                 one more mailbox; NAME may hold an @; TOKEN is for XOAUTH2
#     dovecot.sh quota DIR NAME KILOBYTES
#                                 how much that mailbox may hold from now on (0: any); new sessions see it
#     dovecot.sh stop DIR
#
# PORT speaks IMAP in the clear and with STARTTLS, TLSPORT with TLS from the start (certificate DIR/certs/good.pem, authority
# DIR/certs/ca.pem). On 127.0.0.2 the same ports show a certificate that nobody should accept.
# There is a user `padro` with the password `s3cret` and the token `token-of-padro` from the beginning. Mails lie in
# DIR/mail/NAME/Maildir (what smtp.py --mail DIR/mail delivers into); folders: INBOX, Sent (marked \Sent), and what
# clients create. It offers UIDPLUS, MOVE, IDLE, QUOTA and says OVERQUOTA.
# Everything is in DIR. Root runs it as nobody (the directories above DIR must let others through: those of pytest do
# not), others as themselves; no port below 1024.
set -eu
usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2; }
[ $# -ge 2 ] || usage
here=$(cd "$(dirname "$0")" && pwd)
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
who=$(id -un)
group=$(id -gn)
if [ "$(id -u)" = 0 ]; then
    who=nobody group=nogroup
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
else
    as=""
fi

# Two ports that are free on both addresses now. Somebody may be faster than Dovecot: who starts it tries again.
free_ports() {
    python3 - <<'PY'
import socket
held, ports = [], []
while len(ports) < 2:
    here, there = socket.socket(), socket.socket()
    held += here, there
    here.bind(("127.0.0.1", 0))
    try:
        there.bind(("127.0.0.2", here.getsockname()[1]))
    except OSError:
        continue
    ports.append(here.getsockname()[1])
print(*ports)
PY
}

# A mailbox: its directory, a line in the file of passwords, one for its token.
add_user() {
    name=$1 password=$2 token=${3:-}
    case $name in */* | *:* | .*) echo "dovecot.sh: not a name for a mailbox: $name" >&2; exit 2 ;; esac
    for folder in Maildir Maildir/.Sent; do
        mkdir -p "$dir/mail/$name/$folder/cur" "$dir/mail/$name/$folder/new" "$dir/mail/$name/$folder/tmp"
    done
    : >"$dir/mail/$name/Maildir/.Sent/maildirfolder"
    echo Sent >>"$dir/mail/$name/Maildir/subscriptions"
    chmod -R 0777 "$dir/mail/$name"
    hash=$(printf '%s' "$password" | base64 -w0)
    echo "$name:{PLAIN.b64}$hash::::::userdb_quota_rule=*:storage=0" >>"$dir/users"
    [ -z "$token" ] || printf '%s %s\n' "$token" "$name" >>"$dir/tokens"
    chmod 644 "$dir/users" "$dir/tokens"
}

settings() { # port, tls port, port of the introspection
    cat <<CONF
base_dir = $dir/run
state_dir = $dir/state
log_path = $dir/dovecot.log
default_internal_user = $who
default_internal_group = $group
default_login_user = $who
mail_uid = $who
mail_gid = $group
first_valid_uid = 1
protocols = imap
listen = 127.0.0.1, 127.0.0.2
ssl = yes
ssl_cert = <$dir/certs/good.pem
ssl_key = <$dir/certs/good.key
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:~/Maildir
mail_plugins = quota
mail_max_userip_connections = 0
mailbox_list_index = no
maildir_very_dirty_syncs = no
default_process_limit = 100
auth_failure_delay = 0
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=0
}
protocol imap {
  mail_plugins = quota imap_quota
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $dir/oauth2.conf
}
passdb {
  driver = passwd-file
  args = $dir/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $dir/users
  default_fields = home=$dir/mail/%u
  override_fields = home=$dir/mail/%u
}
service imap-login {
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {
    port = $1
  }
  inet_listener imaps {
    port = $2
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service auth {
  unix_listener auth-userdb {
    mode = 0600
  }
}
local 127.0.0.2 {
  ssl_cert = <$dir/certs/self-signed.pem
  ssl_key = <$dir/certs/self-signed.key
}
CONF
    cat >"$dir/oauth2.conf" <<CONF
introspection_mode = post
introspection_url = http://127.0.0.1:$3/
username_attribute = user
active_attribute = active
active_value = true
rawlog_dir =
CONF
}

# What Dovecot asks whether a token is good (RFC 7662).
introspection_make() {
    cat <<'PY'
import http.server, json, os, sys, urllib.parse
class Asked(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        token = urllib.parse.parse_qs(asked).get("token", [""])[0]
        known = dict(line.rstrip("\n").split(" ", 1) for line in open(sys.argv[2]))
        answer = json.dumps({"active": True, "user": known[token]} if token in known else {"active": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked)
with open(sys.argv[1] + ".new", "w") as told:
    print(server.server_port, file=told)
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
PY
}

# wait_for NAME COMMAND…: until it holds; false when the process NAME has ended, or after a minute.
wait_for() {
    pid=$(cat "$dir/$1.pid")
    shift
    for _ in $(seq 600); do
        ! "$@" || return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
answers() { # port
    python3 -c "
import socket, sys
s = socket.create_connection(('127.0.0.1', $1), 1)
sys.exit(not s.recv(100).startswith(b'* OK'))" 2>/dev/null
}
stop() { # name
    [ -e "$dir/$1.pid" ] || return 0
    pid=$(cat "$dir/$1.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do # a zombie has ended too
        case $(cut -d ' ' -f 3 "/proc/$pid/stat" 2>/dev/null) in Z | "") break ;; esac
        sleep 0.1
    done
    rm -f "$dir/$1.pid"
}
fail() {
    cat "$dir/start.log" "$dir/dovecot.log" >&2 || true
    stop dovecot
    stop introspection
    exit 1
}

case $command in
start)
    "$here/certificates.sh" "$dir/certs"
    mkdir -p "$dir/run" "$dir/state" "$dir/mail"
    : >"$dir/users"
    : >"$dir/tokens"
    : >"$dir/dovecot.log"
    add_user padro s3cret token-of-padro
    if [ "$(id -u)" = 0 ]; then
        chmod 755 "$dir"
        chown -R "$who:$group" "$dir"
    fi
    introspection_make >"$dir/introspection.py"
    python3 "$dir/introspection.py" "$dir/introspection.port" "$dir/tokens" </dev/null >/dev/null 2>&1 &
    echo $! >"$dir/introspection.pid"
    wait_for introspection test -s "$dir/introspection.port" || fail
    for _ in 1 2 3 4 5; do
        # shellcheck disable=SC2046
        set -- $(free_ports) "$(cat "$dir/introspection.port")"
        settings "$@" >"$dir/dovecot.conf"
        [ "$(id -u)" != 0 ] || chown "$who:$group" "$dir/dovecot.conf" "$dir/oauth2.conf"
        # shellcheck disable=SC2086
        $as /usr/sbin/dovecot -F -c "$dir/dovecot.conf" </dev/null >"$dir/start.log" 2>&1 &
        echo $! >"$dir/dovecot.pid"
        if wait_for dovecot answers "$1"; then
            echo "$1 $2"
            exit 0
        fi
        grep -q "Address already in use" "$dir/start.log" "$dir/dovecot.log" || fail
        stop dovecot
        : >"$dir/dovecot.log"
    done
    fail
    ;;
user)
    [ $# -ge 4 ] || usage
    add_user "$3" "$4" "${5:-}"
    [ "$(id -u)" != 0 ] || chown -R "$who:$group" "$dir/mail/$3"
    sleep 1.2 # Dovecot looks at the file of passwords once a second
    ;;
quota)
    [ $# -eq 4 ] || usage
    sed -i "s/^\($3:.*userdb_quota_rule=\*:storage=\).*/\1$4K/" "$dir/users"
    sleep 1.2
    ;;
stop)
    stop dovecot
    stop introspection
    ;;
*) usage ;;
esac
