"""Garbage collection: deletion of the data of deleted images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from registry_gitops.model import (
    ImageDigest,
    ImageRegistry,
    ImageRepository,
    ImageTag,
    Model,
    QuantityText,
    Text,
    default_section,
)
from registry_gitops.values.resources import ResourceLimits, ResourceRequests, Resources


def _field(number: str, last: str) -> str:
    """Return the pattern of a field of a schedule, whose numbers match `number` and whose steps match `last`."""
    item = rf"{number}(-{number}(/{last})?)?"
    return rf"(\*(/{last})?|{item}(,{item})*)"


_MINUTE: Final = _field("[0-5]?[0-9]", "([1-5][0-9]|0?[1-9])")
_HOUR: Final = _field("(1[0-9]|2[0-3]|0?[0-9])", "(1[0-9]|2[0-3]|0?[1-9])")
_DAY: Final = _field("([12][0-9]|3[01]|0?[1-9])", "([12][0-9]|3[01]|0?[1-9])")
_MONTH: Final = _field("(1[0-2]|0?[1-9])", "(1[0-2]|0?[1-9])")
_WEEKDAY: Final = _field("[0-6]", "[1-6]")

Schedule = Annotated[
    str,
    Text(
        "a schedule",
        " ".join((_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)),
        "write five fields, such as 30 3 * * 0: minute, hour, day of month, month, and day of week (0 is Sunday), each "
        "`*`, or numbers, ranges, and steps without names",
        max_length=200,
        examples=("30 3 * * 0",),
    ),
]
"""When a CronJob runs, in UTC: batch/v1 CronJobSpec.schedule, without names and nicknames."""


class CollectorRequests(ResourceRequests):
    """What the scheduler reserves for the collector, which waits nearly all the time."""

    cpu: QuantityText | None = "10m"
    """CPU, in cores or thousandths of one (10m). null requests none."""

    memory: QuantityText | None = "32Mi"
    """Memory, in bytes with a unit. null requests none."""


class CollectorLimits(ResourceLimits):
    """What the collector can use at most: its memory grows with the number of blobs."""


class CollectorResources(Resources):
    """CPU and memory of the collector. Upstream: Container.resources (core/v1 ResourceRequirements)."""

    requests: CollectorRequests = default_section(CollectorRequests)
    limits: CollectorLimits = default_section(CollectorLimits)


class KubectlImage(Model):
    """The image with `kubectl` and a shell, for the Job of several replicas: by default that of Flux's command line."""

    registry: ImageRegistry = "ghcr.io"
    """Host that serves the image."""

    repository: ImageRepository = "fluxcd/flux-cli"
    """Repository of the image on that host."""

    tag: ImageTag = "v2.9.5"
    """Tag of the image."""

    digest: ImageDigest = ""
    """Digest of the image, `sha256:...`; overrides `tag`, so that the image cannot change."""


class GarbageCollection(Model):
    """Garbage collection: deletion of the blobs that no image needs any more, while the registry serves read-only.

    With one replica and the strategy Recreate, the collector runs next to the registry in its Pod, and the registry
    refuses pushes for as long as it runs and a few seconds more. In all other cases a Job restarts the Pods read-only,
    collects, and restarts them again. Pulls work meanwhile; a refused push gets 405, and succeeds when it is repeated.

    A cache in Redis is emptied first; if that fails ten times, nothing is collected. A Job must reach Redis, too.
    """

    enabled: bool = False
    """Whether garbage is collected. A Job runs as ServiceAccount `<full name>-collection`, with the annotations of the
    registry's one: a cloud that gives the registry access to the bucket must give it to this one too."""

    schedule: Schedule = "30 3 * * 0"
    """When, in UTC: minute, hour, day of month, month, day of week. Upstream: CronJobSpec.schedule (batch/v1)."""

    delete_untagged: bool = False
    """Whether images without a tag are deleted too, such as those whose tag was pushed again. Not for registries from
    which anything is pulled by digest alone. Upstream: `registry garbage-collect --delete-untagged`."""

    resources: CollectorResources = default_section(CollectorResources)
    kubectl_image: KubectlImage = default_section(KubectlImage)

    instead: ClassVar[Mapping[str, str]] = {
        "every": "write schedule, such as 30 3 * * 0",
        "interval": "write schedule, such as 30 3 * * 0",
        "cron": "write schedule",
        "podAnnotations": "write podAnnotations at the top level of the values",
        "podLabels": "write podLabels at the top level of the values",
        "dryRun": "run `registry garbage-collect --dry-run` in the Pod",
    }
