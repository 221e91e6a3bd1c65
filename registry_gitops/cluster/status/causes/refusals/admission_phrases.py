"""Sentences of webhooks that do not answer, and of policies that forbid: an illness of the cluster, and a decision."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.wording import RENDER

_CALL: Final = r"failed calling (?:admission )?webhook\b"
_DENIED: Final = r'webhook "[^"]+" denied the request\b'
_OBEY: Final = (
    "change what the message is about in registry.yaml, or ask the administrator of the policy for an exception"
)

WEBHOOK_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf'{_CALL}.*\bservice "[^"]+" not found',
        "the webhook {webhook} does not answer: its Service does not exist",
        "its program was removed, but its configuration was not: install the program again, or delete the "
        "configuration that {find_webhook} shows; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*\bno endpoints available for service",
        "the webhook {webhook} does not answer: none of its Pods is ready",
        "look at {server}; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:x509: |failed to verify certificate|certificate has expired|tls: )",
        "the API server does not trust the certificate of the webhook {webhook}",
        "the administrator of the webhook must renew its certificate, or the `caBundle` of the configuration that "
        "{find_webhook} shows; look at {server}",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:context deadline exceeded|i/o timeout|client\.timeout exceeded|tls handshake timeout"
        r"|request canceled|no route to host|network is unreachable|operation not permitted)",
        "the API server cannot reach the webhook {webhook}, or gets no answer in time",
        "look at {server}; if they are ready, let the API server reach them: a firewall, security group, or "
        "NetworkPolicy must allow the port of the Pods, not only 443",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:could not find the requested resource|json parse error|invalid webhook response"
        r"|expected (?:webhook )?response|response was absent|undecodable patch|unsupported patch type"
        r"|an error on the server|rejected our request|unable to handle the request|responded with the status code)",
        "the webhook {webhook} answers with an error, not with a decision",
        "look at {server}: the program fails, or its version does not fit its configuration",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        _CALL,
        "the webhook {webhook} does not answer",
        "look at {server}; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        r"\bconversion webhook for\b",
        "the conversion webhook of kind {kind} does not answer",
        "look at {server}: it is of the program that installed the kind",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        r'webhook "[^"]+" does not support dry run',
        "the webhook {webhook} does not support the dry-run with which Flux begins",
        "its administrator must set `sideEffects: None` in the configuration that {find_webhook} shows",
        CauseId.WEBHOOK_FAILED,
    ),
)

POLICY_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r'\bviolates PodSecurity "',
        "the Pod Security level {level} of namespace {namespace} forbids the Pod",
        f"{{security}}; {RENDER}",
        CauseId.POD_FORBIDDEN,
    ),
    Phrase(
        r"unable to validate against any security context constraint",
        "the Security Context Constraints of OpenShift forbid the user and group of the Pod",
        "set `values.podSecurityContext.enabled: false` and `values.containerSecurityContext.enabled: false`: "
        f"OpenShift then assigns them; {RENDER}",
        CauseId.POD_FORBIDDEN,
    ),
    Phrase(
        rf'{_DENIED}.*\bhost "[^"]*" and path "[^"]*" is already defined in ingress\b',
        "the Ingress {ingress} already has this host and path",
        f"set another `values.ingress.hostname` or `values.ingress.path`; {RENDER}; or delete that Ingress",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*(?:snippet directives are disabled|contains risky annotation|contains invalid word"
        r"|annotation \S+ contains invalid value|annotation cannot be used)",
        "the ingress controller forbids an annotation of the Ingress",
        f"remove it from `values.ingress.annotations`; {RENDER}; or let the administrator of the ingress controller "
        "allow it (`allow-snippet-annotations`, `annotations-risk-level`)",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*(?:invalid ingress class|valid IngressClass)",
        "the class of the Ingress does not exist, or is of no controller",
        f"set `values.ingress.ingressClassName` to one of `kubectl get ingressclasses`; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*cannot be used with pathType",
        "the ingress controller forbids this path with its path type",
        f"correct `values.ingress.path` and `values.ingress.pathType`; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r'kyverno[^"]*" denied the request\b.*(?:failed to evaluate policy|dial tcp|i/o timeout'
        r"|too many requests|unexpected status code|failed to fetch)",
        "Kyverno cannot evaluate its policy {policy}, and refuses {object}",
        "the administrator of Kyverno must correct what the message names; nothing is wrong with the registry",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r'kyverno[^"]*" denied the request\b.*failed to verify image',
        "the Kyverno policy {policy} demands a signature that the image does not have",
        "set `values.image.registry` and `values.image.repository` to a signed copy of the image, or ask the "
        f"administrator of the policy for an exception; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf'{_DENIED}.*(?:due to the following policies|for resource violation)|kyverno[^"]*" denied the request\b',
        "the Kyverno policy {policy} forbids {object}",
        f"{_OBEY} (a PolicyException); {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r"gatekeeper\S* denied the request\b",
        "the Gatekeeper constraint {policy} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r"policy ['\"][^'\"]+['\"](?: with binding ['\"][^'\"]+['\"])? denied request\b",
        "the admission policy {policy} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}|image policy webhook backend denied",
        "the policy of the webhook {webhook} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
)
