#!/bin/sh
# Collect garbage once, while keep-read-only.sh allows it.
#
# usage: collect-in-job.sh CONFIG DIRECTORY
# DIRECTORY/allowed has the time at which every Pod was read-only; older than 20 seconds, it is worth nothing.
set -uf
config=$1 directory=$2
scripts=${0%/*}
# shellcheck source=garbage-collect.sh
. "$scripts/garbage-collect.sh"
ending=''
trap 'ending=1' TERM INT

allowed() {
  time=0
  [ ! -e "$directory/allowed" ] || { read -r time <"$directory/allowed"; } 2>/dev/null
  [ $(($(date +%s) - ${time:-0})) -le 20 ]
}

pause() { sleep 1 & wait $!; }

until allowed; do
  [ -z "$ending" ] && [ ! -e "$directory/stop" ] || exit 1
  pause
done
started=$(date +%s) reason=''
if has_nothing; then
  code=0
elif ! empty_cache; then
  code=1
elif ! allowed; then
  code=1 reason='not every Pod was read-only'
else
  start_collector
  while is_collecting; do
    if [ -n "$ending" ]; then reason='the Pod ended'; elif ! allowed; then reason='not every Pod was read-only'; fi
    [ -z "$reason" ] || kill -KILL "$collector"
    pause
  done
  finish_collector
fi
report "$code" "$reason"
exit "$code"
