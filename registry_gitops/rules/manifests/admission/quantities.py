"""Amounts of resources: their syntax, their names, and requests against limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule
from registry_gitops.rules.manifests.admission.syntax import is_open

_QUANTITY: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:(?P<unit>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exponent>[+-]?\d+))?"
)
_NANO: Final = 10**9
_UNITS: Final = {"n": 1, "u": 10**3, "m": 10**6, "": _NANO, "k": 10**12} | {
    unit: _NANO * 1000 ** (power + 2) for power, unit in enumerate("MGTPE")
}
_BINARY_UNITS: Final = {f"{unit}i": _NANO * 1024 ** (power + 1) for power, unit in enumerate("KMGTPE")}

_CONTAINER_RESOURCES: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_QUOTA_RESOURCES: Final = frozenset(
    {
        *("cpu", "memory", "ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers"),
        *("requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage"),
        *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
        *("secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"),
    }
)
_MEBIBYTE: Final = 2**20 * _NANO


@lru_cache(1024)
def billionths(value: str | int | float) -> int | None:
    """Return a quantity in billionths, or None if it is none."""
    found = _QUANTITY.fullmatch(str(value).strip())
    if not found or not (found["whole"] or found["part"]):
        return None
    unit = found["unit"] or ""
    scale = _UNITS[unit] if unit in _UNITS else _BINARY_UNITS[unit]
    part = found["part"] or ""
    exponent = min(int(found["exponent"] or 0), 18) - len(part)
    digits = int((found["whole"] or "0") + part) * scale
    amount = digits * 10**exponent if exponent >= 0 else digits // 10 ** min(-exponent, 400)
    return int(-amount if found["sign"] == "-" else amount)


def _is_quantity(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _quantity(value: Any) -> Iterable[Problem]:
    if not _is_quantity(value):
        return ()
    amount = billionths(value)
    if amount is None:
        return () if is_open(str(value)) else (Problem((), "this is no quantity", _remedy(str(value))),)
    return (Problem((), "the API server refuses quantities below 0", "write a quantity of at least 0"),) * (amount < 0)


def _remedy(text: str) -> str:
    number, unit = re.fullmatch(r"([\d.,]*)\s*(.*)", text.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    letter = unit[:1].upper()
    if number and letter in "KMGTPE" and letter and unit.lower().rstrip("b").rstrip("i").lower() == letter.lower():
        return f"write {number.replace(',', '.')}{letter}i"
    return "write a number with a unit such as m, k, M, G, Ki, Mi, or Gi, or without a unit"


def _above_zero(value: Any) -> Iterable[Problem]:
    if _is_quantity(value) and billionths(value) == 0:
        yield Problem((), "the API server refuses a size of 0", "write the size of the volume")


def _names(known: frozenset[str], prefixes: tuple[str, ...], remedy: str) -> Check:
    """Return a check of the names of resources."""

    def check(value: Any) -> Iterable[Problem]:
        if type(value) is not dict:
            return
        for name in value:
            if name not in known and "/" not in name and not name.startswith(prefixes) and not is_open(name):
                yield Problem((name,), "there is no resource of this name", remedy, on_key=True)

    return check


def _requests(value: Any) -> Iterable[Problem]:
    """Compare the requests of a container with its limits."""
    if type(value) is not dict:
        return
    requests, limits = value.get("requests"), value.get("limits")
    if type(requests) is not dict or type(limits) is not dict:
        return
    for name, request in requests.items():
        limit = limits.get(name)
        if limit is None or not _is_quantity(request) or not _is_quantity(limit) or request == limit:
            continue
        least, most = billionths(request), billionths(limit)
        if least is None or most is None:
            continue
        if least > most:
            message = f"the request of {name} is more than its limit"
            yield Problem(("requests", name), message, "lower the request, or raise the limit")
        elif least < most and _is_extended(name):
            message = f"the request of {name} is not equal to its limit, as it must be for such a resource"
            yield Problem(("requests", name), message, "write the same number into both")


def _is_extended(name: str) -> bool:
    return name.startswith("hugepages-") or ("/" in name and "kubernetes.io/" not in name)


def _without_unit(severity: Severity | None) -> Check:
    """Return a check for sizes in bytes, or in thousandths of a byte."""

    def check(value: Any) -> Iterable[Problem]:
        if not _is_quantity(value):
            return
        amount = billionths(value)
        if amount and 0 < amount < _MEBIBYTE:
            number = str(value).strip().rstrip("m")
            message = "this is less than one mebibyte"
            yield Problem((), message, f"write a unit, such as {number}Mi or {number}Gi", severity=severity)

    return check


_AMOUNTS: Final = "pod:resources.limits pod:resources.requests container:resources.limits container:resources.requests"

QUANTITY_RULES: Final = (
    FieldRule(
        "invalid-quantity",
        "The API server accepts the quantities",
        Severity.ERROR,
        """An amount of CPU, memory, or storage is no quantity of Kubernetes.

        Why: the API server refuses the object. A quantity is a number, with a unit or without: m, k, M, G, T, P, E, or
        Ki, Mi, Gi, Ti, Pi, Ei. There is no B, and the decimal separator is a point.

        Source: https://github.com/dynamical-org/reformatters/pull/158

        Bad: `storage: 10GB`   Good: `storage: 10Gi`
        """,
        {
            " ".join(f"{field}.*" for field in _AMOUNTS.split()): _quantity,
            "claim:resources.requests.* claim:resources.limits.* PersistentVolume:spec.capacity.*": _quantity,
            "ResourceQuota:spec.hard.* pod:volumes[].emptyDir.sizeLimit pod:overhead.*": _quantity,
            "LimitRange:spec.limits[].max.* LimitRange:spec.limits[].min.*": _quantity,
            "LimitRange:spec.limits[].default.* LimitRange:spec.limits[].defaultRequest.*": _quantity,
            "HorizontalPodAutoscaler.autoscaling:spec.metrics[].resource.target.averageValue": _quantity,
            "HorizontalPodAutoscaler.autoscaling:spec.metrics[].pods.target.averageValue": _quantity,
            "HorizontalPodAutoscaler.autoscaling:spec.metrics[].external.target.averageValue": _quantity,
            "HorizontalPodAutoscaler.autoscaling:spec.metrics[].external.target.value": _quantity,
            "claim:resources.requests.storage PersistentVolume:spec.capacity.storage": _above_zero,
        },
    ),
    FieldRule(
        "request-exceeds-limit",
        "Requests are within the limits",
        Severity.ERROR,
        """A container requests more than its limit.

        Why: the API server refuses the Pod. A LimitRange of the namespace can do the same where only one of both is
        written. Extended resources, such as GPUs, have a request that is equal to the limit.

        Source: https://github.com/hango-io/hango-gateway/pull/55

        Bad: `requests: {memory: 1Gi}` with `limits: {memory: 512Mi}`
        Good: `requests: {memory: 512Mi}` with `limits: {memory: 1Gi}`
        """,
        {"container:resources pod:resources": _requests},
    ),
    FieldRule(
        "unknown-resource",
        "Resources of containers and quotas exist",
        Severity.ERROR,
        """A name of a resource is none that the API server knows.

        Why: the API server refuses the object. Containers have cpu, memory, ephemeral-storage, and hugepages-SIZE; all
        other names have a domain, such as nvidia.com/gpu. Storage is requested by a claim.

        Source: https://github.com/pachyderm/pachyderm/issues/4038

        Bad: `limits: {mem: 1Gi}`   Good: `limits: {memory: 1Gi}`
        """,
        {
            _AMOUNTS: _names(
                _CONTAINER_RESOURCES, ("hugepages-",), "write cpu, memory, ephemeral-storage, or a name with a domain"
            ),
            "ResourceQuota:spec.hard": _names(
                _QUOTA_RESOURCES,
                ("hugepages-", "requests.", "limits."),
                "write a name such as pods, requests.memory, or count/deployments.apps",
            ),
        },
    ),
)

MISSING_UNITS: Final[dict[str, Check]] = {
    "container:resources.limits.memory pod:resources.limits.memory": _without_unit(None),
    "container:resources.requests.memory pod:resources.requests.memory": _without_unit(Severity.WARNING),
    "claim:resources.requests.storage": _without_unit(Severity.WARNING),
}
"""The part of the rule missing-unit that looks at manifests."""
