"""nginx before one registry or several, as an ingress controller would set it up, or as one that is set up badly."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.certificate import Certificate
from tests.support.listening import HOST, Listening
from tests.support.tools import tool

GOOD = (
    "client_max_body_size 0;",
    "proxy_request_buffering off;",
    "proxy_buffering off;",
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
)
"""What a registry needs of it."""

_CONFIG = """\
daemon off;
master_process off;
{user}
pid "{folder}/pid";
error_log stderr warn;
events {{}}
http {{
  access_log off;
  {temporary}
  {cache}
  upstream registry {{ {servers} keepalive 8; }}
  server {{
    listen {host}:{port}{tls};
    {certificate}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    {settings}
    location / {{ proxy_pass http://registry; }}
  }}
}}
"""
CACHE = "registry"
"""The cache of `proxy_cache`, which is used by no request unless the settings say so."""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Nginx(Listening):
    """One nginx before the registries at `upstreams`, which it asks in turn, a request each; a context manager.

    `settings` are lines of its server's configuration, which can use the cache `CACHE`. `tls` makes it speak TLS. It
    keeps its files in `folder`.
    """

    def __init__(
        self, folder: Path, *upstreams: str, settings: Sequence[str] = GOOD, tls: Certificate | None = None
    ) -> None:
        super().__init__(self._start)
        self.scheme = "https" if tls else "http"
        self._folder = folder
        self._upstreams = upstreams
        self._settings = settings
        self._tls = tls

    def _start(self, port: int) -> list[str | Path]:
        tls = self._tls
        certificate = f'ssl_certificate "{tls.certificate}"; ssl_certificate_key "{tls.key}";' if tls else ""
        text = _CONFIG.format(
            # Otherwise root would give way to a user who has no right to our folder.
            user="user root;" if os.geteuid() == 0 else "",
            folder=self._folder,
            temporary=" ".join(f'{kind}_temp_path "{self._folder}/{kind}";' for kind in _TEMPORARY),
            cache=f'proxy_cache_path "{self._folder}/cache" keys_zone={CACHE}:1m;',
            servers=" ".join(f"server {urlsplit(upstream).netloc};" for upstream in self._upstreams),
            host=HOST,
            port=port,
            tls=" ssl" if tls else "",
            certificate=certificate,
            settings="\n    ".join(self._settings),
        )
        file = self._folder / "nginx.conf"
        file.write_text(text)
        return [tool("nginx"), "-p", self._folder, "-c", file, "-e", "stderr"]
