#!/bin/sh
# Whether a schedule names a minute: exit code 0, else 1.
#
# usage: due.sh SCHEDULE MINUTE HOUR DAY MONTH WEEKDAY        as `date -u '+%M %H %d %m %w'` prints them
# SCHEDULE has the five fields of a CronJob: minute, hour, day of month, month, day of week (0 is Sunday); each is `*`, or
# a list of numbers and ranges; `*` and ranges can have a step. Where day of month and day of week are both restricted,
# one of them is enough.
set -uf

# usage: contains FIELD VALUE FIRST          FIRST is the least value that the field can have
contains() (
  value=$(decimal "$2")
  IFS=,
  for item in $1; do
    step=1
    case $item in */*) step=$(decimal "${item#*/}") ;; esac
    case ${item%/*} in
      '*') first=$3 last=59 ;;
      *-*) first=${item%-*} last=${item#*-} last=${last%/*} ;;
      *) first=$item last=$item ;;
    esac
    first=$(decimal "$first") last=$(decimal "$last")
    [ "$value" -ge "$first" ] && [ "$value" -le "$last" ] && [ $(((value - first) % step)) = 0 ] && exit 0
  done
  exit 1
)

# 08 is no number to the shell, which takes it for an octal one.
decimal() {
  number=${1#0}
  echo "${number:-0}"
}

schedule=$1 minute=$2 hour=$3 day=$4 month=$5 weekday=$6
# shellcheck disable=SC2086
set -- $schedule
contains "$1" "$minute" 0 && contains "$2" "$hour" 0 && contains "$4" "$month" 1 || exit 1
case "$3 $5" in
  '* '* | '*/1 '* | *' *' | *' */1') contains "$3" "$day" 1 && contains "$5" "$weekday" 0 ;;
  *) contains "$3" "$day" 1 || contains "$5" "$weekday" 0 ;;
esac
