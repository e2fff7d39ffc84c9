#!/bin/sh
# Makes an authority and server certificates in the states that a client must tell apart:
#
#     tests/servers/certificates.sh DIR
#
# DIR/ca.pem            the authority that a client should be given
# DIR/good.pem, .key    for localhost, 127.0.0.1 and ::1
# DIR/other-name.*      for another.example
# DIR/expired.*         ended yesterday
# DIR/self-signed.*     signed by itself, for localhost
# DIR/unknown.*         of an authority that nobody knows, for localhost
# Does nothing when they are there already.
set -eu
dir=${1:?usage: certificates.sh DIR}
mkdir -p "$dir"
cd "$dir"
[ -e complete ] && exit 0
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
names="subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"

authority() { # name, subject
    # shellcheck disable=SC2086
    openssl req -x509 $key -keyout "$1.key" -out "$1.pem" -subj "/CN=$2" -days 30 \
        -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
}
issued() { # name, extension, authority, days
    # shellcheck disable=SC2086
    openssl req $key -keyout "$1.key" -out "$1.csr" -subj "/CN=Test server"
    printf '%s\nextendedKeyUsage=serverAuth\n' "$2" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 8)" \
        -days "$4" -extfile "$1.ext" -out "$1.pem"
}
{
    authority ca "Authority of the tests"
    authority stranger "Authority that nobody knows"
    issued good "$names" ca 30
    issued other-name "subjectAltName=DNS:another.example" ca 30
    issued expired "$names" ca -1
    issued unknown "$names" stranger 30
    # shellcheck disable=SC2086
    openssl req -x509 $key -keyout self-signed.key -out self-signed.pem -subj "/CN=localhost" -days 30 -addext "$names"
} >make.log 2>&1 || { cat make.log >&2; exit 1; }
chmod 600 ./*.key
touch complete
