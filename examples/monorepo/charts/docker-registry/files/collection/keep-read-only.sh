#!/bin/sh
# Keep the Pods of the Deployment read-only for as long as the container garbage-collection of this Pod collects.
#
# usage: keep-read-only.sh DIRECTORY      DIRECTORY is shared with collect-in-job.sh. Needs kubectl.
# Environment: NAMESPACE, DEPLOYMENT, SELECTOR (of its Pods), POD (this one), FREEZE_SECONDS, and
# API_SECONDS: for how long requests are repeated that the API server does not answer.
#
# The collector may run while DIRECTORY/allowed has the time of a few seconds ago. That is written only while every Pod
# that can accept a request was created read-only, as its label says; Pods that are ending count. Without permission, the
# collector is killed: on a node that has lost the API server, it would otherwise run on when another Job has ended the
# read-only service.
# The changes of the Deployment are entries that the chart does not have, so neither Helm nor Flux undoes them. They are
# taken back after every ending. Exit code: 0, 3 if garbage was not collected, or 1 if nothing was changed, or the changes
# could not be taken back: the Job then tries again, and its next Pod takes them back.
set -u
directory=$1 pods=''
only=docker-registry/access ending='' sleeper=''
trap 'ending=1; [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null' TERM INT

# Not with --request-timeout: with that, kubectl does not look for the API server of its Pod, but on localhost.
api() { timeout 20 kubectl --namespace "$NAMESPACE" --cache-dir "$directory/cache" "$@"; }
say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"; }

pause() {
  sleep "$1" & sleeper=$!
  wait "$sleeper"
  sleeper=''
}

# usage: patch LABEL VARIABLE...       values of JSON
patch() {
  label=$1 first=$2 second=$3
  api patch deployment "$DEPLOYMENT" --field-manager garbage-collection --type strategic --patch "{\"spec\": {\"template\": {
    \"metadata\": {\"labels\": {\"$only\": $label}},
    \"spec\": {\"containers\": [{\"name\": \"registry\", \"env\": [
      {\"name\": \"REGISTRY_STORAGE_MAINTENANCE\", $first},
      {\"name\": \"REGISTRY_STORAGE_CACHE\", $second}]}]}}}}"
}

freeze() { patch '"read-only"' '"value": "{readonly: {enabled: true}}"' '"value": "{}"'; }

thaw() {
  rm -f "$directory/allowed"
  deadline=$(($(date +%s) + API_SECONDS))
  until patch null '"$patch": "delete"' '"$patch": "delete"'; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    say 'cannot end the read-only service: trying again'
    sleep 5
  done
}

# Pods that may accept pushes: any that were not created read-only, and have not ended.
writers() {
  api get pods --selector "$SELECTOR,$only!=read-only" --output name \
    --field-selector 'status.phase!=Failed,status.phase!=Succeeded'
}

# Whether the Deployment has Pods of its newest version only.
rolled_out() {
  counts=$(api get deployment "$DEPLOYMENT" --output \
    'jsonpath={.metadata.generation},{.status.observedGeneration},{.spec.replicas},{.status.updatedReplicas},{.status.replicas}') ||
    return 1
  IFS=, read -r generation observed wanted updated all <<END
$counts
END
  [ "${observed:-0}" -ge "$generation" ] && [ "${updated:-0}" = "$wanted" ] && [ "${all:-0}" = "$wanted" ]
}

all_read_only() { pods=$(writers) && [ -z "$pods" ]; }

allow() {
  date +%s >"$directory/allowed.new"
  mv "$directory/allowed.new" "$directory/allowed"
}

wait_until_read_only() {
  deadline=$(($(date +%s) + FREEZE_SECONDS))
  until rolled_out && all_read_only; do
    [ -z "$ending" ] && [ "$(date +%s)" -lt "$deadline" ] || return 1
    pause 1
  done
}

# How the collector ended, or nothing while it runs.
collector_code() {
  api get pod "$POD" --output \
    'jsonpath={.status.containerStatuses[?(@.name=="garbage-collection")].state.terminated.exitCode}'
}

# A request that fails renews no permission, and the collector waits for none: it is killed, if they go on to fail.
watch_collector() {
  deadline=$(($(date +%s) + API_SECONDS))
  while [ -z "$ending" ]; do
    if pods=$(writers); then
      [ -z "$pods" ] || break
      allow
      deadline=$(($(date +%s) + API_SECONDS))
    elif [ "$(date +%s)" -ge "$deadline" ]; then
      break
    fi
    code=$(collector_code) && [ -n "$code" ] && return 0
    pause 2
  done
  rm -f "$directory/allowed"
  return 1
}

say "making the Pods of deployment/$DEPLOYMENT read-only"
code='' exit=3
if ! freeze; then
  # The Job tries again.
  problem='the deployment cannot be changed' exit=1
elif ! wait_until_read_only; then
  problem="not every Pod is read-only: ${pods:-the rollout has not ended}"
elif ! watch_collector; then
  problem="these Pods may accept pushes: ${pods:-unknown, the API server does not answer}"
else
  problem="the collector ended with $code"
fi
: >"$directory/stop"
# The collector looks for its permission each second.
[ -n "$code" ] || pause 3
if ! thaw; then
  say "the Pods of deployment/$DEPLOYMENT stay read-only until the next Pod of this Job, or the next Job"
  exit 1
fi
say "the Pods of deployment/$DEPLOYMENT accept pushes again as soon as they are replaced"
[ "$code" = 0 ] && exit 0
say "garbage was not collected: ${ending:+this Pod was ended, }$problem"
[ -z "$ending" ] || exit 143
exit "$exit"
