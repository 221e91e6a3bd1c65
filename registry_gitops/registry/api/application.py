"""The registry as an application: it finds the route of a request, checks the credentials, and calls the handler."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from registry_gitops.registry import error_responses
from registry_gitops.registry.api.authentication import Authenticator
from registry_gitops.registry.api.routes import Route, build_routes
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import RequestTarget, parse_target
from registry_gitops.registry.contents import ContentStore, HealthMonitor, Repositories, UploadSessions
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import ClientGone, Request, Response
from registry_gitops.registry.storage import Storage

MAX_MANIFEST_SIZE: Final = 4 * 1024 * 1024
"""Bytes of the largest manifest that is accepted by default, as the spec recommends."""

_VERSION: Final = ("Docker-Distribution-API-Version", "registry/2.0")


class Registry:
    """The application that `http.Server` serves. Many threads call it at the same time, and a call can take long.

    Without an `authenticator` every client is allowed everything. With `read_only` every change returns 405; without
    `deletion` every deletion does.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        authenticator: Authenticator | None = None,
        read_only: bool = False,
        deletion: bool = True,
        max_manifest_size: int = MAX_MANIFEST_SIZE,
    ) -> None:
        self._authenticator = authenticator
        self._health = HealthMonitor(storage, read_only=read_only)
        content = ContentStore(storage)
        repositories = Repositories(storage, content)
        self._state = State(content, repositories, UploadSessions(storage), self._health, max_manifest_size)
        self._routes = build_routes(read_only=read_only, deletion=deletion)

    def __call__(self, request: Request) -> Response:
        """Return the response to a request. Every error becomes one here, except ClientGone."""
        try:
            response = self._respond(request)
        except RegistryError as error:
            response = error_responses.spec_error(error)
        except ClientGone:
            raise
        except OSError as error:
            self._health.invalidate()
            response = error_responses.storage_error(error)
        except MemoryError:
            response = error_responses.out_of_memory()
        except Exception:
            response = error_responses.internal_error()
        response.headers = [_VERSION, *response.headers]
        return response

    def answers_without_blocking(self, request: Request) -> bool:
        """Whether memory or a few small files answer a request without a body. Not after an error: a disk can hang."""
        try:
            route, _ = self._find_route(request)
        except RegistryError:
            return True
        if not route.is_fast or not self._health.is_known_good:
            return False
        return route.is_public or self._authenticator is None or self._authenticator.is_cached(request)

    def count_repositories(self, limit: int) -> int:
        """Return the number of repositories, at most `limit`. Raises OSError as the storage does."""
        return sum(1 for _ in islice(self._state.repositories.list_repositories(), limit))

    def _respond(self, request: Request) -> Response:
        route, target = self._find_route(request)
        if self._authenticator and not route.is_public:
            request.user = self._authenticator.check(request, writes=route.is_write)
        return route.handler(self._state, request, target)

    def _find_route(self, request: Request) -> tuple[Route[Any], RequestTarget]:
        target = parse_target(request.path)
        methods = self._routes[type(target)]
        route = methods.get(request.method)
        if route is None:
            allowed = ", ".join(methods)
            raise RegistryError(Code.UNSUPPORTED, f"allowed here: {allowed or 'nothing'}", headers={"Allow": allowed})
        return route, target
