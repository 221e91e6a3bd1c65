"""Remedies of more than one check: sentences that name chart values."""

from __future__ import annotations

from typing import Final

from registry_gitops.smoke.remedy import Remedy, at_least, is_set, is_unset

_NGINX: Final = "ingress.annotations.nginx.ingress.kubernetes.io"
"""Keys of the annotations of ingress-nginx, also of those that the chart sets itself."""
_OTHER_PROXY: Final = (
    "So another proxy is in front, such as a cloud's load balancer, or the Ingress controller is not ingress-nginx and "
    "has a setting of its own:"
)
_ANOTHER: Final = (
    "what responds is not what the config file describes: another registry or an old Pod is behind this address, or "
    "Flux has not applied the commit. `registry-gitops status` tells which."
)
ANOTHER: Final = f"So {_ANOTHER}"
OR_ANOTHER: Final = f"Or {_ANOTHER}"

PROXY: Final = "Stop the proxy in front of the registry from caching or changing responses: see `ingress.annotations`."
PROXY_ERRORS: Final = (
    "Stop the proxy in front of the registry from sending error pages of its own: see `ingress.annotations` "
    "(custom-http-errors)."
)
PROXY_REQUESTS: Final = Remedy(
    "Stop the proxy in front of the registry from buffering or changing requests: in `ingress.annotations`, set "
    'nginx.ingress.kubernetes.io/proxy-request-buffering: "off".',
    sets={f"{_NGINX}/proxy-request-buffering": "off"},
    otherwise=f"{_OTHER_PROXY} nginx's proxy_request_buffering, Traefik's middleware Buffering, or a limit of the "
    "cloud.",
)
HEADERS: Final = (
    "Stop the proxy in front of the registry from removing or changing headers of responses, and from compressing "
    "them: see `ingress.annotations` (configuration-snippet, custom-headers; nginx: proxy_hide_header, add_header, "
    "charset, gzip)."
)
REQUEST_HEADERS: Final = (
    "Let the proxy in front of the registry pass the header Accept on unchanged, all lines of it: see "
    "`ingress.annotations` (configuration-snippet; nginx: proxy_set_header Accept)."
)
CHALLENGES: Final = (
    "Let only the registry itself send 401 and WWW-Authenticate (`auth.htpasswd.enabled`): remove authentication from "
    "the proxy in front (`ingress.annotations`: nginx.ingress.kubernetes.io/auth-type, auth-url), or let it offer "
    "Basic alone, in a line of its own."
)
OTHER_REGISTRY: Final = Remedy(
    "Run the registry of the chart, `image.repository` library/registry, with a current `image.tag`.",
    sets={"image.repository": "library/registry", "image.tag": at_least("3.1.1")},
    otherwise=f"A proxy in front changes the request or the response (`ingress.annotations`). {OR_ANOTHER}",
)
TOO_LARGE: Final = Remedy(
    "A proxy in front of the registry limits the size of requests. With ingress-nginx, set in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-body-size: "0".',
    sets={f"{_NGINX}/proxy-body-size": "0"},
    otherwise=f"{_OTHER_PROXY} nginx's client_max_body_size, Traefik's maxRequestBodyBytes, HAProxy's "
    "req.body_size, or the upload limit of a CDN.",
)
PAGE_LIMIT: Final = Remedy(
    "Set `configuration.catalog.maxentries` to 1000 or more: clients that ask for larger pages than it allows get an "
    "error.",
    sets={"configuration.catalog.maxentries": lambda limit: not isinstance(limit, int) or limit >= 1000},
)
TOO_MANY: Final = (
    "A proxy in front of the registry limits the rate of requests. With ingress-nginx, raise "
    "nginx.ingress.kubernetes.io/limit-rps and limit-connections in `ingress.annotations`."
)
READ_ONLY: Final = Remedy(
    "The registry accepts no pushes: it is a pull-through cache (`configuration.proxy.remoteurl`) or read-only "
    "(`configuration.storage.maintenance.readonly.enabled`). Unset that, or run with --level read.",
    sets={
        "configuration.proxy.remoteurl": is_unset,
        "configuration.storage.maintenance.readonly.enabled": is_unset,
    },
    otherwise="While garbage is collected (`garbageCollection.schedule`), pushes are refused: repeat the run later. A "
    f"proxy in front can refuse methods, too (`ingress.annotations`). {OR_ANOTHER}",
)
UNAUTHORIZED: Final = (
    "The registry got no valid credentials with this request: pass --username if it needs a login. If it gets them "
    "with other requests, a proxy in front removes the header Authorization from some: see `ingress.annotations` "
    "(nginx: proxy_set_header Authorization; nginx.ingress.kubernetes.io/auth-url)."
)
FORBIDDEN: Final = (
    "Check the permissions of the user. Users of `auth.htpasswd.existingSecret` are allowed everything; if it is one "
    "of them, a proxy in front of the registry refuses the request (`ingress.annotations`)."
)
_UPLOAD_QUERY: Final = (
    "If there is only one, a proxy in front cuts off the query of requests (nginx: proxy_pass with $uri instead of "
    '$request_uri) or of Location: set in `ingress.annotations` nginx.ingress.kubernetes.io/proxy-redirect-from: "off".'
)
REPLICAS: Final = Remedy(
    "The next request reaches another replica, which does not know the upload: give all replicas the same "
    "`http.existingSecret` and one storage (`persistence.accessModes` with ReadWriteMany, or object storage), or set "
    f"`replicaCount` to 1. {_UPLOAD_QUERY}",
    sets={"http.existingSecret": is_set, "replicaCount": 1},
    is_choice=True,
    otherwise="Still, the next request reaches a Pod that does not know the upload: one that started before the Secret "
    "had the key http-secret, one with another storage (`persistence.accessModes` without ReadWriteMany), an old Pod, "
    "or that of another registry. `kubectl get endpointslices` lists the Pods behind the Service. "
    f"{_UPLOAD_QUERY}",
)
STORAGE_NOT_SHARED: Final = Remedy(
    "The replicas do not share their storage: set `persistence.accessModes` to ReadWriteMany, use object storage, or "
    "set `replicaCount` to 1.",
    sets={
        "persistence.accessModes": lambda modes: isinstance(modes, tuple) and "ReadWriteMany" in modes,
        "storage.type": lambda kind: kind in ("s3", "gcs", "azure"),
        "replicaCount": 1,
    },
    is_choice=True,
    otherwise="Still, requests reach Pods with different storage: an old Pod with another volume or bucket, or that of "
    "another registry behind the same Service or Ingress. `kubectl get endpointslices` lists the Pods.",
)
VOLUME_FULL: Final = "The volume is full: raise `persistence.size`, or delete images and run garbage collection."
NOT_WRITABLE: Final = Remedy(
    "The registry is not allowed to write to its volume: set `podSecurityContext.fsGroup` to a group that is, and "
    "check that the volume (`persistence.existingClaim`, `persistence.accessModes`) is not mounted read-only.",
    sets={"podSecurityContext.fsGroup": is_set},
    otherwise="The registry is not allowed to write to its volume all the same: check that the volume "
    "(`persistence.existingClaim`, `persistence.accessModes`) is not mounted read-only. NFS and hostPath ignore the "
    "group: give it the directory there.",
)
BROKEN_STORAGE: Final = (
    "The registry's log has the reason (kubectl logs). In most cases, the volume is full (`persistence.size`) or not "
    "writable (`podSecurityContext.fsGroup`)."
)
GATEWAY: Final = Remedy(
    "The proxy in front lost the Pod: check that it is ready and not killed for memory (`resources.limits.memory`), "
    "and raise the timeouts in `ingress.annotations`: nginx.ingress.kubernetes.io/proxy-read-timeout and "
    "-send-timeout.",
    sets={f"{_NGINX}/proxy-read-timeout": "900", f"{_NGINX}/proxy-send-timeout": "900"},
    otherwise="The proxy in front lost the Pod: check that it is ready and not killed for memory "
    "(`resources.limits.memory`). If it is, another proxy in front has a shorter timeout.",
)
INDEX_CLOSED: Final = Remedy(
    "If `configuration.validation.manifests.indexes.platforms` is list, set it to none: the registry closes the "
    f"connection at an index with an entry without a platform. {GATEWAY}",
    sets={"configuration.validation.manifests.indexes.platforms": "none"},
    otherwise=f"{GATEWAY}",
)
SLOW: Final = Remedy(
    "Raise the timeouts of the proxies in front, in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout: "900". Also check `resources.limits.cpu`.',
    sets={f"{_NGINX}/proxy-read-timeout": "900", f"{_NGINX}/proxy-send-timeout": "900"},
    otherwise=f"{_OTHER_PROXY} nginx's proxy_read_timeout, Traefik's respondingTimeouts.readTimeout, HAProxy's timeout "
    "server. Also check `resources.limits.cpu`.",
)
LARGE: Final = Remedy(f"{TOO_LARGE} {SLOW}", {**TOO_LARGE.sets, **SLOW.sets}, f"{TOO_LARGE.otherwise} {SLOW.otherwise}")
STORAGE_LOGIN: Final = Remedy(
    "The storage, to which the registry redirects clients, gets the credentials of the registry, and refuses them. Set "
    "`configuration.storage.redirect.disable` to true, or let the proxy in front remove Authorization from what it "
    "sends there (nginx: proxy_set_header Authorization).",
    sets={"configuration.storage.redirect.disable": True},
)
UNREACHABLE_STORAGE: Final = Remedy(
    "The registry redirects clients to its storage, which they cannot reach: set "
    "`configuration.storage.redirect.disable` to true.",
    sets={"configuration.storage.redirect.disable": True},
    otherwise=f"Still, the registry redirects clients to a storage that they cannot reach. {OR_ANOTHER}",
)
OPEN: Final = (
    "A proxy in front that sends credentials of its own, or responds from a cache, lets in everyone: see "
    f"`ingress.annotations`. {OR_ANOTHER}"
)
ROUTE: Final = (
    "So the path is changed in front of the registry: by an annotation such as rewrite-target (`ingress.annotations`), "
    "or by another Ingress of the same host. `kubectl describe ingress` shows both."
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
KINDS: Final = (
    "Accept manifests of every media type and size: unset `configuration.policy.repository.classes`; in "
    '`ingress.annotations`, set nginx.ingress.kubernetes.io/enable-modsecurity: "false" and '
    'nginx.ingress.kubernetes.io/proxy-body-size: "0"; in another proxy, drop rules that look at Content-Type or at '
    "bodies below /v2/. Otherwise, run the registry of the chart, `image.repository` library/registry."
)
