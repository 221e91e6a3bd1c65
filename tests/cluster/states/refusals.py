"""States in which the API server refuses an object: webhooks, policies, quotas, rights, and the server itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.cluster.states.state import State, changed, condition, event, recorded, without

_APISERVER: Final = "https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg"
_PLUGINS: Final = "https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/admission"

_POD: Final = 'pods "docker-registry-7cddf6dffc-qwskp" is forbidden: '
_NOT_THE_VALUES: Final = ("values.resources", "values.containerSecurityContext", "policy", "quota of")


def _pod(
    cause: str,
    title: str,
    report: str,
    message: str,
    *,
    says: Sequence[str] = (),
    remedy: Sequence[str] = (),
    never: Sequence[str] = (),
) -> State:
    """Return the state of a ReplicaSet whose Pods the API server refuses with a message."""
    snapshot = changed(
        "quota-exceeded",
        without("Event"),
        condition("ReplicaSet", "FailedCreate", message, type_="ReplicaFailure", status="True"),
        event("ReplicaSet", "FailedCreate", f"Error creating: {message}"),
    )
    return State(title, report, snapshot, (cause,), tuple(says), tuple(remedy), tuple(never))


_WEBHOOKS: Final = (
    _pod(
        "webhook-failed",
        "a webhook for Pods whose Service has no endpoints",
        "https://github.com/kyverno/kyverno/issues/7816",
        'Internal error occurred: failed calling webhook "mutate.kyverno.svc-fail": failed to call webhook: Post '
        '"https://kyverno-svc.kyverno.svc:443/mutate/fail?timeout=10s": no endpoints available for service '
        '"kyverno-svc"',
        says=("the webhook mutate.kyverno.svc-fail does not answer: none of its Pods is ready",),
        remedy=("its Service kyverno-svc", "`kubectl get pods,endpointslices -n kyverno`"),
        never=(*_NOT_THE_VALUES, "forbids"),
    ),
    _pod(
        "webhook-failed",
        "a webhook for Pods whose program was removed",
        "https://github.com/kubernetes/ingress-nginx/issues/7135",
        'Internal error occurred: failed calling webhook "sidecar-injector.istio.io": failed to call webhook: Post '
        '"https://istiod.istio-system.svc:443/inject?timeout=10s": service "istiod" not found',
        says=("the webhook sidecar-injector.istio.io does not answer: its Service does not exist",),
        remedy=("delete the configuration", "| grep sidecar-injector.istio.io`"),
        never=(*_NOT_THE_VALUES, "forbids"),
    ),
    _pod(
        "webhook-failed",
        "a webhook for Pods that refuses the connection",
        "https://github.com/sassoftware/viya4-monitoring-kubernetes/issues/319",
        'Internal error occurred: failed calling webhook "pod-policy.example.com": failed to call webhook: Post '
        '"https://policy.policy-system.svc:443/validate?timeout=10s": dial tcp 10.0.144.68:443: connect: connection '
        "refused",
        says=("the webhook pod-policy.example.com does not answer",),
        remedy=("-n policy-system`",),
        never=("values.resources", "forbids", "Flux cannot reach"),
    ),
    _pod(
        "webhook-failed",
        "a webhook for Pods that the control plane cannot reach",
        "https://github.com/cert-manager/cert-manager/issues/2949",
        'Internal error occurred: failed calling webhook "validation.gatekeeper.sh": Post '
        "https://gatekeeper-webhook-service.gatekeeper-system.svc:443/v1/admit?timeout=3s: context deadline exceeded",
        says=("the API server cannot reach the webhook validation.gatekeeper.sh, or gets no answer in time",),
        remedy=("-n gatekeeper-system`", "a firewall, security group, or NetworkPolicy"),
        never=("values.resources", "forbids", "constraint"),
    ),
    _pod(
        "webhook-failed",
        "a webhook for Pods whose certificate is not trusted",
        "https://github.com/istio/istio/issues/16363",
        'Internal error occurred: failed calling webhook "sidecar-injector.istio.io": Post '
        "https://istio-sidecar-injector.istio-system.svc:443/inject?timeout=30s: x509: certificate signed by unknown "
        "authority",
        says=("the API server does not trust the certificate of the webhook sidecar-injector.istio.io",),
        remedy=("`caBundle`", "-n istio-system`"),
        never=("values.extraCAs", "source.certSecretRef", "forbids"),
    ),
)

_POLICIES: Final = (
    _pod(
        "pod-forbidden",
        "a Kyverno policy forbids the Pod",
        "https://github.com/kyverno/kyverno/tree/main/test/conformance/chainsaw/validate",
        'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource '
        "Pod/docker-registry/docker-registry-7cddf6dffc-qwskp was blocked due to the following policies \n\n"
        "require-image-digest:\n  check-digest: 'validation failure: validation error: Images must use digests. "
        "rule check-digest failed at path /image/'\n",
        says=(
            "the Kyverno policy require-image-digest forbids Pod/docker-registry/docker-registry-7cddf6dffc-qwskp",
            "Images must use digests",
        ),
        remedy=("PolicyException",),
        never=("does not answer", "quota", "Pod Security level"),
    ),
    _pod(
        "pod-forbidden",
        "a Gatekeeper constraint forbids the Pod",
        "https://github.com/streamdal/streamdal/pull/306",
        'admission webhook "validation.gatekeeper.sh" denied the request: [container-must-have-limits] container '
        "<metrics> has no resource limits\n[container-must-meet-ratio] container <metrics> has no resource limits",
        says=("the Gatekeeper constraint container-must-have-limits forbids the object",),
        remedy=("change the value that the message is about",),
        never=("does not answer", "raise the quota"),
    ),
    _pod(
        "pod-forbidden",
        "a ValidatingAdmissionPolicy forbids the Pod",
        f"{_APISERVER}/admission/plugin/policy/validating/dispatcher.go",
        f"{_POD}ValidatingAdmissionPolicy 'only-approved-registries' with binding 'all-namespaces' denied request: "
        "images must come from registry.example.com",
        says=("the admission policy only-approved-registries forbids the object",),
        remedy=("ask the administrator",),
        never=("does not answer", "Pod Security level"),
    ),
    _pod(
        "pod-forbidden",
        "a policy forbids the Pod without an explanation",
        f"{_APISERVER}/admission/plugin/webhook/errors/statuserror.go",
        'admission webhook "pods.example.com" denied the request without explanation',
        says=("the policy of the webhook pods.example.com forbids the object",),
        never=("does not answer",),
    ),
    _pod(
        "pod-forbidden",
        "a service mesh adds a container that the Pod Security level forbids",
        "https://github.com/istio/istio/issues/35894",
        f'{_POD}violates PodSecurity "restricted:latest": non-default capabilities (container "istio-init" must not '
        'include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add), seccompProfile (pod or containers '
        '"istio-init", "istio-proxy" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
        says=("the Pod Security level restricted:latest of namespace docker-registry forbids the Pod",),
        remedy=("`istio-init` and `istio-proxy`", "`values.podLabels`"),
        never=("set `values.containerSecurityContext",),
    ),
    _pod(
        "pod-forbidden",
        "the Pod Security level forbids root and the network of the node",
        "https://github.com/kubernetes/kubernetes/tree/v1.36.3/staging/src/k8s.io/pod-security-admission/policy",
        f'{_POD}violates PodSecurity "baseline:v1.36": host namespaces (hostNetwork=true), hostPort (container '
        '"registry" uses hostPort 5000), hostPath volumes (volume "images"), runAsUser=0 (container "registry" must '
        "not set runAsUser=0)",
        says=("level baseline:v1.36",),
        remedy=("`values.hostNetwork: false`", "`values.extraVolumes`", "`values.containerSecurityContext.runAsUser"),
        never=("capabilities", "seccompProfile"),
    ),
    _pod(
        "pod-forbidden",
        "OpenShift forbids the user and group of the Pod",
        "https://github.com/goharbor/harbor-helm/issues/874",
        f'{_POD}unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable '
        "by user or serviceaccount, provider restricted-v2: .spec.securityContext.fsGroup: Invalid value: "
        "[]int64{1000}: 1000 is not an allowed group, provider restricted-v2: .containers[0].runAsUser: Invalid value: "
        "1000: must be in the ranges: [1000750000, 1000759999]]",
        says=("Security Context Constraints of OpenShift",),
        remedy=("`values.podSecurityContext.enabled: false`", "`values.containerSecurityContext.enabled: false`"),
        never=("Pod Security level", "quota"),
    ),
)

_MISSING: Final = (
    _pod(
        "reference-missing",
        "the ServiceAccount of the Pod does not exist",
        "https://github.com/netscaler/netscaler-helm-charts/pull/113",
        f'{_POD}error looking up service account docker-registry/registry: serviceaccount "registry" not found',
        says=("the ServiceAccount docker-registry/registry does not exist",),
        remedy=("values.serviceAccount.create: true", "`kubectl create serviceaccount registry -n docker-registry`"),
        never=("policy", "quota", "Pod Security level"),
    ),
    _pod(
        "reference-missing",
        "the PriorityClass of the Pod does not exist",
        "https://github.com/alphagov/gsp/pull/843",
        f"{_POD}no PriorityClass with name gsp-critical was found",
        says=("the PriorityClass gsp-critical does not exist",),
        remedy=("`values.priorityClassName`",),
        never=("policy of", "quota"),
    ),
    _pod(
        "reference-missing",
        "the RuntimeClass of the Pod does not exist",
        "https://github.com/canonical/microk8s/issues/2359",
        f'{_POD}pod rejected: RuntimeClass "gvisor" not found',
        says=("the RuntimeClass gvisor does not exist",),
        remedy=("`values.runtimeClassName`",),
        never=("policy of", "quota"),
    ),
    _pod(
        "namespace-ending",
        "the namespace of the Pod is being deleted",
        "https://github.com/galaxyproject/galaxy-helm/issues/457",
        f"{_POD}unable to create new content in namespace docker-registry because it is being terminated",
        says=("the namespace docker-registry is being deleted",),
        remedy=("`kubectl describe namespace docker-registry`",),
        never=("policy of", "quota"),
    ),
)

_LIMITS: Final = (
    _pod(
        "limits-refused",
        "a quota demands limits that the Pod does not set",
        "https://github.com/helm/charts/issues/23255",
        f"{_POD}failed quota: default: must specify limits.cpu for: registry; limits.memory for: registry",
        says=("the quota default demands that each container sets requests and limits",),
        remedy=("set `values.resources.limits.cpu` and `values.resources.limits.memory`",),
        never=("lower", "raise the quota", "has no room"),
    ),
    _pod(
        "limits-refused",
        "a quota of an older cluster demands limits and requests",
        "https://github.com/redhat-developer/gitops-operator/issues/92",
        f"{_POD}failed quota: compute-resources: must specify limits.cpu,limits.memory,requests.cpu,requests.memory",
        says=("the quota compute-resources demands",),
        remedy=("`values.resources.limits.cpu`", "`values.resources.requests.memory`"),
        never=("lower", "raise the quota"),
    ),
    _pod(
        "limits-refused",
        "a LimitRange forbids the memory limit",
        "https://github.com/harn3ss/open-infra/issues/9",
        f"{_POD}maximum memory usage per Container is 256Mi, but limit is 512Mi",
        says=("a LimitRange of namespace docker-registry", "256Mi, but limit is 512Mi"),
        remedy=("correct `values.resources.limits.memory`", "`kubectl describe limitrange -n docker-registry`"),
        never=("quota", "persistence"),
    ),
    _pod(
        "quota-exceeded",
        "a quota has no room for the memory of the Pod",
        f"{_APISERVER}/admission/plugin/resourcequota/controller.go",
        f"{_POD}exceeded quota: compute, requested: limits.memory=512Mi,requests.cpu=100m, used: "
        "limits.memory=4Gi,requests.cpu=2, limited: limits.memory=4Gi,requests.cpu=2",
        says=("the quota compute of namespace docker-registry has no room",),
        remedy=("lower `values.resources.limits.memory` and `values.resources.requests.cpu`", "describe quota"),
        never=("demands", "replicaCount"),
    ),
    _pod(
        "quota-exceeded",
        "a PriorityClass needs a quota of its own",
        f"{_APISERVER}/admission/plugin/resourcequota/controller.go",
        f"{_POD}insufficient quota to match these scopes: [{{PriorityClass In [system-node-critical "
        "system-cluster-critical]}]",
        remedy=("`values.priorityClassName`",),
        never=("values.resources",),
    ),
)

_SERVER: Final = (
    _pod(
        "api-unavailable",
        "etcd does not answer while the Pod is created",
        "https://github.com/helm/helm/issues/7992",
        "etcdserver: request timed out",
        says=("the API server could not serve the request",),
        remedy=("try again by themselves",),
        never=("policy of", "quota", "values.resources"),
    ),
    _pod(
        "api-unavailable",
        "etcd is full",
        "https://github.com/etcd-io/etcd/blob/main/api/v3rpc/rpctypes/error.go",
        "etcdserver: mvcc: database space exceeded",
        says=("etcd is full",),
        remedy=("compact and defragment",),
        never=("by themselves", "quota"),
    ),
    _pod(
        "object-invalid",
        "the requests of the Pod are above its limits",
        "https://github.com/camunda/camunda-platform-helm/issues/330",
        'Pod "docker-registry-7cddf6dffc-qwskp" is invalid: spec.containers[0].resources.requests: Invalid value: '
        '"2": must be less than or equal to cpu limit of 500m',
        says=("the API server refuses spec.containers[0].resources.requests",),
        remedy=("correct `values.resources`",),
        never=("policy of", "quota"),
    ),
)

_WEBHOOK: Final = "pods.policy.example.com"

_RECORDED: Final = (
    recorded(
        "webhook-without-service",
        "the program of a webhook was removed, and a Pod ends",
        "webhook-failed",
        says=(f"the webhook {_WEBHOOK} does not answer: its Service does not exist",),
        remedy=("delete the configuration", f"| grep {_WEBHOOK}`"),
        never=_NOT_THE_VALUES[:2],
    ),
    recorded(
        "webhook-refuses-connection",
        "a webhook refuses the connection, and a Pod ends",
        "webhook-failed",
        says=(f"the webhook {_WEBHOOK} does not answer",),
        remedy=("look at the Pods of its Service policy: `kubectl get pods,endpointslices -n docker-registry`",),
        never=(*_NOT_THE_VALUES[:2], "Flux cannot reach"),
    ),
    recorded(
        "webhook-without-route",
        "there is no route to a webhook, and a Pod ends",
        "webhook-failed",
        says=(f"the API server cannot reach the webhook {_WEBHOOK}",),
        remedy=("a firewall, security group, or NetworkPolicy",),
    ),
    recorded(
        "webhook-not-trusted",
        "the certificate of a webhook is not trusted, and a Pod ends",
        "webhook-failed",
        says=(f"the API server does not trust the certificate of the webhook {_WEBHOOK}",),
        remedy=("`caBundle`",),
        never=("values.extraCAs", "source.certSecretRef"),
    ),
    recorded(
        "webhook-denies",
        "a webhook denies the Pod",
        "pod-forbidden",
        says=(f"the policy of the webhook {_WEBHOOK} forbids the object", "images must be signed"),
        never=("does not answer",),
    ),
    recorded(
        "service-account-missing",
        "the ServiceAccount of the chart was deleted, and a Pod ends",
        "reference-missing",
        says=("the ServiceAccount docker-registry/docker-registry does not exist",),
        remedy=("`flux reconcile helmrelease docker-registry -n docker-registry --force`",),
        never=("policy of", "kubectl create serviceaccount"),
    ),
    recorded(
        "priority-class-missing",
        "an upgrade names a PriorityClass that does not exist",
        "reference-missing",
        says=("the PriorityClass critical-registries does not exist",),
        remedy=("`values.priorityClassName`",),
    ),
    recorded(
        "limits-demanded",
        "a new quota demands a CPU limit, and the values have none",
        "limits-refused",
        says=("the quota compute demands", "must specify limits.cpu for: registry"),
        remedy=("set `values.resources.limits.cpu`;",),
        never=("lower", "raise the quota"),
    ),
    recorded(
        "limit-range",
        "a new LimitRange allows less memory than the limit",
        "limits-refused",
        says=("a LimitRange of namespace docker-registry",),
        remedy=("correct `values.resources.limits.memory`: `kubectl describe limitrange -n docker-registry`",),
        never=("quota",),
    ),
    recorded(
        "quota-of-memory",
        "a new quota has no room for CPU and memory of the Pod",
        "quota-exceeded",
        says=("the quota compute of namespace docker-registry has no room",),
        remedy=("lower `values.resources.limits.memory` and `values.resources.requests.cpu`",),
        never=("demands",),
    ),
)

STATES: Final[tuple[State, ...]] = (*_WEBHOOKS, *_POLICIES, *_MISSING, *_LIMITS, *_SERVER, *_RECORDED)
