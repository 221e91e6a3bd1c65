"""What a server shares with its connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.phases import Phase, phase_timeouts
from registry_gitops.registry.log import AccessLog
from registry_gitops.registry.messages import Request, Response


class Application(Protocol):
    """The core, as the server calls it, from many threads."""

    def __call__(self, request: Request) -> Response:
        """Return the response. Raises nothing but ClientGone."""

    def answers_without_blocking(self, request: Request) -> bool:
        """Whether the response comes from memory or a few small files, so that the leader can produce it itself."""


@dataclass(slots=True)
class ServerContext:
    """Only `is_stopping` changes, and only the server changes it."""

    application: Application
    limits: Limits = field(default_factory=Limits)
    log: AccessLog | None = None
    uses_tls: bool = False
    is_stopping: bool = False
    """Whether each response is the last one of its connection."""
    phase_timeouts: Mapping[Phase, float] = field(init=False)

    def __post_init__(self) -> None:
        self.phase_timeouts = phase_timeouts(self.limits)
