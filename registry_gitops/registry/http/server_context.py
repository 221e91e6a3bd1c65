"""What a server shares with its connections."""

from __future__ import annotations

from typing import Protocol

from registry_gitops.registry.access_log import AccessLogger
from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.phases import phase_timeouts
from registry_gitops.registry.messages import Request, Response


class Application(Protocol):
    """The core, as the server calls it, from many threads."""

    def __call__(self, request: Request) -> Response:
        """Return the response. Raises nothing but ClientGone."""
        ...

    def answers_without_blocking(self, request: Request) -> bool:
        """Whether the response comes from memory or a few small files, so that the leader can produce it itself."""
        ...


class ServerContext:
    """Only `is_stopping` changes, and only the server changes it."""

    def __init__(
        self, application: Application, limits: Limits | None = None, log: AccessLogger | None = None, *, uses_tls: bool
    ) -> None:
        self.application = application
        self.limits = limits or Limits()
        self.phase_timeouts = phase_timeouts(self.limits)
        self.log = log
        self.uses_tls = uses_tls
        self.is_stopping = False
        """Whether each response is the last one of its connection."""
