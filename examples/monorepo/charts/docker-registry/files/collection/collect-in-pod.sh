#!/bin/sh
# Collect garbage in the Pod of a single replica, at GC_SCHEDULE (UTC), or on SIGUSR1.
#
# usage: collect-in-pod.sh CONFIG DIRECTORY
# serve.sh, in the container of the registry, serves read-only meanwhile: what is pushed between the collector's look at
# the manifests and its deletions would be deleted too. So nothing is deleted before serve.sh has confirmed it, by the
# number of this request: a file that an earlier one left behind confirms nothing.
# A start ends any request: the container may have been killed in the middle of one, and its collector with it.
set -uf
config=$1 directory=$2
scripts=${0%/*}
# shellcheck source=garbage-collect.sh
. "$scripts/garbage-collect.sh"
ending='' wanted=''
trap 'ending=1; [ -z "$collector" ] || kill -TERM "$collector"' TERM INT
trap 'wanted=1' USR1

thaw() { rm -f "$directory/request"; }
pause() {
  sleep "$1" & timer=$!
  wait "$timer"
  kill "$timer" 2>/dev/null
}

due() { [ -n "$wanted" ] || sh "$scripts/due.sh" "$GC_SCHEDULE" $(date -u '+%M %H %d %m %w'); }

confirmed() {
  number=''
  [ ! -e "$directory/read-only" ] || { read -r number <"$directory/read-only"; } 2>/dev/null
  [ "$number" = "$1" ]
}

freeze() {
  request=$(date +%s)$$
  # Complete as soon as it can be seen.
  echo "$request" >"$directory/request.new"
  mv "$directory/request.new" "$directory/request"
  until [ -n "$ending" ] || confirmed "$request"; do pause 1; done
  [ -z "$ending" ]
}

collect() {
  wanted='' started=$(date +%s) reason=''
  freeze || return
  if has_nothing; then
    code=0
  elif ! empty_cache; then
    code=1
  else
    start_collector
    finish_collector
  fi
  thaw
  [ -z "$ending" ] || reason='the Pod ended'
  report "$code" "$reason"
}

thaw
while [ -z "$ending" ]; do
  if due; then collect; fi
  # The next minute, and a second more, or a timer that is early would see this minute again.
  [ -n "$ending$wanted" ] || pause $((61 - $(date +%s) % 60))
done
