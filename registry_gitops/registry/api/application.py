"""The registry: a function from a request to a response, over a storage. It sees no socket."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.registry import faults
from registry_gitops.registry.api import routes, targets
from registry_gitops.registry.api.authentication import OPEN, Access
from registry_gitops.registry.api.routes import Route
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents.content_store import Contents
from registry_gitops.registry.contents.health_monitor import Health
from registry_gitops.registry.contents.locks import Gates
from registry_gitops.registry.contents.upload_sessions import Sessions
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import ClientGone, Request, Response
from registry_gitops.registry.storage import Storage

MAX_MANIFEST_SIZE: Final = 4 * 1024 * 1024
"""Bytes of the longest manifest, as the spec recommends it."""

_VERSION: Final = ("Docker-Distribution-API-Version", "registry/2.0")


class Registry:
    """The application that `http/server.py` serves, called by many threads at once; each call may take long.

    With `read_only` all that would change something is 405, without `deletion` all that would take content away.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        access: Access = OPEN,
        read_only: bool = False,
        deletion: bool = True,
        max_manifest_size: int = MAX_MANIFEST_SIZE,
    ) -> None:
        self._access = access
        self._health = Health(storage, read_only=read_only)
        self._state = State(storage, Contents(storage), Sessions(), Gates(), self._health, max_manifest_size)
        self._routes = routes.table(read_only=read_only, deletion=deletion)

    def __call__(self, request: Request) -> Response:
        """The answer to a request. Every error ends here."""
        try:
            response = self._answer(request)
        except RegistryError as error:
            response = faults.refused(error)
        except ClientGone:
            raise
        except OSError as error:
            self._health.doubt()
            response = faults.failed(error)
        except MemoryError:
            response = faults.exhausted()
        except Exception:
            response = faults.bug()
        response.headers = [_VERSION, *response.headers]
        return response

    def answers_without_blocking(self, request: Request) -> bool:
        """Whether the answer to a request without a body comes from memory or a few small files.

        While the storage is in doubt nothing is quick: the next access may hang.
        """
        try:
            route, _ = self._find(request)
        except RegistryError:
            return True
        return route.quick and self._health.sure and (route.public or self._access.remembers(request))

    def _answer(self, request: Request) -> Response:
        route, target = self._find(request)
        if not route.public:
            request.user = self._access.check(request, writes=route.writes)
        return route.handler(self._state, request, target)

    def _find(self, request: Request) -> tuple[Route[Any], targets.Target]:
        target = targets.parse(request.path)
        methods = self._routes[type(target)]
        route = methods.get(request.method)
        if route is None:
            allowed = ", ".join(methods)
            raise RegistryError(Code.UNSUPPORTED, f"allowed here: {allowed or 'nothing'}", headers={"Allow": allowed})
        return route, target
