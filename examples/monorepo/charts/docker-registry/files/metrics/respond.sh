#!/bin/sh
# Answer one HTTP request: GET of PATH with the metrics at URL, and everything else with 404, /debug/vars above all.
#
# usage: respond.sh PATH URL            The client is stdin and stdout: nc starts one for each connection.
set -u
path=$1 url=$2
carriage_return=$(printf '\r')

# usage: respond STATUS BODY
respond() {
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n' "$1"
  printf 'Content-Length: %d\r\n\r\n%s\n' "$(printf '%s\n' "$2" | wc -c)" "$2"
}

read -r -t 5 method target _ || exit 0
# To the end of the head: bytes that nobody has read would reset the connection, and the response with it.
lines=0
while read -r -t 5 line && [ -n "${line%"$carriage_return"}" ] && [ "$lines" -lt 100 ]; do lines=$((lines + 1)); done
case "$method ${target%%\?*}" in
  "GET $path") ;;
  *) respond '404 Not Found' "Only GET $path is served here." && exit 0 ;;
esac
if metrics=$(timeout 8 wget -q -O - "$url"); then
  respond '200 OK' "$metrics"
else
  respond '503 Service Unavailable' 'The registry does not answer.'
fi
