"""What to change, for more than one check: sentences that name values of the chart."""

from __future__ import annotations

from typing import Final

PROXY: Final = "Let no proxy in front of the registry cache or change responses: see `ingress.annotations`."
PROXY_ERRORS: Final = (
    "Let no proxy in front of the registry answer in its place: see `ingress.annotations` (custom-http-errors)."
)
PROXY_REQUESTS: Final = (
    "Let no proxy in front of the registry buffer or change requests: in `ingress.annotations`, "
    'nginx.ingress.kubernetes.io/proxy-request-buffering: "off".'
)
OTHER_REGISTRY: Final = (
    "Run the registry that the chart runs, `image.repository` library/registry, in a current `image.tag`."
)
TOO_LARGE: Final = (
    "Something in front of the registry limits the size of requests. With ingress-nginx, set in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-body-size: "0".'
)
NO_WRITES: Final = (
    "The registry takes no pushes: it is a pull-through cache (`configuration.proxy.remoteurl`) or read-only "
    "(`configuration.storage.maintenance.readonly.enabled`). Unset that, or run with --level read."
)
FORBIDDEN: Final = (
    "Check the rights of the user. Those of `auth.htpasswd.existingSecret` may do everything, so with them it is "
    "something in front of the registry that refuses (`ingress.annotations`)."
)
REPLICAS: Final = (
    "The next request meets another replica, which knows nothing of the upload: give all replicas the same "
    "`http.existingSecret` and one storage (`persistence.accessModes` with ReadWriteMany, or object storage), or set "
    "`replicaCount` to 1."
)
STORAGE_NOT_SHARED: Final = (
    "The replicas do not share their storage: set `persistence.accessModes` to ReadWriteMany, use object storage, or "
    "let `replicaCount` be 1."
)
FULL: Final = "The volume is full: raise `persistence.size`, or delete images and run garbage collection."
NOT_WRITABLE: Final = (
    "The registry may not write to its volume: set `podSecurityContext.fsGroup` to a group that may, and see that the "
    "volume (`persistence.existingClaim`, `persistence.accessModes`) is not mounted read-only."
)
BROKEN_STORAGE: Final = (
    "The registry's log says why (kubectl logs). Mostly it is the volume: full (`persistence.size`) or not writable "
    "(`podSecurityContext.fsGroup`)."
)
GATEWAY: Final = (
    "The proxy in front lost the Pod: see that it is ready and not killed for memory (`resources.limits.memory`), and "
    "raise the time-outs in `ingress.annotations`: nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout."
)
SLOW: Final = (
    "Raise the time-outs of what stands in front, in `ingress.annotations`: "
    'nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout: "900". Check `resources.limits.cpu`, too.'
)

ELSEWHERE: Final = (
    "The registry sends clients to its storage, which they cannot reach: set `configuration.storage.redirect.disable` "
    "to true."
)
