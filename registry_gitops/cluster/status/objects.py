"""Kubernetes objects as kubectl prints them, with names for what is looked for in them. No models of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LABELLED: Final = "helm.toolkit.fluxcd.io"
"""Before /name and /namespace: labels by which helm-controller marks what belongs to a HelmRelease."""


@dataclass(frozen=True)
class Condition:
    """One of an object's `status.conditions`; `Missing` is that of an object that says nothing of the kind."""

    status: str = "Missing"
    reason: str = ""
    message: str = ""
    since: datetime | None = None
    generation: int = 0
    """The spec that it is about."""

    @property
    def true(self) -> bool:
        """Whether it holds."""
        return self.status == "True"

    @property
    def false(self) -> bool:
        """Whether it does not, for certain."""
        return self.status == "False"


@dataclass(frozen=True)
class Object:
    """One object. What it lacks is empty: an object of the API may lack nearly everything."""

    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Such as Pod."""
        return str(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        """Its name in its namespace."""
        return self.text("metadata.name")

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.text("metadata.namespace")

    @property
    def uid(self) -> str:
        """What tells it from one of the same name that was there before."""
        return self.text("metadata.uid")

    @property
    def generation(self) -> int:
        """How often its spec has changed."""
        return self.number("metadata.generation")

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        found: Mapping[str, str] = self.map("metadata.labels")
        return found

    @property
    def created(self) -> datetime | None:
        """When it was made."""
        return time_of(self.text("metadata.creationTimestamp"))

    def __str__(self) -> str:
        """As people name it: Kind/name."""
        return f"{self.kind}/{self.name}"

    def at(self, path: str) -> Any:
        """What stands at a path such as spec.replicas; None where nothing does."""
        found: Any = self.data
        for key in path.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(key)
        return found

    def text(self, path: str) -> str:
        """The text at a path, or ""."""
        found = self.at(path)
        return found if isinstance(found, str) else ""

    def number(self, path: str, default: int = 0) -> int:
        """The whole number at a path, or the default."""
        found = self.at(path)
        return found if isinstance(found, int) else default

    def map(self, path: str) -> Mapping[str, Any]:
        """The map at a path, or an empty one."""
        found = self.at(path)
        return found if isinstance(found, Mapping) else {}

    def items(self, path: str) -> tuple[Mapping[str, Any], ...]:
        """The maps of the list at a path."""
        found = self.at(path)
        return tuple(item for item in found if isinstance(item, Mapping)) if isinstance(found, list) else ()

    def condition(self, type_: str) -> Condition:
        """Its condition of a type."""
        for found in self.items("status.conditions"):
            if found.get("type") == type_:
                condition = Object(found)
                return Condition(
                    condition.text("status"),
                    condition.text("reason"),
                    condition.text("message"),
                    time_of(condition.text("lastTransitionTime")),
                    condition.number("observedGeneration"),
                )
        return Condition()

    @property
    def observed(self) -> bool:
        """Whether the controller has seen the current spec; True if suspended, because no controller looks at it then.

        A controller that fails may report the generation in the conditions only.
        """
        return self.suspended or self._observed_by("Ready", "Reconciling", "Stalled")

    @property
    def ready(self) -> bool:
        """Whether a Flux object is ready with its current spec; if suspended, with the last one that was looked at."""
        return self.condition("Ready").true and (self.suspended or self._observed_by("Ready"))

    def _observed_by(self, *conditions: str) -> bool:
        seen = (self.condition(each).generation for each in conditions)
        return max(self.number("status.observedGeneration"), *seen) >= self.generation

    @property
    def suspended(self) -> bool:
        """Whether Flux was told not to look at it."""
        return self.at("spec.suspend") is True

    def owned_by(self, other: Object) -> bool:
        """Whether `other` made it."""
        return any(owner.get("uid") == other.uid for owner in self.items("metadata.ownerReferences"))

    def belongs_to(self, release: Object) -> bool:
        """Whether helm-controller made it for `release`."""
        return (self.labels.get(f"{LABELLED}/name"), self.labels.get(f"{LABELLED}/namespace")) == (
            release.name,
            release.namespace,
        )

    def is_(self, kind: str, namespace: str, name: str) -> bool:
        """Whether it is the one of that name."""
        return (self.kind, self.namespace, self.name) == (kind, namespace, name)


@dataclass(frozen=True)
class Container:
    """A container of a Pod, as it is."""

    name: str
    ready: bool
    restarts: int
    waiting: str
    """Reason for which it waits, such as CrashLoopBackOff, or ""."""
    message: str
    """What the kubelet says of that."""
    started: datetime | None
    """Since when it runs; None where it does not."""
    ended: Mapping[str, Any]
    """How the one before it ended: exitCode, reason, finishedAt. Empty where there was none."""
    image: str


def containers(pod: Object) -> Iterator[Container]:
    """Those of a Pod, the ones that run first included."""
    for found in (*pod.items("status.initContainerStatuses"), *pod.items("status.containerStatuses")):
        state = Object(found.get("state") or {})
        before = Object(found.get("lastState") or {}).map("terminated")
        yield Container(
            found.get("name", ""),
            bool(found.get("ready")),
            found.get("restartCount", 0),
            state.text("waiting.reason"),
            state.text("waiting.message"),
            time_of(state.text("running.startedAt")),
            state.map("terminated") or before,
            found.get("image", ""),
        )


def time_of(text: str | None) -> datetime | None:
    """A time of the API, 2026-11-25T04:20:27Z, with or without a fraction; None for none."""
    return datetime.fromisoformat(text) if text else None
