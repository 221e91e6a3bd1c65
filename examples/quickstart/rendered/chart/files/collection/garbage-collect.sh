# The collector itself, for collect-in-pod.sh and collect-in-job.sh, which source it.
#
# Needs: config (file), directory (for temporary files), GC_FLAGS, and GC_ROOT: the directory of the images, if they are
# files. Callers set started: the time, in seconds. Sets collector: the process, while it runs.
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
