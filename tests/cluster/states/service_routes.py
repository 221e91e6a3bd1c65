"""The way from clients to the registry: Service, load balancer, Ingress, HTTPRoute, Gateway, and certificate."""

from __future__ import annotations

from typing import Any, Final

from .state import Change, State, add, changed, edit, event, later, recorded, upgrade_failed

_GATEWAY_API: Final = "https://github.com/kubernetes-sigs/gateway-api/pull/1155"
_HOST: Final = "registry.example.com"


def release(kind: str, api: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an object of the release."""
    labels = {"helm.toolkit.fluxcd.io/name": "docker-registry", "helm.toolkit.fluxcd.io/namespace": "docker-registry"}
    metadata = {
        "name": "docker-registry",
        "namespace": "docker-registry",
        "uid": f"uid-of-{kind}",
        "creationTimestamp": "2026-11-25T04:20:58Z",
        "labels": labels,
        **more.pop("metadata", {}),
    }
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec, **more}


def listed(kind: str, group: str) -> Change:
    """Let Flux know an object of the release."""
    entry = {"id": f"docker-registry_docker-registry_{group}_{kind}", "v": "v1"}
    return edit("HelmRelease", lambda data: data["status"]["inventory"]["entries"].append(entry))


def created(kind: str, group: str, name: str, owner: str, **more: Any) -> dict[str, Any]:
    """Return an object that cert-manager created for another one."""
    metadata = {
        "name": name,
        "namespace": "docker-registry",
        "uid": f"uid-of-{kind}",
        "creationTimestamp": "2026-11-25T04:21:00Z",
        "ownerReferences": [{"kind": owner, "name": "owner", "uid": f"uid-of-{owner}"}],
    }
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, **more}


def load_balancer(reason: str = "", message: str = "", **spec: Any) -> tuple[Change, ...]:
    """Make the Service one of type LoadBalancer, ten minutes ago, with an event of its controller."""
    pending = edit("Service", lambda data: data["spec"].update(type="LoadBalancer", **spec))
    return (pending, later(600), *([event("Service", reason, message)] if reason else []))


def ingress(
    class_name: str = "",
    *,
    issuer: str = "",
    secret: str = "",
    has_address: bool = False,
    annotations: dict[str, str] | None = None,
) -> Change:
    """Add an Ingress."""
    spec: dict[str, Any] = {"rules": [{"host": _HOST}]}
    if class_name:
        spec["ingressClassName"] = class_name
    notes = dict(annotations or {})
    if issuer:
        notes["cert-manager.io/cluster-issuer"] = issuer
        secret = f"{_HOST}-tls"
    if secret:
        spec["tls"] = [{"hosts": [_HOST], "secretName": secret}]
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]} if has_address else {}}
    return add(
        release("Ingress", "networking.k8s.io/v1", spec, status=status, metadata={"annotations": notes}),
    )


def ingress_class(name: str, controller: str) -> Change:
    """Add an IngressClass."""
    metadata = {"name": name, "uid": f"class-{name}"}
    return add(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": metadata,
            "spec": {"controller": controller},
        }
    )


def conditions(**states: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return conditions: type -> status, reason, and message."""
    return [
        {"type": type_, "status": status, "reason": reason, "message": message}
        for type_, (status, reason, message) in states.items()
    ]


_GOOD: Final = ("True", "Accepted", "Route is accepted")
_RESOLVED: Final = ("True", "ResolvedRefs", "Resolved all the Object references for the Route")


def route(**states: tuple[str, str, str]) -> Change:
    """Add an HTTPRoute with the conditions of its Gateway."""
    parent = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "gateways"}
    status = {
        "parents": [{"parentRef": parent, "controllerName": "example.com/gateway", "conditions": conditions(**states)}]
        if states
        else []
    }
    spec = {"parentRefs": [parent], "hostnames": [_HOST]}
    added = add(release("HTTPRoute", "gateway.networking.k8s.io/v1", spec, status=status))
    in_inventory = listed("HTTPRoute", "gateway.networking.k8s.io")
    return lambda snapshot: in_inventory(added(snapshot))


def gateway(**states: tuple[str, str, str]) -> Change:
    """Add the Gateway."""
    metadata = {"name": "public", "namespace": "gateways", "uid": "gateway"}
    status = {"conditions": conditions(**states)}
    return add(
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": metadata,
            "spec": {"gatewayClassName": "example"},
            "status": status,
        }
    )


_PROGRAMMED: Final = gateway(Accepted=("True", "Accepted", ""), Programmed=("True", "Programmed", ""))

_ILL_LISTENER: Final = {
    "name": "https",
    "attachedRoutes": 1,
    "conditions": conditions(
        Programmed=("False", "Invalid", "Listener is invalid, see other Conditions for details."),
        ResolvedRefs=("False", "InvalidCertificateRef", "Secret gateways/tls does not exist."),
    ),
}

_WAITING: Final = (
    'Waiting on certificate issuance from order docker-registry/registry.example.com-tls-1-1234: "pending"'
)


def certificate(*, request: str = _WAITING, order: str = "", challenge: str = "", issuing: str = "") -> Change:
    """Add the Certificate of the Ingress, which is not issued, with what cert-manager says of each step."""
    states = {"Ready": ("False", "DoesNotExist", "Issuing certificate as Secret does not exist")}
    if issuing:
        states["Issuing"] = ("False", "Failed", issuing)
    name = f"{_HOST}-tls"
    objects = [
        created("Certificate", "cert-manager.io", name, "Ingress", status={"conditions": conditions(**states)}),
        created(
            "CertificateRequest",
            "cert-manager.io",
            f"{name}-1",
            "Certificate",
            status={"conditions": conditions(Ready=("False", "Pending", request))},
        ),
    ]
    objects[0]["spec"] = {"dnsNames": [_HOST], "secretName": name}
    if order or challenge:
        state = {"state": "errored", "reason": order} if order else {"state": "pending"}
        objects.append(created("Order", "acme.cert-manager.io", f"{name}-1-1234", "CertificateRequest", status=state))
    if challenge:
        status = {"state": "pending", "presented": True, "processing": True, "reason": challenge}
        objects.append(created("Challenge", "acme.cert-manager.io", f"{name}-1-1234-5678", "Order", status=status))
    return add(*objects)


def unissued(title: str, report: str, says: str, remedy: str, **steps: str) -> State:
    """Return the state in which the certificate is not issued for a reason."""
    return State(
        title,
        report,
        changed("ready", ingress("nginx", issuer="letsencrypt", has_address=True), certificate(**steps)),
        ("certificate-pending",),
        ready=True,
        says=(says, f"the certificate {_HOST}-tls for {_HOST} is not issued"),
        remedy=(remedy,),
    )


def unreachable(title: str, report: str, snapshot: tuple[Change, ...], says: str, remedy: str = "") -> State:
    """Return the state in which something leads to no registry, which runs."""
    found = changed("ready", *snapshot)
    return State(title, report, found, ("unreachable",), ready=True, says=(says,), remedy=(remedy,))


SERVICES: Final = (
    State(
        "the Service selects no Pod, and nobody is known to have changed it",
        "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
        changed("ready", edit("Service", lambda data: data["spec"].update(selector={"app": "registry"}))),
        ("unreachable",),
        ready=True,
        says=("the Service docker-registry selects no Pod", "app=registry"),
        remedy=("--force",),
    ),
    recorded(
        "load-balancer-pending",
        "the cluster has no load balancer, and no class of Ingresses",
        "unreachable",
        "unreachable",
        report="https://github.com/rancher/rancher/issues/12786",
        ready=True,
        says=("has no address: no controller of load balancers serves it",),
        remedy=("values.service.type",),
    ),
    unreachable(
        "no load balancer has the class of the Service",
        "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class",
        load_balancer(loadBalancerClass="example.com/internal"),
        "no controller serves the class example.com/internal",
        "values.service.loadBalancerClass",
    ),
    unreachable(
        "the pool of MetalLB is empty",
        "https://github.com/metallb/metallb/issues/2553",
        load_balancer(
            "AllocationFailed", 'Failed to allocate IP for "docker-registry/docker-registry": no available IPs'
        ),
        "no pool of the load balancer has a free address",
        "IPAddressPool",
    ),
    unreachable(
        "another Service has the address",
        "https://github.com/allenporter/k8s-gitops/pull/1658",
        load_balancer(
            "AllocationFailed",
            'Failed to allocate IP for "docker-registry/docker-registry": can\'t change sharing key for '
            '"docker-registry/docker-registry", address also in use by nginx/nginx',
        ),
        "another Service has the address",
        "values.service.loadBalancerIP",
    ),
    unreachable(
        "MetalLB refuses the address",
        "https://github.com/metallb/metallb/pull/2891",
        load_balancer(
            "AllocationFailed",
            'Failed to allocate IP for "docker-registry/docker-registry": ["192.0.2.9"] is not allowed in config for '
            "docker-registry/docker-registry",
        ),
        "the load balancer refuses the address",
        "values.service.loadBalancerIP",
    ),
    unreachable(
        "the cloud has no subnet for the load balancer",
        "https://github.com/chanzuckerberg/happy/pull/637",
        load_balancer(
            "SyncLoadBalancerFailed",
            "Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for "
            "creating the ELB",
        ),
        "the cloud has no subnet for the load balancer",
        "subnets",
    ),
    unreachable(
        "the account has no load balancer left",
        "https://github.com/kubernetes/cloud-provider-aws",
        load_balancer(
            "SyncLoadBalancerFailed",
            "Error syncing load balancer: failed to ensure load balancer: TooManyLoadBalancers: Exceeded quota of "
            "account 491317066825",
        ),
        "no load balancer left",
        "quota",
    ),
    unreachable(
        "the cloud does not let the cluster create a load balancer",
        "https://github.com/kubernetes/kops/issues/15990",
        load_balancer(
            "SyncLoadBalancerFailed",
            "Error syncing load balancer: failed to ensure load balancer: AccessDenied: User: "
            "arn:aws:sts::123456789012:assumed-role/masters is not authorized to perform: "
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
        ),
        "the cloud does not let the cluster create",
        "permission",
    ),
    unreachable(
        "the cloud waits for the load balancer",
        "https://github.com/vultr/vultr-cloud-controller-manager/pull/91",
        load_balancer(
            "SyncLoadBalancerFailed",
            "Error syncing load balancer: failed to ensure load balancer: load-balancer is not yet active - current "
            "status: pending",
        ),
        "its controller reports an error",
        "correct what the message names",
    ),
    State(
        "Helm waits for the load balancer",
        "https://github.com/helm/helm/issues/3466",
        changed(
            "ready",
            *load_balancer(),
            upgrade_failed(
                "Helm upgrade failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: "
                "timeout waiting for: [Service/docker-registry/docker-registry status: 'InProgress']"
            ),
        ),
        ("unreachable",),
        says=("of type LoadBalancer has no address",),
    ),
    State(
        "a new load balancer has no address yet",
        "https://github.com/rancher/rancher/issues/12786",
        changed("ready", load_balancer()[0], later(-900)),
        (),
        ready=True,
    ),
)

INGRESSES: Final = (
    recorded(
        "ingress-class-missing",
        "the class of the Ingress does not exist, and neither does cert-manager",
        "unreachable",
        "certificate-pending",
        report="https://github.com/rancher/rancher/issues/34710",
        ready=True,
        says=("there is no IngressClass nginx",),
        remedy=("values.ingress.ingressClassName", "kubectl get ingressclass"),
    ),
    recorded(
        "ingress-without-controller",
        "the controller of the Ingress reports no address",
        "unreachable",
        "certificate-pending",
        report="https://github.com/kubernetes/ingress-nginx/issues/8710",
        ready=True,
        says=("k8s.io/ingress-nginx, has not reported one",),
        remedy=("registry-gitops smoke URL",),
        never=("there is no IngressClass",),
    ),
    unreachable(
        "the Ingress has no class",
        "https://github.com/nginx/kubernetes-ingress/issues/587",
        (ingress(), later(600)),
        "it names no class",
        "values.ingress.ingressClassName",
    ),
    unreachable(
        "the Ingress has an old annotation for its class",
        "https://github.com/kubernetes/ingress-nginx/issues/1467",
        (ingress(annotations={"kubernetes.io/ingress.class": "nginx"}), later(600)),
        "the controller of its class has not reported one",
    ),
    unreachable(
        "the load balancer of the Ingress has no subnet",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2812",
        (
            ingress("alb"),
            event(
                "Ingress",
                "FailedBuildModel",
                "Failed build model due to couldn't auto-discover subnets: unable to discover at least one subnet",
            ),
        ),
        "the cloud has no subnet",
        "values.ingress.annotations",
    ),
    unreachable(
        "the controller of the Ingress reports another error",
        "https://github.com/kubernetes/ingress-gce/issues",
        (
            ingress("gce"),
            event("Ingress", "Translate", "Translation failed: invalid ingress spec: could not find secret tls"),
        ),
        "its controller reports an error",
        "correct what the message names",
    ),
    State(
        "the Secret of the Ingress does not exist",
        "https://docs.nginx.com/nginx-ingress-controller/troubleshooting/",
        changed(
            "ready",
            ingress("nginx", secret="registry-tls", has_address=True),
            event(
                "Ingress",
                "AddedOrUpdatedWithWarning",
                "Configuration for docker-registry/docker-registry was added or updated ; with warning(s): TLS secret "
                "registry-tls is invalid: secret doesn't exist or of an unsupported type",
            ),
        ),
        ("certificate-pending",),
        ready=True,
        says=("does not find a certificate in Secret registry-tls",),
        remedy=("kubectl create secret tls registry-tls -n docker-registry", "values.ingress.existingSecret"),
    ),
    State(
        "the Ingress has an address",
        "https://github.com/kubernetes/ingress-nginx/issues/8710",
        changed(
            "ready", ingress("nginx", has_address=True), event("Ingress", "Sync", "Scheduled for sync", type_="Normal")
        ),
        (),
        ready=True,
    ),
)

ROUTES: Final = (
    unreachable(
        "the listener admits no routes of this namespace",
        "https://github.com/vdupain/gitops-k8s/issues/53",
        (
            route(
                Accepted=(
                    "False",
                    "NotAllowedByListeners",
                    "HTTPRoute is not allowed to attach to this Gateway due to namespace restrictions",
                )
            ),
            _PROGRAMMED,
        ),
        "no listener of the Gateway admits routes of this namespace",
        "allowedRoutes.namespaces",
    ),
    unreachable(
        "no listener has the host name",
        _GATEWAY_API,
        (
            route(
                Accepted=("False", "NoMatchingListenerHostname", "no matching listener hostname"),
                ResolvedRefs=_RESOLVED,
            ),
            _PROGRAMMED,
        ),
        "no listener of the Gateway has its host name",
        "values.httpRoute.hostnames",
    ),
    unreachable(
        "the Gateway has no such listener",
        "https://github.com/nginx/nginx-gateway-fabric/issues/306",
        (
            route(
                Accepted=(
                    "False",
                    "NoMatchingParent",
                    "No listener with the specified sectionName on the parent Gateway",
                )
            ),
            _PROGRAMMED,
        ),
        "the Gateway has no such listener",
        "sectionName",
    ),
    unreachable(
        "the Gateway may not use the Service",
        "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
        (
            route(
                Accepted=_GOOD,
                ResolvedRefs=(
                    "False",
                    "RefNotPermitted",
                    "backendRef docker-registry/docker-registry not accessible to a HTTPRoute in namespace routes "
                    "(missing a ReferenceGrant)",
                ),
            ),
            _PROGRAMMED,
        ),
        "may not use an object of another namespace",
        "ReferenceGrant",
    ),
    unreachable(
        "the Gateway does not find the Service",
        "https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason",
        (
            route(Accepted=_GOOD, ResolvedRefs=("False", "BackendNotFound", 'Service "docker-registry" not found')),
            _PROGRAMMED,
        ),
        "does not find the Service",
        "values.service.ports.http",
    ),
    unreachable(
        "the Gateway refuses the route for another reason",
        "https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason",
        (route(Accepted=("False", "Invalid", "timeouts are not supported")), _PROGRAMMED),
        "the controller of the Gateway refuses it",
        "correct what the message names",
    ),
    recorded(
        "gateway-missing",
        "the Gateway of the route does not exist",
        "unreachable",
        ready=True,
        says=("there is no such Gateway",),
        remedy=("values.httpRoute.parentRefs", "kubectl get gateways -A"),
    ),
    recorded(
        "gateway-without-controller",
        "the Gateway has no controller",
        "unreachable",
        ready=True,
        says=("no controller has looked at it",),
        remedy=("kubectl get gatewayclass",),
        never=("render, commit",),
    ),
    unreachable(
        "there is no such Gateway",
        "https://github.com/higress-group/higress/issues/2282",
        (route(),),
        "there is no such Gateway",
        "kubectl get gateways -A",
    ),
    unreachable(
        "no controller has looked at the route",
        "https://github.com/argoproj/argo-cd/pull/28902",
        (route(), _PROGRAMMED),
        "no controller has looked at it",
        "kubectl get gatewayclass",
    ),
    unreachable(
        "the Gateway has no address",
        "https://github.com/envoyproxy/gateway/issues/8953",
        (
            route(Accepted=_GOOD, ResolvedRefs=_RESOLVED),
            gateway(
                Accepted=("True", "Accepted", ""),
                Programmed=("False", "AddressNotAssigned", "No addresses have been assigned to the Gateway"),
            ),
        ),
        "the Gateway gateways/public does not work: it has no address",
        "kubectl describe gateway -n gateways public",
    ),
    unreachable(
        "the Secret of the Gateway's listener does not exist",
        "https://gateway-api.sigs.k8s.io/reference/spec/#listenerconditionreason",
        (
            route(Accepted=_GOOD, ResolvedRefs=_RESOLVED),
            _PROGRAMMED,
            edit("Gateway", lambda data: data["status"].update(listeners=[_ILL_LISTENER])),
        ),
        "the listener https of the Gateway gateways/public does not work: the Secret of its certificate does not exist",
        "kubectl describe gateway -n gateways public",
    ),
    State(
        "the Gateway serves the route",
        _GATEWAY_API,
        changed("ready", route(Accepted=_GOOD, ResolvedRefs=_RESOLVED), _PROGRAMMED),
        (),
        ready=True,
    ),
)

CERTIFICATES: Final = (
    unissued(
        "the authority refuses more certificates for now",
        "https://github.com/argoproj/argo-cd/pull/10697",
        "refuses more certificates for now",
        "wait until",
        issuing="The certificate request has failed to complete and will be retried: Failed to wait for order resource "
        '"registry.example.com-tls-1-1234" to become ready: order is in "errored" state: Failed to create Order: 429 '
        "urn:ietf:params:acme:error:rateLimited: Error creating new order :: too many certificates (5) already issued "
        "for this exact set of domains in the last 168 hours: registry.example.com",
        order="Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: Error creating new order :: too "
        "many certificates (5) already issued for this exact set of domains: registry.example.com",
    ),
    unissued(
        "the issuer of the certificate does not exist",
        "https://github.com/cert-manager/cert-manager/issues/3414",
        "its issuer does not exist",
        "values.ingress.annotations",
        request='Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt" not found',
    ),
    unissued(
        "the issuer of the certificate is not ready",
        "https://github.com/cert-manager/cert-manager/issues/3422",
        "its issuer is not ready",
        "kubectl describe clusterissuers,issuers",
        request="Referenced issuer does not have a Ready status condition",
    ),
    unissued(
        "an approver denied the certificate",
        "https://cert-manager.io/docs/policy/approval/approver-policy/",
        "an approver of cert-manager denied the request",
        "policy",
        request="The CertificateRequest was denied by an approval controller",
    ),
    unissued(
        "the issuer has no solver for the host name",
        "https://cert-manager.io/docs/troubleshooting/acme/",
        "no way to prove this host name",
        "solver",
        order="Failed to determine a valid solver configuration for the set of domains on the Order: no configured "
        "challenge solvers can be used for this challenge",
    ),
    unissued(
        "the solver of the issuer cannot work",
        "https://cert-manager.io/docs/troubleshooting/acme/",
        "the issuer itself cannot work",
        "credentials",
        challenge='Error presenting challenge: secret "cloudflare-api-token" not found',
    ),
    unissued(
        "the host name is not in DNS",
        "https://cert-manager.io/docs/troubleshooting/acme/",
        "the host name is not found in DNS",
        "in DNS",
        challenge="Waiting for HTTP-01 challenge propagation: failed to perform self check GET request "
        "'http://registry.example.com/.well-known/acme-challenge/x': Get "
        '"http://registry.example.com/.well-known/acme-challenge/x": dial tcp: lookup registry.example.com on '
        "10.96.0.10:53: no such host",
    ),
    unissued(
        "another server answers at the host name",
        "https://cert-manager.io/docs/troubleshooting/acme/",
        "another server answers at the host name",
        "/.well-known/acme-challenge/",
        challenge="Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'",
    ),
    unissued(
        "port 80 of the host name does not answer",
        "https://github.com/cert-manager/cert-manager/issues/7757",
        "does not answer on port 80",
        "port 80",
        challenge="Waiting for HTTP-01 challenge propagation: failed to perform self check GET request "
        "'http://registry.example.com/.well-known/acme-challenge/x': Get "
        '"https://registry.example.com/.well-known/acme-challenge/x": context deadline exceeded (Client.Timeout '
        "exceeded while awaiting headers)",
    ),
    unissued(
        "cert-manager waits for an order",
        "https://github.com/cert-manager/cert-manager/issues/2741",
        "cert-manager has not finished",
        "kubectl describe certificate,certificaterequest,order,challenge -n docker-registry",
    ),
)

STATES: Final = (*SERVICES, *INGRESSES, *ROUTES, *CERTIFICATES)
