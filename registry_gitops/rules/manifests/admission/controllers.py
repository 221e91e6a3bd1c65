"""What controllers do with Pods: strategies, schedules, autoscaling, and disruption budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule
from registry_gitops.rules.manifests.admission.pod_containers import mappings, names_in
from registry_gitops.rules.manifests.admission.syntax import is_open

_PERCENT: Final = re.compile(r"[0-9]+%")


def _amount(value: Any) -> int | None:
    """Return a number of Pods, or a percentage of them as its number."""
    if type(value) is int:
        return value
    return int(value[:-1]) if isinstance(value, str) and _PERCENT.fullmatch(value) else None


def _surge(value: Any) -> Iterable[Problem]:
    """Check a number of Pods, or a percentage, which can be more than all of them."""
    if isinstance(value, bool) or not isinstance(value, int | str) or (isinstance(value, str) and is_open(value)):
        return
    amount = _amount(value)
    if amount is None:
        remedy = f"write {value}" if isinstance(value, str) and value.isdecimal() else "write 1 or 25%, for example"
        yield Problem((), "this is neither a number nor a percentage", remedy)
    elif amount < 0:
        yield Problem((), "the API server refuses numbers below 0", "write a number of at least 0")


def _pods(value: Any) -> Iterable[Problem]:
    """Check a number of Pods, or a percentage."""
    yield from _surge(value)
    if isinstance(value, str) and (_amount(value) or 0) > 100:
        yield Problem((), "the API server refuses more than 100%", "write at most 100%")


def _strategy(value: Any) -> Iterable[Problem]:
    """Check the strategy of a workload."""
    if type(value) is not dict:
        return
    kind, rolling = value.get("type"), value.get("rollingUpdate")
    if rolling is not None and kind in ("Recreate", "OnDelete"):
        yield Problem(("rollingUpdate",), f"rollingUpdate does not go with {kind}", "delete rollingUpdate", on_key=True)


def _deployment_steps(value: Any) -> Iterable[Problem]:
    if type(value) is dict and _amount(value.get("maxUnavailable")) == 0 and _amount(value.get("maxSurge")) == 0:
        message = "maxSurge and maxUnavailable are both 0, so that no Pod can be replaced"
        yield Problem(("maxUnavailable",), message, "raise one of both")


def _daemon_steps(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    surge, unavailable = _amount(value.get("maxSurge")), _amount(value.get("maxUnavailable"))
    if surge and value.get("maxUnavailable") is None:
        unavailable = 1
    if surge and unavailable:
        message = "a DaemonSet has either maxSurge or maxUnavailable; without it, maxUnavailable is 1"
        yield Problem(("maxSurge",), message, "write maxUnavailable: 0, or delete maxSurge")
    elif unavailable == 0 and not surge:
        message = "maxSurge and maxUnavailable are both 0, so that no Pod can be replaced"
        yield Problem(("maxUnavailable",), message, "raise one of both")


def _restart_policy(*accepted: str) -> Check:
    def check(value: Any) -> Iterable[Problem]:
        if isinstance(value, str) and value not in accepted and not is_open(value):
            names = " or ".join(accepted)
            yield Problem((), f"the Pods of this kind have restartPolicy {names}", f"write {names}")

    return check


def _job_pod(value: Any) -> Iterable[Problem]:
    """Find Jobs without restartPolicy: the default of Pods does not go with Jobs."""
    if type(value) is not dict or value.get("restartPolicy") not in (None, ""):
        return
    if all("image" in container for _, container in mappings(value.get("containers"))):
        message = "a Job needs restartPolicy Never or OnFailure, and the default is Always"
        yield Problem((), message, "add restartPolicy: Never, or OnFailure", on_key=True)


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_NAMES: Final[tuple[dict[str, int], ...]] = (
    {},
    {},
    {},
    {name: number for number, name in enumerate(_MONTHS, 1)},
    {name: number for number, name in enumerate(_DAYS)},
)
_CRON_LIMITS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_CRON_FIELDS: Final = ("minute", "hour", "day of the month", "month", "day of the week")
_CRON_MACROS: Final = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_TIME_ZONE: Final = re.compile(r"(?!(?:UTC|GMT)[+-]|Local\b)[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z0-9_+-]*)*")
_EVERY: Final = re.compile(r"@every ([+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+")


def _cron_number(text: str, index: int) -> int | None:
    named = _CRON_NAMES[index].get(text.lower())
    return named if named is not None else int(text) if text.isascii() and text.isdecimal() else None


def _is_cron_part(part: str, index: int) -> bool:
    """Check one of the parts between commas: *, ?, N, N-M, each with /STEP or without."""
    least, most = _CRON_LIMITS[index]
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdecimal() and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    first, dash, last = span.partition("-")
    start = _cron_number(first, index)
    end = _cron_number(last, index) if dash else most if slash else start
    return start is not None and end is not None and least <= start <= end <= most


def _schedule(value: Any) -> Iterable[Problem]:
    if not isinstance(value, str) or is_open(value):
        return
    if value.startswith(("TZ=", "CRON_TZ=")):
        yield Problem((), "a schedule has no time zone", "write the time zone into timeZone")
        return
    if value.startswith("@"):
        if value not in _CRON_MACROS and not _EVERY.fullmatch(value):
            yield Problem((), "there is no such schedule", "write five fields, or one of @hourly, @daily, and @weekly")
        return
    fields = value.split()
    if len(fields) != 5:
        message = f"a schedule has 5 fields, and this one has {len(fields)}"
        yield Problem((), message, "write minute, hour, day of the month, month, and day of the week")
        return
    for index, field in enumerate(fields):
        if not all(_is_cron_part(part, index) for part in field.split(",")):
            least, most = _CRON_LIMITS[index]
            message = f"the {_CRON_FIELDS[index]} of the schedule is invalid"
            yield Problem((), message, f"write numbers from {least} to {most}, *, ranges, or steps such as */5")


def _time_zone(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and not _TIME_ZONE.fullmatch(value) and not is_open(value):
        message = "this is no name of a time zone"
        yield Problem((), message, "write a name such as Etc/UTC or Europe/Berlin, with its capital letters")


def _budget(value: Any) -> Iterable[Problem]:
    if type(value) is dict and value.get("minAvailable") is not None and value.get("maxUnavailable") is not None:
        message = "a budget has either minAvailable or maxUnavailable"
        yield Problem(("maxUnavailable",), message, "delete one of both", on_key=True)


_METRICS: Final = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}


def _autoscaler(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    least, most = value.get("minReplicas"), value.get("maxReplicas")
    if type(least) is int and type(most) is int and least > most >= 1:
        yield Problem(("maxReplicas",), "maxReplicas is less than minReplicas", "raise it, or lower minReplicas")
    if type(least) is int and least == 0 and not names_in(value.get("metrics"), "type") & {"Object", "External"}:
        message = "minReplicas is 0, which needs a metric of the type Object or External"
        yield Problem(("minReplicas",), message, "write 1")


def _metric(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    kind = value.get("type")
    if not isinstance(kind, str) or is_open(kind):
        return
    if kind not in _METRICS:
        yield Problem(("type",), f"the API server accepts only {', '.join(_METRICS)}", "write one of them")
        return
    wanted = _METRICS[kind]
    others = [key for key in _METRICS.values() if key != wanted and value.get(key) is not None]
    if others:
        message = f"a metric of type {kind} has no {others[0]}"
        yield Problem((others[0],), message, f"delete it, or change the type to {others[0]}", on_key=True)
    elif value.get(wanted) is None:
        message = f"a metric of type {kind} needs the field {wanted}"
        yield Problem(("type",), message, f"add {wanted}", severity=Severity.WARNING)


_TARGETS: Final = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}


def _target(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    kind = value.get("type")
    if isinstance(kind, str) and kind not in _TARGETS and not is_open(kind):
        yield Problem(("type",), f"the API server accepts only {', '.join(_TARGETS)}", "write one of them")


_BEHIND: Final = "HorizontalPodAutoscaler.autoscaling:spec.metrics[]."

CONTROLLER_RULES: Final = (
    FieldRule(
        "invalid-strategy",
        "The API server accepts the strategies of updates",
        Severity.ERROR,
        """The strategy of a workload has fields that do not go together.

        Why: the API server refuses the object. Recreate and OnDelete have no rollingUpdate, and an update that can
        neither add nor remove a Pod never begins.

        Source: https://github.com/bitnami/charts/issues/6078

        Bad: `strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}`   Good: `strategy: {type: Recreate}`
        """,
        {
            "Deployment.apps:spec.strategy StatefulSet.apps:spec.updateStrategy": _strategy,
            "Deployment.apps:spec.strategy.rollingUpdate": _deployment_steps,
            "DaemonSet.apps:spec.updateStrategy.rollingUpdate": _daemon_steps,
        },
    ),
    FieldRule(
        "invalid-pod-count",
        "Numbers of Pods are numbers or percentages",
        Severity.ERROR,
        """A number of Pods is a text that is no percentage, or is more than 100%.

        Why: the API server refuses the object. A number in quotes is a text.

        Source: https://github.com/open-metadata/openmetadata-helm-charts/issues/221

        Bad: `maxUnavailable: "1"`   Good: `maxUnavailable: 1`
        """,
        {
            "Deployment.apps:spec.strategy.rollingUpdate.maxUnavailable": _pods,
            "Deployment.apps:spec.strategy.rollingUpdate.maxSurge": _surge,
            "DaemonSet.apps:spec.updateStrategy.rollingUpdate.maxUnavailable": _pods,
            "DaemonSet.apps:spec.updateStrategy.rollingUpdate.maxSurge": _pods,
            "PodDisruptionBudget.policy:spec.minAvailable PodDisruptionBudget.policy:spec.maxUnavailable": _pods,
        },
    ),
    FieldRule(
        "invalid-restart-policy",
        "Pods have the restartPolicy of their kind",
        Severity.ERROR,
        """The restartPolicy of Pods is none that their kind can have.

        Why: the API server refuses the object. Pods of Deployments, StatefulSets, and DaemonSets have Always; those of
        Jobs and CronJobs have Never or OnFailure, and must say which.

        Source: https://github.com/kubernetes/kubernetes/issues/88257

        Bad: a Job without `restartPolicy`   Good: a Job with `restartPolicy: Never`
        """,
        {
            "Deployment.apps:spec.template.spec.restartPolicy": _restart_policy("Always"),
            "StatefulSet.apps:spec.template.spec.restartPolicy": _restart_policy("Always"),
            "DaemonSet.apps:spec.template.spec.restartPolicy": _restart_policy("Always"),
            "ReplicaSet.apps:spec.template.spec.restartPolicy": _restart_policy("Always"),
            "job:template.spec.restartPolicy": _restart_policy("Never", "OnFailure"),
            "job:template.spec": _job_pod,
        },
    ),
    FieldRule(
        "invalid-schedule",
        "The API server accepts the schedules",
        Severity.ERROR,
        """The schedule of a CronJob is none, or names a time zone.

        Why: the API server refuses the object. A schedule has five fields; the day of the week is 0 to 6. The time zone
        has a field of its own.

        Source: https://github.com/nixys/nxs-universal-chart/issues/76

        Bad: `schedule: TZ=Europe/Berlin 0 3 * * *`   Good: `schedule: 0 3 * * *` with `timeZone: Europe/Berlin`
        """,
        {"CronJob.batch:spec.schedule": _schedule, "CronJob.batch:spec.timeZone": _time_zone},
    ),
    FieldRule(
        "invalid-disruption-budget",
        "The API server accepts the disruption budgets",
        Severity.ERROR,
        """A PodDisruptionBudget has both minAvailable and maxUnavailable.

        Why: the API server refuses the object.

        Source: https://github.com/external-secrets/external-secrets/issues/2130

        Bad: `minAvailable: 1` with `maxUnavailable: 1`   Good: `maxUnavailable: 1`
        """,
        {"PodDisruptionBudget.policy:spec": _budget},
    ),
    FieldRule(
        "invalid-autoscaler",
        "The API server accepts the autoscalers",
        Severity.ERROR,
        """A HorizontalPodAutoscaler has impossible limits, or a metric without its source.

        Why: the API server refuses the object. maxReplicas is at least minReplicas, and a metric has the one source
        that its type names.

        Source: https://github.com/open-telemetry/opentelemetry-operator/issues/4160

        Bad: `minReplicas: 3` with `maxReplicas: 2`   Good: `minReplicas: 2` with `maxReplicas: 3`
        """,
        {
            "HorizontalPodAutoscaler.autoscaling:spec": _autoscaler,
            "HorizontalPodAutoscaler.autoscaling:spec.metrics[]": _metric,
            " ".join(f"{_BEHIND}{source}.target" for source in _METRICS.values()): _target,
        },
    ),
)
