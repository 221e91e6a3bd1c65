#!/bin/sh
# Proves that a registry takes an image and gives it back byte for byte. Needs nothing but busybox, because it runs in
# the registry's own image; busybox's wget has no PUT, so requests go out by nc, and by ssl_client where there is TLS.
#
#   REGISTRY_HOST, REGISTRY_PORT          where the registry is
#   REGISTRY_SCHEME                       http (default) or https, with whatever certificate: its names are those of clients
#   REGISTRY_PREFIX                       http.prefix of its config.yml (default: none)
#   REGISTRY_USERNAME, REGISTRY_PASSWORD  credentials (default: none); whoever comes without must get 401
#   REGISTRY_DELETION                     true: delete the image at the end, and see that it is gone
#   REGISTRY_CHECK                        push (default): push, pull, compare
#                                         challenge: only assert that /v2/ asks for credentials, which we do not know
#                                         answer: only assert that /v2/ answers, where nobody can push
#                                         connect: only assert that it accepts connections, where each needs a certificate
#   REGISTRY_TIMEOUT                      seconds for all of it (default: 50)
set -eu

root="${REGISTRY_PREFIX:-}"
root="${root%/}/v2/"
repository="${root}helm-test/smoke"
manifest_type=application/vnd.oci.image.manifest.v1+json
blob_type=application/octet-stream
authorization=
cr=$(printf '\r')
timeout=${REGISTRY_TIMEOUT:-50}
deadline=$(($(date +%s) + timeout))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

# request METHOD PATH [TYPE BODY-FILE]: sets $status; leaves the answer in $work/head and $work/body.
request() {
  asked="$1 ${2%%\?*}"
  left=$((deadline - $(date +%s)))
  [ "$left" -gt 0 ] || fail "no answer to $asked within $timeout s: $(cat "$work/error")"
  {
    printf '%s %s HTTP/1.0\r\nHost: %s:%s\r\n' "$1" "$2" "$REGISTRY_HOST" "$REGISTRY_PORT"
    printf 'Accept: %s\r\nContent-Type: %s\r\n' "$manifest_type" "${3:-$blob_type}"
    [ -z "$authorization" ] || printf 'Authorization: Basic %s\r\n' "$authorization"
    printf 'Content-Length: %s\r\n\r\n' "$(wc -c <"${4:-/dev/null}")"
    cat "${4:-/dev/null}"
  } >"$work/request"
  : >"$work/answer"
  if [ "${REGISTRY_SCHEME:-http}" = https ]; then
    send_by_tls
  else
    send
  fi
  status=
  {
    read -r _ status _ || true
    while read -r line && [ "$line" != "$cr" ]; do echo "$line"; done | tr -d '\r' >"$work/head"
    cat >"$work/body"
  } <"$work/answer"
}

send() {
  # A fifo that stays open: with the end of nc's input, nc would close its half of the connection, and a registry may
  # take that for a client that has gone away. HTTP/1.0 makes the registry close it after the answer.
  rm -f "$work/wire"
  mkfifo "$work/wire"
  exec 3<>"$work/wire"
  timeout "$left" nc "$REGISTRY_HOST" "$REGISTRY_PORT" <"$work/wire" >"$work/answer" 2>"$work/error" &
  timeout "$left" cat "$work/request" >&3 || true
  wait $! 2>/dev/null || true
  exec 3>&-
}

# nc connects, and Alpine's ssl_client talks on the socket, which nc hands over as standard input. By its path, because
# busybox has a program of that name too, which Go's TLS refuses.
send_by_tls() {
  printf 'exec "%s" -I -s 3 -n "%s" 3<&0 <"%s" >"%s"\n' \
    "$(which ssl_client)" "$REGISTRY_HOST" "$work/request" "$work/answer" >"$work/tls"
  timeout "$left" nc "$REGISTRY_HOST" "$REGISTRY_PORT" -e sh "$work/tls" 2>"$work/error" || true
}

# expect STATUS: the last answer had this status.
expect() {
  [ "$status" = "$1" ] || fail "$asked answered ${status:-nothing}, not $1: $(cat "$work/body" "$work/error" | head -c 400)"
}

header() {
  sed -n "s/^$1: *//Ip" "$work/head"
}

digest() {
  sha256sum "$1" | sed 's/ .*//; s/^/sha256:/'
}

push_blob() {
  request POST "$repository/blobs/uploads/"
  expect 202
  # The Location may name another host, that of an ingress. Ours is the one under test.
  location=$(header Location | sed 's|^https\{0,1\}://[^/]*||')
  case $location in *\?*) location="$location&" ;; *) location="$location?" ;; esac
  request PUT "${location}digest=$(digest "$1")" "$blob_type" "$1"
  expect 201
}

pull_blob() {
  request GET "$repository/blobs/$(digest "$1")"
  if [ "$status" = 307 ]; then # an object store hands out its blobs itself
    timeout 20 wget -q -O "$work/body" "$(header Location)" || fail "the blob's address cannot be fetched: $(header Location)"
  else
    expect 200
  fi
  cmp -s "$1" "$work/body" || fail "$asked gave back other bytes than were pushed"
}

delete() {
  request DELETE "$repository/$1"
  expect 202
}

# Always the same content, so that a registry without deletion keeps one small image however often it is tested. The layer
# fits into one record of TLS: Alpine's ssl_client garbles what it cannot send at once.
make_image() {
  printf '{}' >"$work/config"
  { printf '\000\001\177\200\377\r\n'; seq 1 3000; } >"$work/layer"
  printf '{"schemaVersion":2,"mediaType":"%s","artifactType":"application/vnd.docker-registry.smoke-test",' \
    "$manifest_type" >"$work/manifest"
  printf '"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"%s","size":2},"layers":[' \
    "$(digest "$work/config")" >>"$work/manifest"
  printf '{"mediaType":"%s","digest":"%s","size":%s}]}' \
    "$blob_type" "$(digest "$work/layer")" "$(wc -c <"$work/layer")" >>"$work/manifest"
}

wait_for_an_answer() {
  touch "$work/error"
  request GET "$root"
  while [ -z "$status" ]; do
    sleep 1
    request GET "$root"
  done
}

wait_for_a_connection() {
  until timeout 5 nc "$REGISTRY_HOST" "$REGISTRY_PORT" -e true 2>"$work/error"; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "no connection within $timeout s: $(cat "$work/error")"
    sleep 1
  done
}

assert_challenge() {
  expect 401
  [ -n "$(header WWW-Authenticate)" ] || fail "$asked answered 401 without WWW-Authenticate: no client could log in"
}

push_and_pull() {
  make_image
  push_blob "$work/config"
  push_blob "$work/layer"
  request PUT "$repository/manifests/smoke" "$manifest_type" "$work/manifest"
  expect 201
  pull_blob "$work/config"
  pull_blob "$work/layer"
  request GET "$repository/manifests/smoke"
  expect 200
  cmp -s "$work/manifest" "$work/body" || fail "$asked gave back other bytes than were pushed"
}

delete_all() {
  delete "manifests/$(digest "$work/manifest")"
  delete "blobs/$(digest "$work/layer")"
  delete "blobs/$(digest "$work/config")"
  request GET "$repository/manifests/smoke"
  expect 404
}

[ "${REGISTRY_CHECK:-push}" = connect ] || wait_for_an_answer
case ${REGISTRY_CHECK:-push} in
  connect)
    wait_for_a_connection
    echo "OK: the registry accepts connections; the rest needs a client certificate"
    ;;
  challenge)
    assert_challenge
    echo "OK: the registry answers and asks for credentials"
    ;;
  answer)
    expect 200
    echo "OK: the registry answers"
    ;;
  push)
    if [ -n "${REGISTRY_USERNAME:-}" ]; then
      assert_challenge
      authorization=$(printf '%s:%s' "$REGISTRY_USERNAME" "$REGISTRY_PASSWORD" | base64 | tr -d '\n')
    fi
    push_and_pull
    [ "${REGISTRY_DELETION:-}" != true ] || delete_all
    echo "OK: pushed an image and pulled it byte for byte"
    ;;
  *)
    fail "REGISTRY_CHECK is $REGISTRY_CHECK: it can be push, challenge, answer or connect"
    ;;
esac
