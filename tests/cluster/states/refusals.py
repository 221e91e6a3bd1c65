"""States in which the API server refuses an object: webhooks, policies, quotas, rights, and the server itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.cluster.states.state import (
    Change,
    State,
    add,
    changed,
    condition,
    edit,
    event,
    recorded,
    upgrade_failed,
    without,
)

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
        "a webhook for Pods that answers in another version of the API",
        f"{_APISERVER}/admission/plugin/webhook/request/admissionreview.go",
        'Internal error occurred: failed calling webhook "pods.example.com": received invalid webhook response: '
        "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v1beta1, "
        "Kind=AdmissionReview",
        says=("the webhook pods.example.com answers with an error, not with a decision",),
        remedy=("its version does not fit its configuration", "| grep pods.example.com`"),
        never=("forbids", "values.resources", "outside of the cluster"),
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
        "a newer policy of Kyverno forbids the Pod",
        "https://github.com/kyverno/kyverno/tree/main/pkg/webhooks/resource/vpol",
        'admission webhook "vpol.validate.kyverno.svc-fail" denied the request: Policy require-team failed: the label '
        "team is required",
        says=("the Kyverno policy require-team forbids the Pod",),
        never=("does not answer",),
    ),
    _pod(
        "pod-forbidden",
        "Kyverno cannot evaluate a policy about signatures",
        "https://github.com/kyverno/kyverno/tree/main/pkg/webhooks/resource/ivpol",
        'admission webhook "ivpol.validate.kyverno.svc-fail" denied the request: Policy require-signed-images error: '
        "failed to evaluate policy: GET https://index.docker.io/v2/library/registry/manifests/3.1.1: unexpected status "
        "code 429 Too Many Requests",
        says=("Kyverno cannot evaluate its policy require-signed-images",),
        remedy=("the administrator of Kyverno",),
        never=("registry.yaml", "PolicyException"),
    ),
    _pod(
        "pod-forbidden",
        "Kyverno finds no signature of the image",
        "https://github.com/kyverno/kyverno/issues/5184",
        'admission webhook "mutate.kyverno.svc-fail" denied the request: \n\nresource Pod/docker-registry/'
        "docker-registry-7cddf6dffc-qwskp was blocked due to the following policies \n\nverify-image:\n  verify-image: "
        "'failed to verify image docker.io/library/registry:3.1.1: .attestors[0].entries[0].keys: no matching "
        "signatures: '\n",
        says=("the Kyverno policy verify-image demands a signature that the image does not have",),
        remedy=("`values.image.registry` and `values.image.repository`",),
        never=("does not answer",),
    ),
    _pod(
        "pod-forbidden",
        "a Gatekeeper constraint forbids the Pod",
        "https://github.com/streamdal/streamdal/pull/306",
        'admission webhook "validation.gatekeeper.sh" denied the request: [container-must-have-limits] container '
        "<metrics> has no resource limits\n[container-must-meet-ratio] container <metrics> has no resource limits",
        says=("the Gatekeeper constraint container-must-have-limits forbids the Pod",),
        remedy=("change what the message is about in registry.yaml",),
        never=("does not answer", "raise the quota"),
    ),
    _pod(
        "pod-forbidden",
        "a ValidatingAdmissionPolicy forbids the Pod",
        f"{_APISERVER}/admission/plugin/policy/validating/dispatcher.go",
        f"{_POD}ValidatingAdmissionPolicy 'only-approved-registries' with binding 'all-namespaces' denied request: "
        "images must come from registry.example.com",
        says=("the admission policy only-approved-registries forbids the Pod",),
        remedy=("ask the administrator",),
        never=("does not answer", "Pod Security level"),
    ),
    _pod(
        "pod-forbidden",
        "a policy forbids the Pod without an explanation",
        f"{_APISERVER}/admission/plugin/webhook/errors/statuserror.go",
        'admission webhook "pods.example.com" denied the request without explanation',
        says=("the policy of the webhook pods.example.com forbids the Pod",),
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
    State(
        "the Pod Security level wants a setting that the values turn off",
        "https://github.com/kubernetes/kubernetes/tree/v1.36.3/staging/src/k8s.io/pod-security-admission/policy",
        changed("pod-forbidden"),
        ("pod-forbidden",),
        says=("the Pod Security level restricted:latest of namespace docker-registry",),
        remedy=(
            "set `values.podSecurityContext.enabled: true` and `values.containerSecurityContext.enabled: true`",
            "`values.containerSecurityContext.capabilities.drop: [ALL]`",
            "`values.podSecurityContext.seccompProfile.type: RuntimeDefault`",
        ),
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

_UNKNOWN: Final = (
    _pod(
        "pod-forbidden",
        "a Pod is refused by a plug-in that nobody has heard of",
        "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
        f"{_POD}the moon is full",
        says=("the API server does not accept the Pod of the ReplicaSet", "the moon is full"),
        remedy=("the message has the reason: `kubectl describe replicaset docker-registry-7cddf6dffc",),
        never=("policy of", "quota", "values."),
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
        "the default ServiceAccount of a new namespace does not exist yet",
        f"{_PLUGINS}/serviceaccount/admission.go",
        f'{_POD}error looking up service account docker-registry/default: serviceaccount "default" not found',
        says=("the ServiceAccount docker-registry/default does not exist",),
        remedy=("wait: Kubernetes creates it",),
        never=("kubectl create",),
    ),
    _pod(
        "pod-forbidden",
        "the ServiceAccount of the Pod forbids its Secret",
        f"{_PLUGINS}/serviceaccount/admission.go",
        f'{_POD}volume with secret.secretName="registry-htpasswd" is not allowed because service account '
        "docker-registry does not reference that secret",
        says=("forbids all Secrets but those that it lists", "registry-htpasswd"),
        remedy=("`kubernetes.io/enforce-mountable-secrets`",),
        never=("does not exist", "Pod Security level"),
    ),
    _pod(
        "pod-forbidden",
        "the node selector of the Pod contradicts that of the namespace",
        f"{_PLUGINS}/podnodeselector/admission.go",
        f"{_POD}pod node label selector conflicts with its namespace node label selector",
        remedy=("`values.nodeSelector`", "`kubectl describe namespace docker-registry`"),
        never=("no node can run", "label a node"),
    ),
    _pod(
        "pod-forbidden",
        "the namespace does not allow a toleration of the Pod",
        f"{_PLUGINS}/podtolerationrestriction/admission.go",
        f"{_POD}pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace "
        "whitelist",
        remedy=("`values.tolerations`",),
        never=("add the taint",),
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
        "a quota demands limits of a container that a service mesh adds",
        "https://github.com/deckhouse/deckhouse/issues/8919",
        f"{_POD}failed quota: mem-cpu-hdd: must specify limits.cpu for: istio-init,istio-proxy,registry; limits.memory "
        "for: istio-init",
        says=("the quota mem-cpu-hdd demands",),
        remedy=(
            "set `values.resources.limits.cpu`;",
            "`istio-init` and `istio-proxy`: no container of the chart",
            "`values.podAnnotations`",
        ),
        never=("values.resources.limits.memory",),
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

_HELM: Final = "Helm upgrade failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: "


def _helm(
    cause: str,
    title: str,
    report: str,
    message: str,
    *,
    says: Sequence[str] = (),
    remedy: Sequence[str] = (),
    never: Sequence[str] = (),
) -> State:
    """Return the state of a release whose upgrade the API server refuses with a message, while its Pod runs."""
    snapshot = changed("ready", upgrade_failed(f"{_HELM}{message}"))
    return State(title, report, snapshot, (cause,), tuple(says), tuple(remedy), tuple(never))


_INGRESS: Final = (
    'failed to create resource: admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: '
)

_HELM_STATES: Final = (
    _helm(
        "webhook-failed",
        "the webhook of ingress-nginx refuses the connection",
        "https://github.com/sassoftware/viya4-monitoring-kubernetes/issues/319",
        'failed to create resource: Internal error occurred: failed calling webhook "validate.nginx.ingress.kubernetes.'
        'io": failed to call webhook: Post "https://ingress-nginx-controller-admission.ingress-nginx.svc:443/networking/'
        'v1/ingresses?timeout=10s": dial tcp 10.0.144.68:443: connect: connection refused',
        says=("the webhook validate.nginx.ingress.kubernetes.io does not answer",),
        remedy=("its Service ingress-nginx-controller-admission", "-n ingress-nginx`"),
        never=("Flux cannot reach", "values.ingress", "wait"),
    ),
    _helm(
        "object-forbidden",
        "the Ingress has a snippet that ingress-nginx forbids",
        "https://github.com/kubernetes/ingress-nginx/issues/13603",
        f"{_INGRESS}nginx.ingress.kubernetes.io/configuration-snippet annotation cannot be used. Snippet directives "
        "are disabled by the Ingress administrator",
        says=("the ingress controller forbids an annotation of the Ingress",),
        remedy=("`values.ingress.annotations`", "`allow-snippet-annotations`"),
        never=("does not answer",),
    ),
    _helm(
        "object-forbidden",
        "the Ingress has an annotation that ingress-nginx holds for risky",
        "https://github.com/kubernetes/ingress-nginx/issues/12621",
        f"{_INGRESS}annotation group ConfigurationSnippet contains risky annotation based on ingress configuration",
        remedy=("`values.ingress.annotations`", "`annotations-risk-level`"),
    ),
    _helm(
        "object-forbidden",
        "another Ingress has the host and path",
        "https://github.com/kubernetes/ingress-nginx/issues/8216",
        f'{_INGRESS}host "registry.example.com" and path "/" is already defined in ingress default/old-registry',
        says=("the Ingress default/old-registry already has this host and path",),
        remedy=("`values.ingress.hostname`",),
        never=("does not answer", "annotation"),
    ),
    _helm(
        "object-forbidden",
        "the class of the Ingress does not exist, and AWS forbids the Ingress",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2813",
        'failed to create resource: admission webhook "vingress.elbv2.k8s.aws" denied the request: invalid ingress '
        'class: IngressClass.networking.k8s.io "alb" not found',
        says=("the class of the Ingress does not exist",),
        remedy=("`values.ingress.ingressClassName`", "`kubectl get ingressclasses`"),
        never=("exception",),
    ),
    _helm(
        "object-forbidden",
        "ingress-nginx forbids the path with its type",
        "https://github.com/percona/percona-helm-charts/issues/317",
        f"{_INGRESS}ingress contains invalid paths: path /v2(/|$)(.*) cannot be used with pathType Prefix",
        remedy=("`values.ingress.pathType`",),
    ),
    _helm(
        "object-forbidden",
        "a Kyverno policy forbids the Deployment",
        "https://github.com/kyverno/kyverno/issues/10008",
        "server-side apply failed for object docker-registry/docker-registry apps/v1, Kind=Deployment: admission "
        'webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Deployment/docker-registry/'
        "docker-registry was blocked due to the following policies \n\nrequire-labels:\n  autogen-check-team: "
        "'validation error: label team is required. rule autogen-check-team failed at path /spec/template/'\n",
        says=("the Kyverno policy require-labels forbids",),
        remedy=("PolicyException",),
        never=("does not answer",),
    ),
    _helm(
        "object-forbidden",
        "a webhook denies a Certificate",
        "https://github.com/cert-manager/cert-manager/tree/master/internal/apis/certmanager/validation",
        'admission webhook "webhook.cert-manager.io" denied the request: spec.issuerRef.name: Required value: must be '
        "specified",
        says=("webhook.cert-manager.io forbids the object", "spec.issuerRef.name"),
        never=("does not answer",),
    ),
    _helm(
        "quota-exceeded",
        "a quota has no room for a larger claim",
        "https://github.com/InseeFrLab/onyxia/issues/961",
        'persistentvolumeclaims "docker-registry" is forbidden: exceeded quota: onyxia-quota, requested: '
        "requests.storage=1500Gi, used: requests.storage=1102Gi, limited: requests.storage=2Ti",
        says=("the quota onyxia-quota of namespace docker-registry has no room",),
        remedy=("lower `values.persistence.size`", "`kubectl describe quota -n docker-registry`"),
        never=("values.resources", "replicaCount"),
    ),
    _helm(
        "quota-exceeded",
        "a quota has no room for a load balancer",
        f"{_APISERVER}/admission/plugin/resourcequota/controller.go",
        'services "docker-registry" is forbidden: exceeded quota: object-counts, requested: services.loadbalancers=1, '
        "used: services.loadbalancers=2, limited: services.loadbalancers=2",
        remedy=("set `values.service.type: ClusterIP`",),
        never=("values.resources", "persistence"),
    ),
    _helm(
        "quota-exceeded",
        "a quota has no room for one more revision of the release",
        f"{_APISERVER}/admission/plugin/resourcequota/controller.go",
        'create: failed to create: secrets "sh.helm.release.v1.docker-registry.v6" is forbidden: exceeded quota: '
        "object-counts, requested: count/secrets=1, used: count/secrets=20, limited: count/secrets=20",
        remedy=("lower `release.maxHistory`",),
        never=("values.resources", "persistence"),
    ),
    _helm(
        "limits-refused",
        "a LimitRange forbids the size of the claim",
        f"{_PLUGINS}/limitranger/admission.go",
        'persistentvolumeclaims "docker-registry" is forbidden: maximum storage usage per PersistentVolumeClaim is '
        "50Gi, but request is 100Gi",
        remedy=("correct `values.persistence.size`",),
        never=("values.resources", "quota"),
    ),
    _helm(
        "access-denied",
        "the account of the release cannot read the Secrets of Helm",
        "https://github.com/fluxcd/helm-controller/issues/498",
        "query: failed to query with labels: secrets is forbidden: User "
        '"system:serviceaccount:tenants:flux-reconciler" cannot list resource "secrets" in API group "" in the '
        'namespace "docker-registry"',
        says=(
            "system:serviceaccount:tenants:flux-reconciler is not allowed to list secrets in namespace docker-registry",
        ),
        remedy=(
            "`kubectl create rolebinding flux-reconciler -n docker-registry --clusterrole=cluster-admin "
            "--serviceaccount=tenants:flux-reconciler`",
            "`release.serviceAccountName`",
        ),
        never=("policy of",),
    ),
    _helm(
        "access-denied",
        "the account of the release cannot read CRDs",
        "https://github.com/fluxcd/flux2-multi-tenancy/issues/69",
        'customresourcedefinitions.apiextensions.k8s.io is forbidden: User "system:serviceaccount:tenants:flux" cannot '
        'list resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope',
        says=("tenants:flux is not allowed to list customresourcedefinitions in the cluster",),
        remedy=("a ClusterRole and a ClusterRoleBinding",),
        never=("cluster-admin",),
    ),
    _helm(
        "access-denied",
        "helm-controller has lost its rights",
        "https://fluxcd.io/flux/installation/configuration/multitenancy/",
        'secrets is forbidden: User "system:serviceaccount:flux-system:helm-controller" cannot list resource "secrets" '
        'in API group "" in the namespace "docker-registry"',
        says=("flux-system:helm-controller is not allowed to list secrets",),
        remedy=("`cluster-reconciler-flux-system`",),
        never=("kubectl create",),
    ),
    _helm(
        "api-unavailable",
        "two clients change an object at the same time",
        "https://github.com/kyverno/kyverno/issues/5184",
        'Operation cannot be fulfilled on deployments.apps "docker-registry": the object has been modified; please '
        "apply your changes to the latest version and try again",
        says=("another client changed the object at the same time",),
        remedy=("by themselves",),
    ),
    _helm(
        "access-denied",
        "the account of the release cannot grant the rights of the collector",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/rbac/validation/rule.go",
        'roles.rbac.authorization.k8s.io "docker-registry-collection" is forbidden: user "system:serviceaccount:'
        'tenants:flux-reconciler" (groups=["system:serviceaccounts" "system:authenticated"]) is attempting to grant '
        'RBAC permissions not currently held:\n{APIGroups:["apps"], Resources:["deployments"], Verbs:["patch"]}',
        says=("tenants:flux-reconciler is not allowed to grant the rights",),
        remedy=("`escalate` and `bind`",),
    ),
    _helm(
        "object-forbidden",
        "GKE forbids changes in a namespace that it manages",
        "https://github.com/tailscale/tailscale/issues/9475",
        'roles.rbac.authorization.k8s.io "docker-registry" is forbidden: User "system:serviceaccount:flux-system:'
        'helm-controller" cannot create resource "roles" in API group "rbac.authorization.k8s.io" in the namespace '
        '"kube-system": GKE Warden authz [denied by managed-namespaces-limitation]: the namespace "kube-system" is '
        'managed and the request\'s verb "create" is denied',
        says=("the provider of the cluster forbids to create roles in namespace kube-system",),
        never=("kubectl create rolebinding",),
    ),
    _helm(
        "access-denied",
        "the binding of the account names a role that does not exist",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/auth/authorizer/rbac/rbac.go",
        'query: failed to query with labels: secrets is forbidden: User "system:serviceaccount:tenants:flux" cannot '
        'list resource "secrets" in API group "" in the namespace "docker-registry": RBAC: '
        'clusterrole.rbac.authorization.k8s.io "tenant-admin" not found',
        says=("names the role tenant-admin, which does not exist",),
        remedy=("create that role",),
        never=("kubectl create rolebinding",),
    ),
    _helm(
        "access-denied",
        "helm-controller is not allowed to impersonate",
        "https://fluxcd.io/flux/installation/configuration/multitenancy/",
        'users "system:serviceaccount:tenants:flux" is forbidden: User "system:serviceaccount:flux-system:helm-'
        'controller" cannot impersonate resource "users" in API group "" at the cluster scope',
        says=("flux-system:helm-controller is not allowed to act as another account",),
        remedy=("`release.serviceAccountName`",),
        never=("create clusterrolebinding",),
    ),
    _helm(
        "access-denied",
        "the token of a kubeconfig has expired",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go",
        "the server has asked for the client to provide credentials",
        says=("the API server does not accept the credentials of Flux",),
        remedy=("`release.kubeConfig`",),
        never=("source.secretRef",),
    ),
    _helm(
        "namespace-ending",
        "the namespace of the release is being deleted",
        "https://github.com/galaxyproject/galaxy-helm/issues/457",
        'create: failed to create: secrets "sh.helm.release.v1.docker-registry.v1" is forbidden: unable to create new '
        "content in namespace docker-registry because it is being terminated",
        says=("the namespace docker-registry is being deleted",),
        remedy=("wait until it is gone", "`kubectl describe namespace docker-registry`"),
        never=("policy of", "quota"),
    ),
    _helm(
        "namespace-missing",
        "the target namespace does not exist",
        "https://github.com/fluxcd/helm-controller/blob/main/docs/spec/v2/helmreleases.md",
        'create: failed to create: namespaces "registries" not found',
        says=("the namespace registries does not exist",),
        remedy=("`release.install.createNamespace: true`",),
    ),
    _helm(
        "api-unavailable",
        "etcd changes its leader during an upgrade",
        "https://github.com/fluxcd/flux2/issues/4804",
        "etcdserver: leader changed",
        says=("the API server could not serve the request",),
        remedy=("try again by themselves", "--reset`", "`kubectl get --raw /readyz/etcd`"),
        never=("values.",),
    ),
    _helm(
        "api-unavailable",
        "the API server does not answer helm-controller",
        "https://github.com/helm/helm/blob/v4.2.2/pkg/kube/client.go",
        'create: failed to create: Post "https://10.96.0.1:443/api/v1/namespaces/docker-registry/secrets": dial tcp '
        "10.96.0.1:443: connect: connection refused",
        says=("Flux cannot reach the API server",),
        never=("values.", "webhook"),
    ),
    _helm(
        "api-unavailable",
        "the metrics API does not answer",
        "https://github.com/helm/helm/issues/6361",
        "could not get apiVersions from Kubernetes: unable to retrieve the complete list of server APIs: "
        "metrics.k8s.io/v1beta1: the server is currently unable to handle the request",
        says=("the API metrics.k8s.io/v1beta1 does not answer",),
        remedy=("`kubectl get apiservice v1beta1.metrics.k8s.io`",),
        never=("by themselves",),
    ),
    _helm(
        "webhook-failed",
        "the program that converts a kind was removed",
        "https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.4/pkg/apiserver/conversion/webhook_converter.go",
        "could not get information about the resource: conversion webhook for cert-manager.io/v1alpha2, "
        'Kind=Certificate failed: Post "https://cert-manager-webhook.cert-manager.svc:443/convert?timeout=30s": '
        'service "cert-manager-webhook" not found',
        says=("the conversion webhook of kind Certificate does not answer",),
        remedy=("its Service cert-manager-webhook", "-n cert-manager`"),
    ),
    _helm(
        "object-invalid",
        "another Service has the port of the nodes",
        "https://github.com/1Password/connect-helm-charts/issues/22",
        'failed to create resource: Service "docker-registry" is invalid: spec.ports[0].nodePort: Invalid value: '
        "31080: provided port is already allocated",
        says=("another Service already has the IP or port",),
        remedy=("`values.service.nodePorts`",),
    ),
    _helm(
        "object-invalid",
        "the IP of the Service is not of the cluster",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/core/service/ipallocator/interfaces.go",
        'Service "docker-registry" is invalid: spec.clusterIPs: Invalid value: ["10.43.0.50"]: failed to allocate IP '
        "10.43.0.50: the provided IP (10.43.0.50) is not in the valid range. The range of valid IPs is 10.96.0.0/16",
        says=("is not of this cluster's range", "10.96.0.0/16"),
        remedy=("`values.service.clusterIP`",),
    ),
    _helm(
        "object-invalid",
        "the path of the Ingress is no path",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/networking/validation/validation.go",
        'Ingress.networking.k8s.io "docker-registry" is invalid: spec.rules[0].http.paths[0].path: Invalid value: '
        '"v2": must be an absolute path',
        says=("the API server refuses spec.rules[0].http.paths[0].path of the Ingress",),
        remedy=("correct `values.ingress.path`",),
    ),
    _helm(
        "drifted",
        "somebody has scaled the Deployment, and Helm does not take the field back",
        "https://github.com/k3s-io/helm-controller/issues/343",
        "conflict occurred while applying object docker-registry/docker-registry apps/v1, Kind=Deployment: Apply "
        'failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
        says=("kubectl has set .spec.replicas",),
        remedy=("let one of them own the field",),
    ),
)

_DRY_RUN: Final = "HelmRelease/docker-registry/docker-registry dry-run failed"

_KUSTOMIZATION_STATES: Final = (
    State(
        "a webhook for HelmReleases does not support the dry-run",
        "https://github.com/fluxcd/flux2/issues/4073",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ReconciliationFailed",
                f'{_DRY_RUN} (BadRequest): admission webhook "releases.example.com" does not support dry run',
            ),
        ),
        ("webhook-failed",),
        says=("the webhook releases.example.com does not support the dry-run",),
        remedy=("`sideEffects: None`", "| grep releases.example.com`"),
        ready=True,
    ),
    State(
        "a webhook for HelmReleases refuses the connection of the dry-run",
        "https://github.com/kyverno/kyverno/issues/7816",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ReconciliationFailed",
                f'{_DRY_RUN} (InternalError): Internal error occurred: failed calling webhook "releases.example.com": '
                'failed to call webhook: Post "https://releases.policy.svc:443/validate?timeout=10s": dial tcp '
                "10.0.144.68:443: connect: connection refused",
            ),
        ),
        ("webhook-failed",),
        says=("the webhook releases.example.com does not answer",),
        remedy=("-n policy`",),
        never=("wait", "the API server did not answer"),
        ready=True,
    ),
    State(
        "a Gatekeeper constraint forbids the Namespace at the dry-run",
        "https://github.com/open-policy-agent/gatekeeper/issues/733",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ReconciliationFailed",
                'Namespace/docker-registry dry-run failed (Forbidden): admission webhook "validation.gatekeeper.sh" '
                "denied the request: [ns-must-have-owner] you must provide labels: owner",
            ),
        ),
        ("object-forbidden",),
        says=("the Gatekeeper constraint ns-must-have-owner forbids",),
        never=("does not answer",),
        ready=True,
    ),
)

_QUOTA: Final = (
    "exceeded quota: object-counts, requested: pods=1, used: pods=10, limited: pods=10",
    ("the quota object-counts of namespace docker-registry has no room for pods=1",),
    ("delete Pods that nobody needs",),
)


def _as_stateful_set(data: dict[str, Any]) -> None:
    data["kind"] = "StatefulSet"
    data["status"] = {"observedGeneration": data["metadata"]["generation"], "replicas": 0}


def _with_stateful_set_in_inventory(release: dict[str, Any]) -> None:
    for entry in release["status"]["inventory"]["entries"]:
        entry["id"] = entry["id"].replace("_apps_Deployment", "_apps_StatefulSet")


def _collector(*jobs: dict[str, Any]) -> Change:
    """Add the CronJob that collects garbage, and Jobs of it."""
    labels = {"helm.toolkit.fluxcd.io/name": "docker-registry", "helm.toolkit.fluxcd.io/namespace": "docker-registry"}
    names = {"name": "docker-registry-collection", "namespace": "docker-registry", "uid": "collection"}
    cron_job = {"kind": "CronJob", "metadata": {**names, "labels": labels}, "spec": {"schedule": "30 3 * * 0"}}
    return add(cron_job, *jobs)


_JOB: Final = {
    "kind": "Job",
    "metadata": {
        "name": "docker-registry-collection-1",
        "namespace": "docker-registry",
        "uid": "collection-1",
        "ownerReferences": [{"uid": "collection"}],
        "creationTimestamp": "2026-11-25T03:30:00Z",
    },
    "status": {},
}

_OWNERS: Final = (
    State(
        "the reason why a Pod is refused has changed, and the condition still has the first one",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/replicaset/replica_set_utils.go",
        changed(
            "quota-exceeded",
            without("Event"),
            event(
                "ReplicaSet",
                "FailedCreate",
                "(combined from similar events): Error creating: "
                f"{_POD}maximum memory usage per Container is 256Mi, but limit is 512Mi",
            ),
        ),
        ("limits-refused",),
        says=("a LimitRange",),
        never=("the quota",),
    ),
    State(
        "the Pod of a StatefulSet has no room in a quota",
        "https://github.com/hmcts/cnp-flux-config/pull/13765",
        changed(
            "ready",
            without("Pod", "ReplicaSet", "Event"),
            edit("Deployment", _as_stateful_set),
            edit("HelmRelease", _with_stateful_set_in_inventory),
            event(
                "StatefulSet",
                "FailedCreate",
                "create Pod docker-registry-0 in StatefulSet docker-registry failed error: pods "
                f'"docker-registry-0" is forbidden: {_QUOTA[0]}',
            ),
        ),
        ("quota-exceeded",),
        *_QUOTA[1:],
    ),
    State(
        "the Pod that collects garbage has no room in a quota, while the registry runs",
        "https://github.com/aquasecurity/starboard/issues/384",
        changed(
            "ready",
            _collector(_JOB),
            event("Job", "FailedCreate", f'Error creating: pods "collection-1-x" is forbidden: {_QUOTA[0]}'),
        ),
        ("quota-exceeded",),
        *_QUOTA[1:],
        ready=True,
    ),
    State(
        "the Job that collects garbage is refused by a policy, while the registry runs",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/cronjob/cronjob_controllerv2.go",
        changed(
            "ready",
            _collector(),
            event(
                "CronJob",
                "FailedCreate",
                'Error creating job: admission webhook "validation.gatekeeper.sh" denied the request: [no-jobs] Jobs '
                "must set ttlSecondsAfterFinished",
            ),
        ),
        ("pod-forbidden",),
        says=("the Gatekeeper constraint no-jobs forbids the Job",),
        ready=True,
    ),
    State(
        "a Pod that a quota had refused exists now",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/controller_utils.go",
        changed(
            "ready",
            event("ReplicaSet", "FailedCreate", f"Error creating: {_POD}{_QUOTA[0]}", ago=600),
            event("ReplicaSet", "SuccessfulCreate", "Created pod: docker-registry-7cddf6dffc-qwskp", type_="Normal"),
        ),
        (),
        ready=True,
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
        says=(f"the policy of the webhook {_WEBHOOK} forbids the Pod", "images must be signed"),
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
        "service-account-not-created",
        "the values name a ServiceAccount that nobody has created",
        "reference-missing",
        says=("the ServiceAccount docker-registry/registry does not exist",),
        remedy=(
            "create it: `kubectl create serviceaccount registry -n docker-registry`",
            "`values.serviceAccount.create: true`",
        ),
        never=("flux reconcile",),
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
        "webhook-of-ingress",
        "ingress-nginx was removed, and its webhook was not",
        "webhook-failed",
        says=("the webhook validate.nginx.ingress.kubernetes.io does not answer: its Service does not exist",),
        remedy=("delete the configuration", "| grep validate.nginx.ingress.kubernetes.io`"),
        never=("values.ingress", "forbids"),
    ),
    recorded(
        "quota-of-storage",
        "a quota has no room for the claim, so the Pod waits for it",
        "quota-exceeded",
        says=("the quota storage of namespace docker-registry has no room",),
        remedy=("lower `values.persistence.size`",),
        never=("create that claim",),
    ),
    recorded(
        "node-port-taken",
        "an upgrade asks for a port of the nodes that another Service has",
        "object-invalid",
        says=("another Service already has the IP or port",),
        remedy=("`values.service.nodePorts`",),
    ),
    recorded(
        "policy-forbids-deployment",
        "a ValidatingAdmissionPolicy forbids the Deployment",
        "object-forbidden",
        says=("the admission policy docker-registry-owner forbids the Deployment", "needs a label team"),
        never=("does not answer",),
    ),
    recorded(
        "kustomization-without-rights",
        "the account of the Kustomization has no rights, while the release runs",
        "access-denied",
        says=("system:serviceaccount:flux-system:applier is not allowed to patch namespaces",),
        remedy=(
            "`kubectl create rolebinding applier -n docker-registry --clusterrole=cluster-admin "
            "--serviceaccount=flux-system:applier`",
            "`spec.serviceAccountName`",
        ),
        ready=True,
    ),
    recorded(
        "webhook-refuses-dry-run",
        "the program of a webhook for HelmReleases was removed, while the release runs",
        "webhook-failed",
        says=("the webhook pods.policy.example.com does not answer: its Service does not exist",),
        remedy=("delete the configuration",),
        never=("fix the refused object", "kustomize build"),
        ready=True,
    ),
    recorded(
        "release-without-rights",
        "the account of the release has no rights",
        "access-denied",
        says=("system:serviceaccount:docker-registry:deployer is not allowed to list secrets",),
        remedy=(
            "`kubectl create rolebinding deployer -n docker-registry --clusterrole=cluster-admin "
            "--serviceaccount=docker-registry:deployer`",
        ),
    ),
    recorded(
        "pod-security-root",
        "the values ask for root, a capability, and the network of the node",
        "pod-forbidden",
        says=("the Pod Security level restricted:latest of namespace docker-registry",),
        remedy=(
            "set `values.containerSecurityContext.runAsNonRoot: true`, "
            "`values.containerSecurityContext.runAsUser: 1000`, and `values.hostNetwork: false`",
            "remove what the level forbids from `values.containerSecurityContext.capabilities.add`",
        ),
        never=("seccompProfile", "allowPrivilegeEscalation"),
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

STATES: Final[tuple[State, ...]] = (
    *_WEBHOOKS,
    *_POLICIES,
    *_UNKNOWN,
    *_MISSING,
    *_LIMITS,
    *_SERVER,
    *_OWNERS,
    *_HELM_STATES,
    *_KUSTOMIZATION_STATES,
    *_RECORDED,
)
