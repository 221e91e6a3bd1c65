#!/bin/sh
# Serve the registry, read-only for as long as the container garbage-collection of this Pod requests it.
#
# usage: serve.sh CONFIG DIRECTORY
# DIRECTORY is shared with collect-in-pod.sh. While DIRECTORY/request has a number, the same port is served read-only, and
# DIRECTORY/read-only repeats the number as soon as no server that takes pushes runs any more.
# SIGTERM ends the server, for which http.draintimeout holds. A server that ends by itself ends the script, with its code.
set -u
config=$1 request=$2/request confirmation=$2/read-only
server='' ending=''
trap 'ending=1; kill -TERM "$server" 2>/dev/null' TERM INT

requested() {
  number=''
  [ ! -e "$request" ] || { read -r number <"$request"; } 2>/dev/null
  echo "$number"
}

alive() { kill -0 "$server" 2>/dev/null; }
tick() { sleep 1 & wait $!; }

# A trap interrupts `wait`, so wait until the server is gone. Sets code: how it ended.
stop() {
  kill -TERM "$server" 2>/dev/null
  while wait "$server"; code=$?; alive; do :; done
}

serve() {
  served=$1
  if [ -n "$served" ]; then
    echo "$served" >"$confirmation"
    # Without a cache, which would know the blobs that the collector deletes.
    REGISTRY_STORAGE_MAINTENANCE='{readonly: {enabled: true}}' REGISTRY_STORAGE_CACHE='{}' registry serve "$config" &
  else
    rm -f "$confirmation"
    registry serve "$config" &
  fi
  server=$!
}

while :; do
  serve "$(requested)"
  while alive && [ -z "$ending" ] && [ "$(requested)" = "$served" ]; do tick; done
  if ! alive && [ -z "$ending" ]; then
    wait "$server"
    exit $?
  fi
  stop
  [ -z "$ending" ] || exit "$code"
done
