# The collector itself, for collect-in-pod.sh and collect-in-job.sh, which source it.
#
# Needs: scripts and directory (for temporary files), config (file), GC_FLAGS, and GC_ROOT: the directory of the images, if
# they are files. Callers set started: the time, in seconds, and ending, and define pause. Sets collector: the process,
# while it runs.
collector=''

start_collector() {
  rm -f "$directory/output"
  mkfifo "$directory/output"
  # It names each blob that it keeps: only the summary is of use.
  grep ' blobs marked, ' <"$directory/output" >"$directory/summary" &
  summarizer=$!
  # shellcheck disable=SC2086
  registry garbage-collect $GC_FLAGS "$config" >"$directory/output" &
  collector=$!
}

is_collecting() { kill -0 "$collector" 2>/dev/null; }

# Wait for the collector, and set code: how it ended.
finish_collector() {
  while wait "$collector"; code=$?; is_collecting; do :; done
  wait "$summarizer"
  collector=''
}

# A volume without a blob, in which the collector fails.
has_nothing() { [ -n "${GC_ROOT:-}" ] && [ ! -e "$GC_ROOT/docker/registry/v2/blobs" ]; }

# Empty a cache in Redis, or set reason. It would go on to know the blobs that are deleted, and a client would not push them
# again. Before the first deletion is enough: a read-only registry has no cache, so nothing fills it.
empty_cache() {
  [ -n "${GC_REDIS:-}" ] || return 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    reason=$(sh "$scripts/empty-cache.sh") && return 0
    [ -z "$ending" ] || break
    pause 1
  done
  return 1
}

# usage: report CODE REASON       One line, which `registry-gitops status` reads too.
report() {
  end=$(date +%s) kept='' blobs='' manifests=''
  [ -s "$directory/summary" ] && read -r kept _ _ blobs _ _ manifests _ <"$directory/summary"
  rm -f "$directory/summary"
  # The collector ends its last words without a newline.
  [ "$1" = 0 ] || echo
  echo "garbage-collection start=$(timestamp "$started") end=$(timestamp "$end") seconds=$((end - started)) exit=$1" \
    "deleted_blobs=${blobs:-0} deleted_manifests=${manifests:-0} kept_blobs=${kept:-0}${2:+ reason=\"$2\"}"
}

timestamp() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
