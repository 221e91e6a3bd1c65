"""Kubernetes objects as kubectl prints them, with accessors for the fields that `status` reads. No models of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

RELEASE_LABELS: Final = "helm.toolkit.fluxcd.io"
"""Prefix of the labels /name and /namespace, with which helm-controller marks the objects of a HelmRelease."""
_RECOVERY_TIME: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Reference:
    """The identity of an object."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Kind/namespace/name, as Flux writes it; Kind/name for an object without a namespace."""
        return "/".join(filter(None, (self.kind, self.namespace, self.name)))


@dataclass(frozen=True)
class Condition:
    """One of the `status.conditions`. The default stands for a condition that the object does not have."""

    status: str = "Missing"
    reason: str = ""
    message: str = ""
    since: datetime | None = None
    generation: int = 0
    """Generation of the object that the condition is about."""

    @property
    def is_true(self) -> bool:
        """Whether its status is True."""
        return self.status == "True"

    @property
    def is_false(self) -> bool:
        """Whether its status is False, not Unknown or missing."""
        return self.status == "False"


@dataclass(frozen=True)
class Object:
    """One object. Fields that it lacks are empty: the API may omit nearly all of them."""

    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Kind, such as Pod."""
        return str(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return self.text("metadata.name")

    @property
    def namespace(self) -> str:
        """`metadata.namespace`; empty if the kind has no namespace."""
        return self.text("metadata.namespace")

    @property
    def reference(self) -> Reference:
        """Kind, namespace, and name."""
        return Reference(self.kind, self.namespace, self.name)

    @property
    def uid(self) -> str:
        """`metadata.uid`, which differs from that of an earlier object of the same name."""
        return self.text("metadata.uid")

    @property
    def generation(self) -> int:
        """Number of changes of the spec."""
        return self.number("metadata.generation")

    @property
    def labels(self) -> Mapping[str, str]:
        """`metadata.labels`."""
        labels: Mapping[str, str] = self.map("metadata.labels")
        return labels

    @property
    def created(self) -> datetime | None:
        """`metadata.creationTimestamp`."""
        return parse_time(self.text("metadata.creationTimestamp"))

    def __str__(self) -> str:
        """Kind/name."""
        return f"{self.kind}/{self.name}"

    def get(self, path: str) -> Any:
        """Return the value at a path such as spec.replicas, or None."""
        value: Any = self.data
        for key in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def text(self, path: str) -> str:
        """Return the text at a path, or ""."""
        value = self.get(path)
        return value if isinstance(value, str) else ""

    def number(self, path: str, default: int = 0) -> int:
        """Return the whole number at a path, or the default."""
        value = self.get(path)
        return value if isinstance(value, int) else default

    def map(self, path: str) -> Mapping[str, Any]:
        """Return the map at a path, or an empty one."""
        value = self.get(path)
        return value if isinstance(value, Mapping) else {}

    def items(self, path: str) -> tuple[Mapping[str, Any], ...]:
        """Return the maps in the list at a path."""
        value = self.get(path)
        return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()

    def condition(self, type_: str) -> Condition:
        """Return its condition of a type."""
        for condition in map(Object, self.items("status.conditions")):
            if condition.get("type") == type_:
                return Condition(
                    condition.text("status"),
                    condition.text("reason"),
                    condition.text("message"),
                    parse_time(condition.text("lastTransitionTime")),
                    condition.number("observedGeneration"),
                )
        return Condition()

    @property
    def is_observed(self) -> bool:
        """Whether its controller has processed the current spec; True if suspended, because no controller does then.

        A controller that fails may report the generation in the conditions only.
        """
        return self.is_suspended or self._is_observed_by("Ready", "Reconciling", "Stalled")

    @property
    def is_ready(self) -> bool:
        """Whether a Flux object is ready with its current spec; if suspended, with the last one that was processed."""
        return self.condition("Ready").is_true and (self.is_suspended or self._is_observed_by("Ready"))

    def _is_observed_by(self, *conditions: str) -> bool:
        generations = (self.condition(type_).generation for type_ in conditions)
        observed = max(self.number("status.observedGeneration"), *generations)
        # Its status has no generation of its own, and not every maker of artifacts has one in the condition.
        is_untold = self.kind == "ExternalArtifact" and bool(self.map("status.artifact")) and not observed
        return is_untold or observed >= self.generation

    @property
    def is_being_deleted(self) -> bool:
        """Whether it has a `metadata.deletionTimestamp`: it exists until its finalizers are removed."""
        return bool(self.text("metadata.deletionTimestamp"))

    @property
    def is_suspended(self) -> bool:
        """Whether `spec.suspend` tells Flux not to process it."""
        return self.get("spec.suspend") is True

    def is_owned_by(self, other: Object) -> bool:
        """Return whether `other` is one of its ownerReferences."""
        return any(owner.get("uid") == other.uid for owner in self.items("metadata.ownerReferences"))

    def belongs_to(self, release: Object) -> bool:
        """Return whether helm-controller created it for `release`."""
        return (self.labels.get(f"{RELEASE_LABELS}/name"), self.labels.get(f"{RELEASE_LABELS}/namespace")) == (
            release.name,
            release.namespace,
        )


@dataclass(frozen=True)
class Container:
    """The state of a container of a Pod."""

    name: str
    is_ready: bool
    restarts: int
    waiting: str
    """Reason why it waits, such as CrashLoopBackOff, or ""."""
    message: str
    """The kubelet's message about that reason."""
    started: datetime | None
    """When it started; None if it does not run."""
    ended: Mapping[str, Any]
    """How it, or the one before it, ended: exitCode, reason, finishedAt. Empty if none has ended."""
    image: str

    def has_recovered(self, now: datetime) -> bool:
        """Return whether it runs for longer than a minute, and than the one before it: how that ended is history."""
        if self.started is None:
            return False
        started, ended = (parse_time(self.ended.get(key)) for key in ("startedAt", "finishedAt"))
        before = ended - started if started and ended else timedelta()
        return now - self.started > max(_RECOVERY_TIME, before)


def list_containers(pod: Object) -> Iterator[Container]:
    """Yield the containers of a Pod, init containers first."""
    for container in (*pod.items("status.initContainerStatuses"), *pod.items("status.containerStatuses")):
        state = Object(container.get("state") or {})
        previous = Object(container.get("lastState") or {}).map("terminated")
        yield Container(
            container.get("name", ""),
            bool(container.get("ready")),
            container.get("restartCount", 0),
            state.text("waiting.reason"),
            state.text("waiting.message"),
            parse_time(state.text("running.startedAt")),
            state.map("terminated") or previous,
            container.get("image", ""),
        )


def parse_time(text: str | None) -> datetime | None:
    """Parse a time of the API, such as 2026-11-25T04:20:27Z, with or without a fraction. None if there is none."""
    return datetime.fromisoformat(text) if text else None
