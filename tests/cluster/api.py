"""As much of a Kubernetes API as `kubectl port-forward` asks for until it listens: one Service with one Pod."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LABELS: Final = {"app": "registry"}
_SERVICE: Final = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "docker-registry", "namespace": "docker-registry"},
    "spec": {"selector": _LABELS, "ports": [{"name": "http", "port": 5000, "targetPort": "http", "protocol": "TCP"}]},
}
_KINDS: Final = [
    {"name": name, "singularName": "", "shortNames": [short], "namespaced": True, "kind": kind, "verbs": []}
    for name, short, kind in (("services", "svc", "Service"), ("pods", "po", "Pod"))
]


def _pod(phase: str) -> dict[str, Any]:
    ports = [{"name": "http", "containerPort": 5000, "protocol": "TCP"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "docker-registry-0", "namespace": "docker-registry", "labels": _LABELS},
        "spec": {"containers": [{"name": "registry", "image": "registry:3", "ports": ports}]},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": "True"}]},
    }


def _answer(path: str, phase: str) -> dict[str, Any] | None:
    here = "/api/v1/namespaces/docker-registry"
    answers: dict[str, dict[str, Any]] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": _KINDS},
        here: {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "docker-registry"}},
        f"{here}/services/docker-registry": _SERVICE,
        f"{here}/pods": {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [_pod(phase)]},
        f"{here}/pods/docker-registry-0": _pod(phase),
    }
    return answers.get(path)


class Answering(BaseHTTPRequestHandler):
    """A handler that says nothing on stderr."""

    protocol_version = "HTTP/1.1"

    def give(self, code: int, found: dict[str, Any] | str) -> None:
        """Answer with an object, or with a text."""
        body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain" if isinstance(found, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    def switch(self) -> None:
        """Accept a port-forward."""
        key = self.headers["Sec-WebSocket-Key"] + _GUID
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.send_header("Sec-WebSocket-Protocol", self.headers["Sec-WebSocket-Protocol"].split(",")[0].strip())
        self.end_headers()
        self.close_connection = True


class _Handler(Answering):
    phase = "Running"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/portforward"):
            self.switch()
            self.rfile.read()
            return
        found = _answer(path, self.phase)
        name = path.rpartition("/")[2]
        missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
        self.give(200 if found else 404, found or {**missing, "message": f'services "{name}" not found'})


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], config: Path) -> Iterator[None]:
    """An API on loopback for the block; `config` is written as the kubeconfig that leads to it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        write_config(config, f"http://127.0.0.1:{server.server_port}")
        try:
            yield
        finally:
            server.shutdown()


@contextmanager
def cluster(config: Path, phase: str = "Running") -> Iterator[None]:
    """A cluster whose Pod is in `phase`; `config` is written as the kubeconfig that leads to it."""
    with listening(type("Handler", (_Handler,), {"phase": phase}), config):
        yield


def write_config(config: Path, server: str, **user: object) -> None:
    """Write a kubeconfig whose only context, `here`, leads to `server`, as `user`."""
    here = {"cluster": "here", "user": "me"}
    config.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "here", "cluster": {"server": server}}],
                "contexts": [{"name": "here", "context": here}],
                "users": [{"name": "me", "user": user}],
                "current-context": "here",
            }
        )
    )
