#!/bin/sh
# Delete every entry of the cache in Redis. If that fails, print why, and exit with 1.
#
# usage: empty-cache.sh
# Environment: GC_REDIS (host:port), GC_REDIS_DB, GC_REDIS_USERNAME, and REGISTRY_REDIS_PASSWORD, which is YAML.
set -uf

# The text that YAML means: plain, or in quotes. A Secret has awkward passwords in double quotes, as JSON.
password() {
  awk '
    function digit(text) { return index("0123456789abcdef", tolower(text)) - 1 }
    function put(code) {
      if (code < 128) { printf "%c", code; return }
      if (code < 2048) printf "%c", 192 + int(code / 64)
      else printf "%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64
      printf "%c", 128 + code % 64
    }
    BEGIN {
      text = ENVIRON["REGISTRY_REDIS_PASSWORD"]
      gsub(/^[ \t\n]+|[ \t\n]+$/, "", text)
      quote = substr(text, 1, 1)
      if (quote != "\"" && quote != "\047") { sub(/[ \t]+#.*/, "", text); printf "%s", text; exit }
      text = substr(text, 2, length(text) - 2)
      if (quote == "\047") { gsub(/\047\047/, "\047", text); printf "%s", text; exit }
      while (place = index(text, "\\")) {
        printf "%s", substr(text, 1, place - 1)
        letter = substr(text, place + 1, 1)
        text = substr(text, place + 2)
        if (letter == "u") {
          code = 0
          for (i = 1; i <= 4; i++) code = code * 16 + digit(substr(text, i, 1))
          put(code)
          text = substr(text, 5)
        } else printf "%s", letter
      }
      printf "%s", text
    }'
}

# usage: command_of WORD...       One command of Redis, as its protocol has it.
command_of() {
  printf '*%s\r\n' "$#"
  for word in "$@"; do printf '$%s\r\n%s\r\n' "$(printf %s "$word" | wc -c | tr -d ' ')" "$word"; done
}

commands() {
  if [ -n "${REGISTRY_REDIS_PASSWORD:-}" ]; then
    if [ -n "$GC_REDIS_USERNAME" ]; then command_of AUTH "$GC_REDIS_USERNAME" "$(password)"; else command_of AUTH "$(password)"; fi
  fi
  command_of SELECT "$GC_REDIS_DB"
  command_of FLUSHDB ASYNC
  command_of QUIT
}

host=${GC_REDIS%:*} port=${GC_REDIS##*:}
host=${host#[} host=${host%]}
replies=$(commands | timeout 5 nc "$host" "$port" 2>&1 | tr -d '\r"')
expected=3
[ -z "${REGISTRY_REDIS_PASSWORD:-}" ] || expected=4
# Not from a comma on: there, Redis repeats what it was sent.
problem=$(printf '%s\n' "$replies" | grep -v '^+OK$' | head -n 1 | cut -d , -f 1)
[ -z "$problem" ] && [ "$(printf '%s\n' "$replies" | grep -c '^+OK$')" = "$expected" ] && exit 0
echo "the cache at $GC_REDIS cannot be emptied: ${problem:-no answer}"
exit 1
