"""The kubelet cannot pull an image: why, in the words of kubelets, runtimes, and registries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, http_status
from registry_gitops.cluster.status.causes.containers.container_origin import describe_place, image_key
from registry_gitops.cluster.status.causes.wording import with_render
from registry_gitops.cluster.status.live_objects import Container, Object, list_containers
from registry_gitops.cluster.status.snapshot import Snapshot

NOT_PULLED: Final = (
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
)
"""Reasons of the kubelet for waiting with a container that has no image."""

_CREDENTIALS: Final = (
    "set `values.image.pullSecrets` to a Secret with credentials, which `registry-gitops secret pull` prints"
)
_NODE: Final = "nothing in registry.yaml is wrong"
_RETRIED: Final = "the kubelet tries again by itself, after 5 minutes at the latest"
_CERTS: Final = "containerd: /etc/containerd/certs.d/HOST/hosts.toml"

_RATE_LIMITED: Final = Phrase(
    rf"too ?many ?requests|pull rate limit|rate ?limit exceeded|rate exceeded|{http_status(429)}",
    "the image registry limits how often its images are pulled",
    f"wait: {_RETRIED}, and the limit is reset within hours; for a higher one, {_CREDENTIALS}, or set "
    "`values.image.registry` to a mirror",
)
_NOT_SHOWN: Final = Phrase(
    r"pull access denied|repository does not exist or may require|does not exist or no pull access"
    r"|insufficient_scope",
    "the image registry has no such repository, or does not show it to this node",
    f"correct `values.image.repository`; if it is private, {_CREDENTIALS}",
)
_UNAUTHORIZED: Final = Phrase(
    rf"unauthorized|authentication (?:is )?required|missing username or (?:secret|password)"
    rf"|(?:incorrect|invalid) username|authorization token has expired|{http_status(401)}",
    "the image registry requires valid credentials",
    f"{_CREDENTIALS}; for a public image, correct `values.image.repository`",
)
_NO_CREDENTIALS: Final = replace(_UNAUTHORIZED, pattern=r"no basic auth credentials")
_DENIED: Final = Phrase(
    rf"(?<!permission )\bdenied\b|forbidden|not authorized to perform|{http_status(403)}",
    "the image registry does not allow to pull the image",
    f"{_CREDENTIALS} that may pull from `values.image.repository`, if that is right",
)
_NEED_CREDENTIALS: Final = (_RATE_LIMITED, _NOT_SHOWN, _UNAUTHORIZED, _NO_CREDENTIALS, _DENIED)

PULL_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"pull QPS exceeded",
        "the kubelet has reached its own limit of pulls per second",
        f"wait: {_RETRIED}; `registryPullQPS` of the kubelet is the limit",
    ),
    _RATE_LIMITED,
    Phrase(
        r"no space left on device|disk quota exceeded",
        "the disk of the node is full",
        f"free space on the node, or enlarge its disk; {_NODE}",
    ),
    Phrase(
        r"no match for platform|no matching manifest for|no image found in (?:manifest list|image index) for"
        r"|image (?:operating system|platform) .{0,80}(?:cannot be used|does not match)",
        "the image does not exist for the CPU or operating system of the node",
        "set `values.nodeSelector` to nodes that the image is built for (label kubernetes.io/arch), or "
        "`values.image.repository` and `values.image.tag` to an image that is built for these nodes",
    ),
    Phrase(
        r"signature ?validation ?failed|a signature was required|source image rejected|signature verification failed",
        "the node refuses the image: its signature is missing or not valid",
        "set `values.image.repository` and `values.image.tag` to an image that is signed as the policy of the node "
        "demands, or have that policy changed",
    ),
    Phrase(
        r"not present with pull policy of never|errimageneverpull",
        "the image is not on the node, and the pull policy forbids to pull it",
        "set `values.image.pullPolicy: IfNotPresent`, or load the image onto the node",
    ),
    Phrase(
        r"could ?n[o']t parse image|invalid ?image ?name|invalid reference format|failed to apply default image tag"
        r"|failed to parse image reference|must be lower ?case",
        "its name is not valid",
        "correct `values.image.registry`, `values.image.repository`, `values.image.tag`, or `values.image.digest`",
    ),
    Phrase(
        r"short[- ]name mode is enforcing|short-name .{0,80}did not resolve|unqualified-search registries",
        "its name has no registry, and the node does not know which one to use",
        "set `values.image.registry`, such as docker.io",
    ),
    Phrase(
        r"unexpected commit (?:digest|size)|failed size validation|(?:filesystem layer|manifest) verification failed"
        r"|digest (?:mismatch|did not match|does not match)|unexpected EOF|invalid tar header|gzip: invalid"
        r"|could not fetch content descriptor",
        "it arrives incomplete or changed",
        f"wait: {_RETRIED}; if that fails each time, a proxy or mirror on the way has corrupt data, or ends "
        "connections early",
    ),
    Phrase(
        r"certificate has expired|expired or is not yet valid",
        "the certificate of the image registry has expired, or the clock of the node is wrong",
        f"have the certificate renewed, or the clock of the node set; {_NODE}",
    ),
    Phrase(
        r"x509:|failed to verify certificate|unknown authority|bad certificate",
        "the node does not trust the certificate of the image registry",
        f"have the certificate authority added to the container runtime of the node ({_CERTS}), or set "
        "`values.image.registry` to a name that the certificate has",
    ),
    Phrase(
        r"server gave HTTP response to HTTPS client|does not look like a TLS handshake|wrong version number",
        "the image registry serves HTTP, and the node expects HTTPS",
        "have the image registry serve HTTPS, or have HTTP allowed for it in the container runtime of the node "
        f"({_CERTS})",
    ),
    Phrase(
        rf"proxyconnect|proxy authentication required|socks connect|{http_status(407)}",
        "the proxy of the node does not let it reach the image registry",
        "have HTTPS_PROXY and NO_PROXY of the node's container runtime corrected; they are not in registry.yaml",
    ),
    Phrase(
        r"lookup [\w-]+\.[\w-]+\.svc\b",
        "the node cannot resolve the name of a Service: only Pods can",
        "set `values.image.registry` to an address that nodes can resolve",
        has_names=True,
    ),
    Phrase(
        r"no such host|server misbehaving|name resolution|\blookup\b",
        "the node cannot resolve the name of the image registry",
        "correct `values.image.registry`, or have the DNS of the node fixed",
    ),
    Phrase(
        rf"registry ?(?:is )?unavailable|internal server error|bad gateway|service unavailable|gateway time-?out"
        rf"|{http_status(500)}|{http_status(502)}|{http_status(503)}|{http_status(504)}",
        "the image registry fails",
        f"wait: {_RETRIED}; or set `values.image.registry` to a mirror",
    ),
    Phrase(
        r"\b(?:containerd|crio|cri-dockerd|docker)\.sock\b|error reading from server: EOF|transport is closing",
        "the container runtime of the node does not answer",
        f"have the container runtime of the node restarted; {_NODE}",
        has_names=True,
    ),
    _NO_CREDENTIALS,
    _NOT_SHOWN,
    Phrase(
        r"name[ _]unknown|repository .{0,80}(?:not found|does not exist)|repository name not known",
        "the image registry has no such repository",
        "correct `values.image.registry` and `values.image.repository`",
    ),
    _UNAUTHORIZED,
    _DENIED,
    Phrase(
        rf"manifest[ _]?unknown|manifest .{{0,80}}not (?:found|known)|resolve (?:reference|image) ?.{{0,80}}not found"
        rf"|(?:requested image|artifact \S+|tag \S+) not found|no such manifest|{http_status(404)}",
        "the image registry has no such image",
        "set `values.image.tag`, or `values.image.digest`, to one that exists in `values.image.repository`",
    ),
    Phrase(
        r"no longer supported|unsupported (?:manifest|media type)|manifest schema (?:v?1|version 1)",
        "the container runtime of the node does not support its format",
        "set `values.image.repository` and `values.image.tag` to an image in the current format",
    ),
    Phrase(
        r"time-?d? ?out|deadline ?exceeded|connection (?:refused|reset)|no route to host|network is unreachable"
        r"|(?:context|request) cancell?ed|\bEOF\b|\bdial\b",
        "the node cannot reach the image registry",
        "check `values.image.registry`, and that firewalls and proxies let the node reach it",
    ),
)
"""From words that name one state to those that messages about other states can contain too."""

_MISSING_SECRETS: Final = re.compile(r"unable to retrieve some image pull secrets \(([^)]+)\)", re.IGNORECASE)
_FAILED_PULL: Final = r"(?i)failed\s+to\s+pull"
_NAME_KEYS: Final = re.compile(r"values\.image\.(registry|repository|tag|digest)")


def image_not_pulled(snapshot: Snapshot) -> Iterator[Cause]:
    """The kubelet cannot pull the image."""
    for pod in snapshot.unready_pods:
        for container in list_containers(pod):
            if container.waiting in NOT_PULLED:
                yield describe_pull(pod, container, snapshot)
                return


def describe_pull(pod: Object, container: Container, snapshot: Snapshot) -> Cause:
    """Return why the image of a container of a Pod cannot be pulled."""
    message = _find_message(pod, container, snapshot)
    phrase = find_phrase(f"{container.waiting}: {message}", PULL_PHRASES) or _unknown(pod)
    missing = _missing_secrets(pod, snapshot) if phrase in _NEED_CREDENTIALS else ""
    if missing:
        phrase = Phrase("", f"its pull Secret {missing} does not exist", _create_pull_secret(missing, pod))
    return new_cause(
        CauseId.IMAGE_NOT_PULLED,
        pod,
        f"the image {container.image} cannot be pulled: {phrase.message}",
        _adapt(phrase.remedy, container.name, snapshot),
        evidence=message,
        since=pod.created,
    )


def _unknown(pod: Object) -> Phrase:
    command = f"`kubectl describe pod {pod.name} -n {pod.namespace}`"
    return Phrase("", "for a reason that `status` does not know", f"read all that the kubelet reports: {command}")


def _find_message(pod: Object, container: Container, snapshot: Snapshot) -> str:
    """Return the kubelet's message about a pull: older kubelets write it in an event only."""
    if ": " in container.message:
        return container.message
    pulls = (event.message for event in snapshot.events_of(pod) if re.search(_FAILED_PULL, event.message))
    return next((text for text in pulls if container.image in text), container.message)


def _missing_secrets(pod: Object, snapshot: Snapshot) -> str:
    """Return the names of pull Secrets that the kubelet does not find."""
    matches = (_MISSING_SECRETS.search(event.message) for event in snapshot.events_of(pod))
    return next((match[1] for match in matches if match), "")


def _create_pull_secret(names: str, pod: Object) -> str:
    name = names.partition(",")[0]
    command = f"registry-gitops secret pull --namespace {pod.namespace} --name {name} --username USER"
    return f"create it: `{command} | kubectl apply -f -`, or correct `values.image.pullSecrets`"


def _adapt(remedy: str, container: str, snapshot: Snapshot) -> str:
    """Return a remedy with the keys of the container's image, and the pull Secret that there is already."""
    secrets = snapshot.release.get("spec.values.image.pullSecrets") if snapshot.release else None
    if secrets:
        names = ", ".join(map(str, secrets))
        remedy = remedy.replace(_CREDENTIALS, f"correct the credentials in `values.image.pullSecrets` (now {names})")
    if key := image_key(container):
        remedy = _NAME_KEYS.sub(rf"{key}.\1", remedy)
    elif found := _NAME_KEYS.search(remedy):
        place = describe_place(container, snapshot)
        is_name = found[1] != "registry"
        remedy = (
            f"correct the image, which is {place}" if is_name else f"{_NAME_KEYS.sub('the registry', remedy)}: {place}"
        )
    return with_render(remedy)


CAUSES: Final[tuple[FindCause, ...]] = (image_not_pulled,)
