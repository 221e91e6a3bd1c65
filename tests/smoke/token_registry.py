"""Our registry behind a token server, as the Docker token specification has it."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from registry_gitops.registry.api import Registry
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.http import Server
from registry_gitops.registry.messages import Request
from registry_gitops.registry.storage import MemoryStorage

USER, PASSWORD, IDENTITY = "ada", "correct horse: battery/staple", "an-identity-token"


@dataclass
class Tokens:
    """The token server: whom it gave a token for what. Only `USER` gets any."""

    realm: str = ""
    given: dict[str, str] = field(default_factory=dict)
    """Token -> scope."""
    asked: list[dict[str, str]] = field(default_factory=list)

    def issue(self, scope: str) -> str:
        token = f"token-{secrets.token_hex(8)}"
        self.given[token] = scope
        return token

    # -- as the registry asks for it

    def check(self, request: Request, *, writes: bool) -> str | None:
        """See registry.api.Authenticator."""
        scope = _scope(request, writes)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.given.get(token) == scope:
            return USER
        more = f',scope="{scope}"' if scope else ""
        challenge = f'Bearer realm="{self.realm}",service="registry, the first"{more}'
        raise RegistryError(Code.UNAUTHORIZED, "a token, please", headers={"WWW-Authenticate": challenge})

    def is_cached(self, request: Request) -> bool:
        """See registry.api.Authenticator."""
        return True


@contextmanager
def token_registry() -> Iterator[tuple[str, Tokens]]:
    """The URL of a registry, and its token server."""
    tokens = Tokens()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            given = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            self.answer(query, given == f"{USER}:{PASSWORD}", "token")

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = {name: values[0] for name, values in parse_qs(form).items()}
            self.answer(query, query.get("refresh_token") == IDENTITY, "access_token")

        def answer(self, query: dict[str, str], known: bool, key: str) -> None:
            tokens.asked.append(query)
            body = json.dumps({key: tokens.issue(query.get("scope", ""))} if known else {"details": "who?"}).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *message: object) -> None:
            """Say nothing."""

    authority = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    core = Registry(MemoryStorage(), authenticator=tokens)
    with authority, Server(core, ("127.0.0.1", 0)) as server:
        tokens.realm = f"http://127.0.0.1:{authority.server_address[1]}/token"
        threads = [threading.Thread(target=each, daemon=True) for each in (authority.serve_forever, server.serve)]
        for thread in threads:
            thread.start()
        try:
            yield f"http://127.0.0.1:{server.address[1]}", tokens
        finally:
            server.stop(1)
            authority.shutdown()
            for thread in threads:
                thread.join()


def _scope(request: Request, writes: bool) -> str:
    for kind in ("blobs", "manifests", "tags", "referrers"):
        before, found, _ = request.path.removeprefix("/v2/").partition(f"/{kind}/")
        if found:
            action = "delete" if request.method == "DELETE" and "/uploads/" not in request.path else "pull,push"
            return f"repository:{before}:{action if writes else 'pull'}"
    return "registry:catalog:*" if request.path == "/v2/_catalog" else ""
