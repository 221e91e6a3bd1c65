"""States of the first registries that were broken on purpose, from Git to the Pod."""

from __future__ import annotations

from typing import Final

from tests.cluster.states.state import State, recorded

STATES: Final[tuple[State, ...]] = (
    recorded("ready", "ready", ready=True),
    recorded("stopped", "stopped by `replicaCount: 0`", ready=True),
    recorded("drift-undone", "Flux has undone a change by hand", ready=True),
    recorded("edited-by-hand", "a variable of the Deployment was set by hand", "drifted", ready=True),
    recorded("release-suspended", "the HelmRelease is suspended", "suspended", ready=True),
    recorded("kustomization-suspended", "the Kustomization is suspended", "suspended", ready=True),
    recorded("git-fails", "the Git repository is gone; an older revision runs", "git-failed", ready=True),
    recorded("apply-fails", "the newest revision cannot be applied", "apply-failed", ready=True),
    recorded("git-ahead", "the newest revision is not applied yet", "in-progress", ready=True),
    recorded("just-applied", "Flux has just applied the release", "in-progress"),
    recorded("image-not-pulled", "the image has a tag that does not exist", "image-not-pulled"),
    recorded("upgrade-fails", "an upgrade to such an image fails", "image-not-pulled"),
    recorded("retries-exhausted", "helm-controller has given up", "image-not-pulled", "retries-exhausted"),
    recorded("no-such-storage-class", "the storage class does not exist", "volume-not-bound"),
    recorded("claim-missing", "the existing claim does not exist", "volume-not-bound"),
    recorded("stopped-before-it-ran", "stopped, and its claim was never bound", "volume-not-bound"),
    recorded("pod-forbidden", "the Pod Security level forbids the Pod", "pod-forbidden"),
    recorded("quota-exceeded", "a quota has no room for the Pod", "quota-exceeded"),
    recorded("no-such-node", "no node has the labels of the node selector", "unschedulable"),
    recorded("secret-missing", "the Secret of a volume does not exist", "secret-missing"),
    recorded("secret-of-environment-missing", "the Secret of a variable does not exist", "secret-missing"),
    recorded("values-secret-missing", "the Secret of valuesFrom does not exist", "secret-missing"),
    recorded("crash-loop", "the registry refuses a variable", "crash-loop"),
    recorded("out-of-memory", "the memory limit is too low", "crash-loop"),
    recorded("probe-fails", "the readiness probe fails", "not-healthy"),
    recorded("values-refused", "the chart refuses a value", "values-refused"),
    recorded("values-refused-by-upgrade", "the chart refuses a value of an upgrade", "values-refused"),
    recorded("source-not-found", "the source of the chart does not exist", "source-not-found"),
    recorded("source-refused", "the server of the chart refuses connections", "source-failed"),
    recorded("source-without-route", "there is no route to the registry of the chart", "source-failed"),
    recorded("chart-not-in-git", "the folder of the chart is not in Git", "chart-not-found"),
    recorded("chart-not-in-index", "the index has no chart of this name", "chart-not-found"),
    recorded("chart-not-in-registry", "the registry has no such chart", "chart-not-found"),
    recorded("tag-not-in-registry", "the registry has no such version of the chart", "chart-not-found"),
    recorded("namespace-missing", "the Namespace does not exist", "apply-failed", "not-applied"),
    recorded("deployment-deleted", "the Deployment was deleted", "workload-gone"),
    recorded("scaled-by-hand", "scaled by hand, and a Pod starts", "in-progress", "drifted"),
    recorded("scaled-to-0-by-hand", "scaled to 0 by hand", "drifted"),
)
