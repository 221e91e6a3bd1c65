"""Sentences of the admission plug-ins of Kubernetes: quotas, ranges, and what a Pod refers to."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.wording import RENDER

LIMIT_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r'looking up service account \S+ serviceaccount "[^"]+" not found',
        "the ServiceAccount {missing_account} does not exist",
        "{create_account}",
        CauseId.REFERENCE_MISSING,
        has_names=True,
    ),
    Phrase(
        r"is not allowed because service account \S+ does not reference that (?:secret|imagePullSecret)",
        "the ServiceAccount of the Pod forbids all Secrets but those that it lists",
        "add the Secret that the message names to the `secrets` or `imagePullSecrets` of the ServiceAccount, or remove "
        "its annotation `kubernetes.io/enforce-mountable-secrets`",
        CauseId.POD_FORBIDDEN,
    ),
    Phrase(
        r"pod node label selector (?:conflicts with its namespace|labels conflict with its namespace)",
        "the node selector of the Pod contradicts that of namespace {namespace}",
        "correct `values.nodeSelector`: `kubectl describe namespace {namespace}` shows that of the namespace, in the "
        f"annotation scheduler.alpha.kubernetes.io/node-selector; {RENDER}",
        CauseId.POD_FORBIDDEN,
        has_names=True,
    ),
    Phrase(
        r"pod tolerations \(possibly merged with namespace default tolerations\) conflict with its \w+ whitelist",
        "namespace {namespace} does not allow the tolerations of the Pod",
        "correct `values.tolerations`: `kubectl describe namespace {namespace}` shows the allowed ones, in the "
        f"annotation scheduler.alpha.kubernetes.io/tolerationsWhitelist; {RENDER}",
        CauseId.POD_FORBIDDEN,
        has_names=True,
    ),
    Phrase(
        r"no PriorityClass with name \S+ was found",
        "the PriorityClass {priority_class} does not exist",
        f"set `values.priorityClassName` to one of `kubectl get priorityclasses`; {RENDER}",
        CauseId.REFERENCE_MISSING,
    ),
    Phrase(
        r'RuntimeClass "[^"]+" not found',
        "the RuntimeClass {runtime_class} does not exist",
        f"set `values.runtimeClassName` to one of `kubectl get runtimeclasses`; {RENDER}",
        CauseId.REFERENCE_MISSING,
    ),
    Phrase(
        r"because it is being terminated",
        "the namespace {ending_namespace} is being deleted",
        "wait until it is gone: `kubectl get namespace {ending_namespace}`; Flux then creates it again, if Git has it. "
        "`kubectl describe namespace {ending_namespace}` shows what it waits for",
        CauseId.NAMESPACE_ENDING,
    ),
    Phrase(
        r'namespaces "[^"]+" not found',
        "the namespace {missing_namespace} does not exist",
        "commit a Namespace of this name, and list its file first in the `resources` of kustomization.yaml; for "
        "`release.targetNamespace`, `release.install.createNamespace: true` creates it, too",
        CauseId.NAMESPACE_MISSING,
    ),
    Phrase(
        r"failed quota: \S+ must specify\b",
        "the quota {quota} demands that each container sets requests and limits",
        f"{{set_limits}}; {RENDER}",
        CauseId.LIMITS_REFUSED,
        has_names=True,
    ),
    Phrase(
        r"\b(?:maximum|minimum) storage usage per PersistentVolumeClaim is\b",
        "a LimitRange of namespace {namespace} forbids the size of the claim",
        f"correct `values.persistence.size`: `kubectl describe limitrange -n {{namespace}}`; {RENDER}",
        CauseId.LIMITS_REFUSED,
    ),
    Phrase(
        r"\b(?:maximum|minimum) [\w./-]+ usage per (?:Container|Pod) is\b"
        r"|\bmax limit to request ratio per (?:Container|Pod) is\b",
        "a LimitRange of namespace {namespace} forbids the requests or limits of the Pod",
        f"correct {{ranges}}: `kubectl describe limitrange -n {{namespace}}` shows the range; {RENDER}",
        CauseId.LIMITS_REFUSED,
    ),
    Phrase(
        r"exceeded quota: ",
        "the quota {quota} of namespace {namespace} has no room for {requested}",
        f"{{use_less}}; {RENDER}; or raise the quota: `kubectl describe quota -n {{namespace}}`",
        CauseId.QUOTA_EXCEEDED,
    ),
    Phrase(
        r"insufficient quota to (?:consume|match these scopes): ",
        "a quota must allow this PriorityClass or resource in namespace {namespace}, and there is none",
        f"change `values.priorityClassName`; {RENDER}; or ask the administrator for such a quota",
        CauseId.QUOTA_EXCEEDED,
    ),
)
