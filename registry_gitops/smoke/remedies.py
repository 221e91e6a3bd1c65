"""Remedies of more than one check: sentences that name chart values."""

from __future__ import annotations

from typing import Final

PROXY: Final = "Stop the proxy in front of the registry from caching or changing responses: see `ingress.annotations`."
PROXY_ERRORS: Final = (
    "Stop the proxy in front of the registry from sending error pages of its own: see `ingress.annotations` "
    "(custom-http-errors)."
)
PROXY_REQUESTS: Final = (
    "Stop the proxy in front of the registry from buffering or changing requests: in `ingress.annotations`, set "
    'nginx.ingress.kubernetes.io/proxy-request-buffering: "off".'
)
OTHER_REGISTRY: Final = (
    "Run the registry of the chart, `image.repository` library/registry, with a current `image.tag`."
)
TOO_LARGE: Final = (
    "A proxy in front of the registry limits the size of requests. With ingress-nginx, set in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-body-size: "0".'
)
TOO_MANY: Final = (
    "A proxy in front of the registry limits the rate of requests. With ingress-nginx, raise "
    "nginx.ingress.kubernetes.io/limit-rps and limit-connections in `ingress.annotations`."
)
READ_ONLY: Final = (
    "The registry accepts no pushes: it is a pull-through cache (`configuration.proxy.remoteurl`) or read-only "
    "(`configuration.storage.maintenance.readonly.enabled`). Unset that, or run with --level read."
)
FORBIDDEN: Final = (
    "Check the permissions of the user. Users of `auth.htpasswd.existingSecret` are allowed everything; if it is one "
    "of them, a proxy in front of the registry refuses the request (`ingress.annotations`)."
)
REPLICAS: Final = (
    "The next request reaches another replica, which does not know the upload: give all replicas the same "
    "`http.existingSecret` and one storage (`persistence.accessModes` with ReadWriteMany, or object storage), or set "
    "`replicaCount` to 1."
)
STORAGE_NOT_SHARED: Final = (
    "The replicas do not share their storage: set `persistence.accessModes` to ReadWriteMany, use object storage, or "
    "set `replicaCount` to 1."
)
VOLUME_FULL: Final = "The volume is full: raise `persistence.size`, or delete images and run garbage collection."
NOT_WRITABLE: Final = (
    "The registry is not allowed to write to its volume: set `podSecurityContext.fsGroup` to a group that is, and "
    "check that the volume (`persistence.existingClaim`, `persistence.accessModes`) is not mounted read-only."
)
BROKEN_STORAGE: Final = (
    "The registry's log has the reason (kubectl logs). In most cases, the volume is full (`persistence.size`) or not "
    "writable (`podSecurityContext.fsGroup`)."
)
GATEWAY: Final = (
    "The proxy in front lost the Pod: check that it is ready and not killed for memory (`resources.limits.memory`), "
    "and raise the timeouts in `ingress.annotations`: nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout."
)
SLOW: Final = (
    "Raise the timeouts of the proxies in front, in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout: "900". Also check `resources.limits.cpu`.'
)
UNREACHABLE_STORAGE: Final = (
    "The registry redirects clients to its storage, which they cannot reach: set "
    "`configuration.storage.redirect.disable` to true."
)
CUT_OFF: Final = (
    "A proxy in front of the registry changes downloads or cuts them off: let it not buffer them in files. With "
    'ingress-nginx, set in `ingress.annotations`: nginx.ingress.kubernetes.io/proxy-buffering: "off". With another '
    "nginx, set proxy_max_temp_file_size 0, or make proxy_temp_path writable. Its error log has the reason."
)
COMPRESSED: Final = (
    "A proxy in front of the registry compresses, decompresses, or rewrites responses: turn that off for /v2/. With "
    'ingress-nginx, set use-gzip: "false" in its ConfigMap, and no sub_filter in `ingress.annotations`; with nginx, '
    "gzip off; with Traefik, remove the middleware compress; with Apache, mod_deflate. Content-Length must stay."
)
FILTERED: Final = (
    "A filter in front of the registry refuses what container tools send: exempt /v2/ from it. With ingress-nginx, "
    "look in `ingress.annotations` for nginx.ingress.kubernetes.io/enable-modsecurity, server-snippet, and "
    "configuration-snippet (limit_except, deny, $http_user_agent), and in its ConfigMap for block-user-agents; with "
    "another proxy or a web application firewall, allow all methods, user agents, names, and bodies below /v2/."
)
PROXY_FILES: Final = (
    "A proxy in front of the registry failed, often because it cannot write what it buffers. With ingress-nginx, set "
    'in `ingress.annotations`: nginx.ingress.kubernetes.io/proxy-request-buffering: "off". With another nginx, set '
    "proxy_request_buffering off, or make client_body_temp_path writable. Its error log has the reason."
)
LONG_HEADERS: Final = (
    "A proxy in front of the registry limits the length of requests: raise it to 16 KB. With ingress-nginx, set "
    'large-client-header-buffers: "4 16k" in its ConfigMap; with nginx, large_client_header_buffers 4 16k; with '
    "Apache, LimitRequestFieldSize and LimitRequestLine; with HAProxy, tune.bufsize."
)
ENCODED: Final = (
    "A proxy in front of the registry changes or refuses what is encoded in a URL (%3A, %2F), or Expect: 100-continue: "
    "let it pass requests on as they come. With ingress-nginx, remove rewrite-target from `ingress.annotations`; with "
    "nginx, write proxy_pass without a path, and no rewrite; with Apache, nocanon and AllowEncodedSlashes NoDecode."
)
REDIRECTED: Final = (
    "A proxy in front of the registry redirects pushes, and clients do not follow: use the URL that it redirects to, "
    "and let it keep the slash at the end of a path (no rewrite in `ingress.annotations`)."
)
