"""HAProxy and Caddy in front of one registry, as their manuals set them up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.support.certificate import Certificate
from tests.support.listening import HOST, Listening
from tests.support.tools import tool

_HAPROXY: Final = """\
defaults
  mode http
  timeout connect 5s
  timeout client 900s
  timeout server 900s
frontend clients
  bind {host}:{port} ssl crt "{certificate}"
  http-request set-header X-Forwarded-Proto https
  default_backend registry
backend registry
  server registry {upstream}
"""


def haproxy(folder: Path, upstream: str, tls: Certificate) -> Listening:
    """Return an HAProxy that terminates TLS. It keeps its files in `folder`."""

    def command(port: int) -> list[str | Path]:
        certificate = folder / "haproxy.pem"
        certificate.write_text(tls.certificate.read_text() + tls.key.read_text())
        file = folder / "haproxy.cfg"
        target = urlsplit(upstream).netloc
        file.write_text(_HAPROXY.format(host=HOST, port=port, certificate=certificate, upstream=target))
        return [tool("haproxy"), "-db", "-f", file]

    proxy = Listening(command)
    proxy.scheme = "https"
    return proxy


def caddy(folder: Path, upstream: str) -> Listening:
    """Return a Caddy. It keeps its files in `folder`."""

    def command(port: int) -> list[str | Path]:
        route = {"handler": "reverse_proxy", "upstreams": [{"dial": urlsplit(upstream).netloc}]}
        server = {
            "listen": [f"{HOST}:{port}"],
            "automatic_https": {"disable": True},
            "routes": [{"handle": [route]}],
        }
        config = {
            "admin": {"disabled": True, "config": {"persist": False}},
            "storage": {"module": "file_system", "root": str(folder)},
            "apps": {"http": {"servers": {"registry": server}}},
        }
        file = folder / "caddy.json"
        file.write_text(json.dumps(config))
        return [tool("caddy"), "run", "--config", file]

    return Listening(command)
