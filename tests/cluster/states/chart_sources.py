"""States of the source of the chart: repositories and registries that refuse, do not answer, or lack the chart."""

from __future__ import annotations

from typing import Any, Final

from registry_gitops.cluster.status import Snapshot

from .state import Change, State, add, changed, condition, edit, recorded, without

_FLUX: Final = "https://github.com/fluxcd/source-controller/blob/main/internal"
_PKG: Final = "https://github.com/fluxcd/pkg/blob/main"
_DENIED: Final = "denied: requested access to the resource is denied"
_NO_TAGS: Final = "failed to get chart version for remote reference: could not get tags for"
_PULL: Final = (
    "failed to determine artifact digest: GET https://ghcr.io/v2/acme/charts/docker-registry/manifests/0.1.0:"
)
_INDEX: Final = "failed to fetch Helm repository index: failed to cache index to temporary file:"


def with_spec(kind: str, **spec: Any) -> Change:
    """Set fields of the spec; None removes a field."""

    def change(data: dict[str, Any]) -> None:
        merged = {**data["spec"], **spec}
        data["spec"] = {key: value for key, value in merged.items() if value is not None}

    return edit(kind, change)


def chart_in_registry(message: str, *, reason: str = "ChartPullError", chart: str = "", **spec: Any) -> Snapshot:
    """A HelmRepository of type oci, whose HelmChart reports a failure."""
    changes = [edit("HelmRelease", lambda data: data["spec"]["chart"]["spec"].update(version=chart))] if chart else []
    spec = {"url": "oci://ghcr.io/acme/charts", "insecure": None, **spec}
    return changed(
        "chart-not-in-registry",
        with_spec("HelmRepository", **spec),
        condition("HelmChart", reason, message),
        without("Event"),
        *changes,
    )


def chart_in_index(message: str, *, reason: str = "Failed", **spec: Any) -> Snapshot:
    """A HelmRepository with an index, which reports a failure."""
    spec = {"url": "https://charts.example.com/stable", **spec}
    return changed(
        "source-refused",
        with_spec("HelmRepository", **spec),
        condition("HelmRepository", reason, message),
        without("Event"),
    )


def chart_artifact(message: str, *, reason: str = "OCIArtifactPullFailed", **spec: Any) -> Snapshot:
    """An OCIRepository that reports a failure."""
    spec = {"url": "oci://ghcr.io/acme/charts/docker-registry", "insecure": None, **spec}
    return changed(
        "tag-not-in-registry",
        with_spec("OCIRepository", **spec),
        condition("OCIRepository", reason, message),
        without("Event"),
    )


def chart_not_in_git(path: str) -> Snapshot:
    """A GitRepository without a directory at this path."""
    message = (
        f"invalid chart reference: stat /tmp/helmchart-flux-system-fleet-1/source/{path}: no such file or directory"
    )
    return changed(
        "chart-not-in-git",
        edit("HelmRelease", lambda data: data["spec"]["chart"]["spec"].update(chart=path)),
        edit("HelmChart", lambda data: data["spec"].update(chart=path)),
        condition("HelmChart", "InvalidChartReference", message),
        without("Event"),
    )


def secret(name: str) -> dict[str, str]:
    """A reference of a Secret."""
    return {"name": name}


_CREDENTIALS: Final = (
    State(
        "GHCR refuses a token",
        "https://github.com/devantler-tech/platform/issues/1347",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://ghcr.io/token?scope=repository:acme/charts/docker-registry:pull"
            "&service=ghcr.io: DENIED: denied",
            secretRef=secret("ghcr"),
        ),
        ("source-failed",),
        says=("the server refuses the credentials",),
        remedy=(
            "renew Secret docker-registry/ghcr with `flux create secret oci ghcr -n docker-registry --url ghcr.io "
            "--username USER --password PASSWORD`; then `flux reconcile source oci docker-registry -n docker-registry`",
        ),
        never=("render, commit",),
    ),
    State(
        "Docker Hub wants a login",
        "https://github.com/helm/helm/issues/12423",
        chart_in_registry(
            f'chart pull error: {_NO_TAGS} "docker-registry": could not fetch tags for '
            '"oci://registry-1.docker.io/acme/'
            'docker-registry": GET "https://registry-1.docker.io/v2/acme/docker-registry/tags/list": unexpected status '
            "code 401: unauthorized: authentication required",
            url="oci://registry-1.docker.io/acme",
        ),
        ("source-failed",),
        says=("the server wants credentials",),
        remedy=(
            "check `source.url`",
            "`flux create secret oci NAME -n docker-registry --url registry-1.docker.io --username USER --password "
            "PASSWORD`",
            "`source.secretRef`; then render, commit, and push",
        ),
    ),
    State(
        "a registry denies access in words of Helm 4",
        "https://github.com/WirelessCar/nauth/issues/57",
        chart_in_registry(
            "chart pull error: failed to download chart for remote reference: failed to get 'oci://ghcr.io/acme/charts/"
            'docker-registry:0.1.0\': failed to perform "FetchReference" on source: GET '
            '"https://ghcr.io/v2/acme/charts/'
            'docker-registry/manifests/0.1.0": GET "https://ghcr.io/token?scope=repository%3Aacme&service=ghcr.io": '
            f"response status code 403: {_DENIED}"
        ),
        ("source-failed",),
        says=("the server wants credentials",),
        remedy=("without access, servers do not tell what exists", "`source.secretRef`"),
    ),
    State(
        "no anonymous token: the chart's name is in the URL twice",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/109",
        chart_in_registry(
            "chart pull error: failed to download chart for remote reference: failed to get 'oci://ghcr.io/acme/charts/"
            "docker-registry/docker-registry:0.1.0': failed to authorize: failed to fetch anonymous token: unexpected "
            "status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fcharts&service=ghcr.io: 403 "
            "Forbidden",
            url="oci://ghcr.io/acme/charts/docker-registry",
        ),
        ("source-failed",),
        remedy=("remove /docker-registry from the end of `source.url`", "then render"),
        never=("flux create secret",),
    ),
    State(
        "the token of ECR has expired after 12 hours",
        "https://github.com/fluxcd/image-reflector-controller/issues/71",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://1.dkr.ecr.us-east-1.amazonaws.com/v2/charts/docker-registry/"
            "manifests/0.1.0: DENIED: Your authorization token has expired. Reauthenticate and try again.",
            url="oci://1.dkr.ecr.us-east-1.amazonaws.com/charts/docker-registry",
            secretRef=secret("ecr-token"),
        ),
        ("source-failed",),
        says=("the credentials have expired",),
        remedy=("renew Secret docker-registry/ecr-token with `flux", "with `source.provider` aws, Flux renews them"),
    ),
    State(
        "ECR has no credentials",
        "https://github.com/fluxcd/pkg/issues/429",
        chart_in_registry(
            'invalid chart reference: failed to get chart version for remote reference: could not get tags for "docker-'
            'registry": could not fetch tags for "oci://1.dkr.ecr.eu-west-1.amazonaws.com/docker-registry": GET '
            '"https://1.'
            'dkr.ecr.eu-west-1.amazonaws.com/v2/docker-registry/tags/list": credential required for basic auth',
            reason="InvalidChartReference",
            url="oci://1.dkr.ecr.eu-west-1.amazonaws.com",
        ),
        ("source-failed",),
        says=("the server wants credentials",),
        remedy=("with `source.provider` aws", "then render"),
        never=("publish the chart", "helm lint"),
    ),
    State(
        "Artifact Registry of Google wants a login",
        "https://github.com/argoproj/argo-cd/issues/26260",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://us-west2-docker.pkg.dev/v2/token?scope=repository%3AP&service="
            "us-west2-docker.pkg.dev: DENIED: Unauthenticated request. Unauthenticated requests do not have permission "
            '"artifactregistry.repositories.downloadArtifacts" on resource "projects/P" (or it may not exist)',
            url="oci://us-west2-docker.pkg.dev/acme/charts/docker-registry",
        ),
        ("source-failed",),
        remedy=("with `source.provider` gcp", "`source.secretRef`"),
    ),
    State(
        "Artifactory wants a login, without an error code",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/704",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://acme.jfrog.io/artifactory/api/docker/charts/v2/token?scope="
            "repository%3Acharts%3Apull&service=acme.jfrog.io: : Authentication is required",
            url="oci://acme.jfrog.io/charts/docker-registry",
            serviceAccountName="puller",
        ),
        ("source-failed",),
        remedy=("correct the pull secrets of ServiceAccount docker-registry/puller",),
    ),
    State(
        "an index is forbidden",
        f"{_FLUX}/helm/repository/chart_repository.go",
        chart_in_index(
            f"{_INDEX} failed to fetch https://charts.example.com/stable/index.yaml : 403 Forbidden",
            secretRef=secret("charts"),
        ),
        ("source-failed",),
        says=("the server refuses the credentials",),
        remedy=("`flux create secret helm charts -n docker-registry --username USER --password PASSWORD`",),
    ),
    State(
        "the archived stable repository refuses everybody",
        "https://github.com/helm/charts",
        chart_in_index(
            f"{_INDEX} failed to fetch https://kubernetes-charts.storage.googleapis.com/index.yaml : 403 Forbidden",
            url="https://kubernetes-charts.storage.googleapis.com",
        ),
        ("source-failed",),
        remedy=("set `source.type: git`",),
        never=("flux create secret",),
    ),
    State(
        "Azure gives no token to the identity",
        "https://github.com/fluxcd/source-controller/issues/1071",
        chart_in_registry(
            "unknown build error: failed to get credential from azure: DefaultAzureCredential: failed to acquire a "
            "token. "
            "Attempted credentials: EnvironmentCredential: missing environment variable AZURE_TENANT_ID "
            "ManagedIdentityCredential: no default identity is assigned to this resource",
            reason="AuthenticationFailed",
            url="oci://acme.azurecr.io/charts",
            provider="azure",
        ),
        ("source-failed",),
        says=("cannot log in with the identity of the cloud",),
        remedy=("remove `source.provider`", "then render"),
    ),
    State(
        "the provider is that of another registry",
        f"{_PKG}/auth/aws/provider.go",
        chart_artifact(
            "failed to get credential from aws: failed to parse artifact repository "
            "'ghcr.io/acme/charts/docker-registry': "
            "invalid AWS registry: 'ghcr.io'. must match ^([0-9+]*)",
            reason="AuthenticationFailed",
            provider="aws",
        ),
        ("source-failed",),
        says=("is for another registry",),
        remedy=("correct `source.provider`", "then render"),
    ),
)

_SECRETS: Final = (
    State(
        "the Secret of the registry does not exist",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to get credential: failed to get secret 'docker-registry/regcred': secrets \"regcred\" not found",
            reason="AuthenticationFailed",
            secretRef=secret("regcred"),
        ),
        ("source-failed",),
        says=("a Secret that it needs does not exist",),
        remedy=(
            "create Secret docker-registry/regcred with `flux create secret oci regcred -n docker-registry --url "
            "ghcr.io",
        ),
        never=("render, commit",),
    ),
    State(
        "the Secret with the certificate does not exist",
        f"{_FLUX}/helm/getter/client_opts.go",
        chart_in_index(
            "failed to get TLS authentication secret 'docker-registry/ca': secrets \"ca\" not found",
            reason="AuthenticationFailed",
            secretRef=secret("charts"),
            certSecretRef=secret("ca"),
        ),
        ("source-failed",),
        remedy=(
            "create Secret docker-registry/ca with `flux create secret tls ca -n docker-registry --ca-crt-file ca.crt`",
        ),
    ),
    State(
        "the Secret of the proxy does not exist",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to get proxy address: secret 'docker-registry/proxy' not found",
            reason="AuthenticationFailed",
            secretRef=secret("regcred"),
            proxySecretRef=secret("proxy"),
        ),
        ("source-failed",),
        remedy=(
            "create Secret docker-registry/proxy with `flux create secret proxy proxy -n docker-registry --address",
        ),
    ),
    State(
        "the Secret with the keys of signers does not exist",
        f"{_FLUX}/controller/helmchart_controller.go",
        changed(
            "chart-not-in-registry",
            with_spec("HelmRepository", url="oci://ghcr.io/acme/charts", secretRef=secret("regcred")),
            with_spec("HelmChart", verify={"provider": "cosign", "secretRef": {"name": "cosign"}}),
            condition(
                "HelmChart",
                "VerificationError",
                "failed to verify the signature using provider 'cosign': secrets \"cosign\" not found",
            ),
            without("Event"),
        ),
        ("source-failed",),
        remedy=("create Secret docker-registry/cosign with `kubectl create secret generic cosign -n docker-registry",),
        never=("regcred",),
    ),
    State(
        "the Secret has no username",
        f"{_FLUX}/helm/registry/auth.go",
        chart_in_registry(
            "failed to configure OCI registry authentication: invalid 'regcred' secret data: required fields "
            "'username' and "
            "'password'",
            reason="AuthenticationFailed",
            secretRef=secret("regcred"),
        ),
        ("source-failed",),
        says=("a Secret lacks a key",),
        remedy=("create Secret docker-registry/regcred with `flux create secret oci regcred", "again"),
    ),
    State(
        "the Secret is for another registry",
        f"{_FLUX}/helm/registry/auth.go",
        chart_in_registry(
            "failed to configure OCI registry authentication: no auth config for 'ghcr.io' in the docker-registry "
            "Secret "
            "'regcred'",
            reason="AuthenticationFailed",
            secretRef=secret("regcred"),
        ),
        ("source-failed",),
        says=("credentials for another registry",),
        remedy=("--url ghcr.io", "then `flux reconcile source chart"),
    ),
    State(
        "the ServiceAccount with pull secrets does not exist",
        f"{_PKG}/runtime/secrets/reader.go",
        chart_artifact(
            "failed to get credential: serviceaccount 'docker-registry/puller' not found",
            reason="AuthenticationFailed",
            serviceAccountName="puller",
        ),
        ("source-failed",),
        says=("ServiceAccount",),
        remedy=("`source.serviceAccountName`",),
    ),
    State(
        "source-controller may not read the Secret",
        "https://github.com/fluxcd/flux2/blob/main/manifests/rbac/controller.yaml",
        chart_artifact(
            "failed to get credential: failed to get secret 'docker-registry/regcred': secrets \"regcred\" is "
            "forbidden: User "
            '"system:serviceaccount:flux-system:source-controller" cannot get resource "secrets" in API group "" in '
            "the "
            'namespace "docker-registry"',
            reason="AuthenticationFailed",
            secretRef=secret("regcred"),
        ),
        ("source-failed",),
        says=("not allowed to read",),
        remedy=("install the roles of Flux again",),
        never=("flux create secret",),
    ),
)

_NETWORK: Final = (
    State(
        "Docker Hub limits the requests",
        "https://github.com/kubestellar/kubestellar/issues/2786",
        chart_in_registry(
            "chart pull error: failed to download chart for remote reference: failed to copy: httpReadSeeker: failed "
            "open: "
            "unexpected status code "
            "https://registry-1.docker.io/v2/acme/docker-registry/manifests/sha256:b4c742976290356be9c3"
            "483f1abddbc4c7ed8a16d80692901a07385133ff0899: 429 Too Many Requests - Server message: toomanyrequests: "
            "You have "
            "reached your unauthenticated pull rate limit. You may increase the limit by authenticating and upgrading",
            url="oci://registry-1.docker.io/acme",
        ),
        ("source-failed",),
        says=("limits the number of requests",),
        remedy=("wait: it passes", "`source.secretRef`"),
        never=("refuses the credentials",),
    ),
    State(
        "the certificate is of an unknown authority",
        "https://github.com/fluxcd/source-controller/issues/1673",
        chart_artifact(
            'failed to determine artifact digest: Get "https://harbor.example.com/v2/": tls: failed to verify '
            "certificate: "
            "x509: certificate signed by unknown authority",
            url="oci://harbor.example.com/charts/docker-registry",
        ),
        ("source-failed",),
        says=("does not trust the certificate",),
        remedy=(
            "as `ca.crt`, into a Secret that `source.certSecretRef` names with `flux create secret tls NAME -n "
            "docker-registry --ca-crt-file ca.crt`; then render",
        ),
    ),
    State(
        "an unknown authority is no failed login, although Flux says so",
        f"{_FLUX}/controller/helmchart_controller.go",
        chart_in_registry(
            "failed to authenticate with the Helm repository: chart pull error: failed to get chart version for remote "
            'reference: could not get tags for "docker-registry": could not fetch tags for '
            '"oci://127.0.0.1:4010/charts/'
            'docker-registry": Get "https://127.0.0.1:4010/v2/charts/docker-registry/tags/list": tls: failed to verify '
            "certificate: x509: certificate signed by unknown authority",
            reason="AuthenticationFailed",
            url="oci://127.0.0.1:4010/charts",
            certSecretRef=secret("ca"),
        ),
        ("source-failed",),
        says=("does not trust the certificate",),
        remedy=("as `ca.crt`, into Secret docker-registry/ca; then `flux reconcile source chart",),
        never=("credentials",),
    ),
    State(
        "a port 4010 that refuses is no failed login, although Flux says so",
        f"{_FLUX}/controller/helmchart_controller.go",
        chart_in_registry(
            "failed to authenticate with the Helm repository: chart pull error: failed to get chart version for remote "
            'reference: could not get tags for "docker-registry": could not fetch tags for '
            '"oci://127.0.0.1:4010/charts/'
            'docker-registry": Get "https://127.0.0.1:4010/v2/charts/docker-registry/tags/list": dial tcp '
            "127.0.0.1:4010: "
            "connect: connection refused",
            reason="AuthenticationFailed",
            url="oci://127.0.0.1:4010/charts",
        ),
        ("source-failed",),
        says=("nothing listens at this address",),
        remedy=("the port in `source.url`", "Flux tries again"),
        never=("credentials",),
    ),
    State(
        "the certificate has expired",
        "https://pkg.go.dev/crypto/x509#CertificateInvalidError",
        chart_in_index(
            f'{_INDEX} Get "https://charts.example.com/stable/index.yaml": tls: failed to verify certificate: x509: '
            "certificate has expired or is not yet valid: current time 2026-11-25T04:24:30Z is after "
            "2026-11-01T00:00:00Z"
        ),
        ("source-failed",),
        says=("has expired",),
        remedy=("have the administrator of the server renew it",),
        never=("ca.crt",),
    ),
    State(
        "the certificate is for another name",
        "https://github.com/fluxcd/source-controller/issues/510",
        chart_in_index(
            f'{_INDEX} Get "https://charts.example.com/stable/index.yaml": tls: failed to verify certificate: x509: '
            "certificate is valid for github.com, www.github.com, not charts.example.com"
        ),
        ("source-failed",),
        says=("for another name",),
        remedy=("in `source.url`",),
        never=("ca.crt",),
    ),
    State(
        "the server wants a certificate of the client",
        "https://pkg.go.dev/crypto/tls#AlertError",
        chart_in_index(
            f'{_INDEX} Get "https://charts.example.com/stable/index.yaml": remote error: tls: certificate required'
        ),
        ("source-failed",),
        remedy=("`tls.crt` and `tls.key`", "`source.certSecretRef`"),
    ),
    State(
        "the registry does not use TLS",
        "https://github.com/controlplaneio-fluxcd/flux-operator/issues/81",
        chart_artifact(
            'failed to determine artifact digest: Get "https://kind-registry:5000/v2/": http: server gave HTTP '
            "response to "
            "HTTPS client",
            url="oci://kind-registry:5000/charts/docker-registry",
        ),
        ("source-failed",),
        remedy=("set `source.insecure` to true", "then render"),
    ),
    State(
        "the registry uses TLS, and insecure is set",
        "https://pkg.go.dev/net/http",
        chart_artifact(
            f"{_PULL} unexpected status code 400 Bad Request: Client sent an HTTP request to an HTTPS server.",
            insecure=True,
        ),
        ("source-failed",),
        remedy=("remove `source.insecure`",),
    ),
    State(
        "the name of the registry is not known",
        "https://github.com/fluxcd/flux2/issues/4200",
        chart_in_registry(
            f'chart pull error: {_NO_TAGS} "docker-registry": could not fetch tags for '
            '"oci://registry.exmaple.com/charts/'
            'docker-registry": Get "https://registry.exmaple.com/v2/charts/docker-registry/tags/list": dial tcp: '
            "lookup "
            "registry.exmaple.com on 10.96.0.10:53: no such host",
            url="oci://registry.exmaple.com/charts",
        ),
        ("source-failed",),
        says=("does not know the name of the server",),
        remedy=("correct `source.url`",),
    ),
    State(
        "the DNS of the cluster does not answer",
        "https://github.com/fluxcd/flux2/issues/1494",
        chart_in_index(
            f'{_INDEX} Get "https://charts.example.com/stable/index.yaml": dial tcp: lookup charts.example.com on '
            "10.100.0.10:53: read udp 192.168.78.214:47218->10.100.0.10:53: i/o timeout"
        ),
        ("source-failed",),
        says=("the DNS of the cluster does not answer",),
        remedy=("`kubectl get pods -n kube-system -l k8s-app=kube-dns`",),
        never=("`source.url`",),
    ),
    State(
        "the registry does not answer",
        "https://github.com/fluxcd/source-controller/issues/559",
        chart_artifact(
            'failed to determine artifact digest: Get "https://ghcr.io/v2/": context deadline exceeded (Client.Timeout '
            "exceeded while awaiting headers)"
        ),
        ("source-failed",),
        says=("does not answer in time",),
        remedy=("firewalls and NetworkPolicies", "`source.timeout`"),
    ),
    State(
        "there is no route to the registry",
        "https://github.com/fluxcd/flux2/issues/1385",
        chart_artifact(
            'failed to determine artifact digest: Get "https://10.0.0.4:5000/v2/": dial tcp 10.0.0.4:5000: connect: '
            "no route "
            "to host",
            url="oci://10.0.0.4:5000/charts/docker-registry",
        ),
        ("source-failed",),
        says=("there is no route",),
        remedy=("`source.url`",),
    ),
    State(
        "the proxy cannot be reached",
        "https://github.com/fluxcd/source-controller/issues/1485",
        chart_in_index(
            f'{_INDEX} Get "https://charts.example.com/stable/index.yaml": proxyconnect tcp: dial tcp 10.1.2.3:3128: '
            "connect: "
            "connection refused"
        ),
        ("source-failed",),
        says=("the proxy",),
        remedy=("HTTPS_PROXY",),
    ),
    State(
        "the proxy refuses the host",
        "https://pkg.go.dev/net/http#ProxyURL",
        chart_artifact(
            'failed to determine artifact digest: Get "https://ghcr.io/v2/": Forbidden', proxySecretRef=secret("proxy")
        ),
        ("source-failed",),
        says=("the proxy",),
        remedy=(
            "Secret docker-registry/proxy with `flux create secret proxy proxy -n docker-registry --address ADDRESS`",
        ),
        never=("flux create secret oci",),
    ),
    State(
        "the proxy cuts the connection",
        "https://github.com/fluxcd/source-controller/issues/1485",
        chart_in_registry(
            f'chart pull error: {_NO_TAGS} "docker-registry": could not fetch tags for '
            '"oci://ghcr.io/acme/charts/docker-'
            'registry": Get "https://ghcr.io/v2/acme/charts/docker-registry/tags/list": EOF'
        ),
        ("source-failed",),
        says=("the connection is cut",),
        remedy=("proxy, firewall, load balancer",),
    ),
    State(
        "the server of the index fails",
        "https://github.com/fluxcd/flux2/issues/746",
        chart_in_index(
            f"{_INDEX} failed to fetch https://charts.example.com/stable/index.yaml : 503 Service Unavailable"
        ),
        ("source-failed",),
        says=("the server fails",),
        remedy=("Flux tries again by itself",),
        never=("`source.url`",),
    ),
)

_CONTENT: Final = (
    State(
        "the registry has no such version",
        "https://github.com/fluxcd/flux2/issues/5329",
        chart_artifact(f"{_PULL} MANIFEST_UNKNOWN: manifest unknown"),
        ("chart-not-found",),
        says=("has no chart 0.1.0",),
        remedy=("push it there, or correct `source.url` and `source.ref`", "then render"),
    ),
    State(
        "ECR has no such repository",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://1.dkr.ecr.us-east-1.amazonaws.com/v2/charts/docker-registry/"
            "manifests/0.1.0: NAME_UNKNOWN: The repository with name 'charts/docker-registry' does not exist in the "
            "registry "
            "with id '1'",
            url="oci://1.dkr.ecr.us-east-1.amazonaws.com/charts/docker-registry",
        ),
        ("chart-not-found",),
        remedy=("`source.url`",),
    ),
    State(
        "ACR has no such version",
        "https://learn.microsoft.com/en-us/azure/container-registry/container-registry-troubleshoot-access",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://acme.azurecr.io/v2/charts/docker-registry/manifests/9.9.9: "
            'MANIFEST_UNKNOWN: manifest tagged by "9.9.9" is not found; map[Tag:9.9.9]',
            url="oci://acme.azurecr.io/charts/docker-registry",
        ),
        ("chart-not-found",),
        remedy=("`source.ref`",),
    ),
    State(
        "Harbor has no such artifact",
        "https://github.com/goharbor/harbor",
        chart_in_registry(
            "chart pull error: failed to download chart for remote reference: failed to get "
            "'oci://harbor.example.com/charts/"
            'docker-registry:9.9.9\': failed to perform "FetchReference" on source: GET '
            '"https://harbor.example.com/v2/charts/'
            'docker-registry/manifests/9.9.9": response status code 404: not found: artifact '
            "charts/docker-registry:9.9.9 not "
            "found",
            url="oci://harbor.example.com/charts",
            chart="9.9.9",
        ),
        ("chart-not-found",),
        says=("has no chart docker-registry 9.9.9",),
        remedy=("`source.version`",),
    ),
    State(
        "GHCR leads to a page that does not exist",
        "https://github.com/fluxcd/source-controller/issues/2050",
        chart_artifact(
            "failed to determine artifact digest: GET "
            "https://github.com/-/v2/packages/container/package/acme%2Fcharts%2F"
            "docker-registry%2Fmanifests%2Fv1.5.0: unexpected status code 404 Not Found: Not Found"
        ),
        ("chart-not-found",),
    ),
    State(
        "no tag is in the range",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to determine the artifact tag for 'oci://ghcr.io/acme/charts/docker-registry': no match found for "
            "semver: "
            ">=2.0.0",
            ref={"semver": ">=2.0.0"},
        ),
        ("chart-not-found",),
        says=("has no chart >=2.0.0",),
        remedy=("`source.ref`",),
    ),
    State(
        "no version of the registry is in the range",
        "https://github.com/flux-iac/tofu-controller/issues/1508",
        chart_in_registry(
            "chart pull error: failed to get chart version for remote reference: could not locate a version matching "
            "provided "
            "version string >=0.16.0-rc.5",
            chart=">=0.16.0-rc.5",
        ),
        ("chart-not-found",),
        says=("has no chart docker-registry >=0.16.0-rc.5",),
    ),
    State(
        "the index has no such version",
        "https://github.com/kubevela/prism/issues/16",
        changed(
            "chart-not-in-index",
            condition(
                "HelmChart",
                "InvalidChartReference",
                "invalid chart reference: failed to get chart version for remote reference: no 'docker-registry' chart "
                "with "
                "version matching '9.0.0' found",
            ),
            without("Event"),
        ),
        ("chart-not-found",),
        remedy=("`source.version`",),
        never=("helm lint",),
    ),
    State(
        "the index has no such version, in words of Helm",
        "https://github.com/fluent/helm-charts/issues/158",
        changed(
            "chart-not-in-index",
            condition(
                "HelmChart",
                "InvalidChartReference",
                "invalid chart reference: failed to get chart version for remote reference: no chart version found for "
                "docker-registry-0.17.0",
            ),
            without("Event"),
        ),
        ("chart-not-found",),
        remedy=("publish the chart",),
    ),
    State(
        "there is no index at the address",
        "https://github.com/kyverno/kyverno/issues/5109",
        chart_in_index(
            f"{_INDEX} failed to fetch https://ghcr.io/acme/charts/index.yaml : 404 Not Found",
            url="https://ghcr.io/acme/charts",
        ),
        ("source-failed",),
        says=("there is no index.yaml",),
        remedy=("correct `source.url`", "oci://"),
    ),
    State(
        "the server returns a page instead of an index",
        "https://github.com/fluxcd/source-controller/issues/654",
        chart_in_index(
            "failed to load Helm repository from index YAML: failed to load index: error converting YAML to JSON: "
            "yaml: line "
            "3: mapping values are not allowed in this context",
            reason="IndexationFailed",
        ),
        ("source-failed",),
        says=("is no index of charts",),
        remedy=("correct `source.url`",),
    ),
    State(
        "the index is too large",
        "https://github.com/fluxcd/flux2/issues/4635",
        chart_in_index(
            "failed to load Helm repository from index YAML: failed to load index: /tmp/chart-index-861161562.yaml "
            "exceeds the "
            "maximum index file size of 52428800 bytes",
            reason="IndexationFailed",
        ),
        ("source-failed",),
        says=("larger than source-controller accepts",),
        remedy=("`--helm-index-max-size`",),
    ),
    State(
        "the artifact is no Helm chart",
        "https://github.com/fluxcd/source-controller/issues/1932",
        chart_artifact(
            "failed to extract layer contents from artifact: requires gzip-compressed body: gzip: invalid header",
            reason="OCIArtifactLayerOperationFailed",
            layerSelector=None,
        ),
        ("source-failed",),
        says=("no layer that Flux can use",),
        remedy=("leave `source.layerSelector` at its default", "then render"),
    ),
    State(
        "the URL of an OCIRepository has a tag",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "URL validation failed for 'oci://ghcr.io/acme/charts/docker-registry:0.1.0': URL must not contain a tag; "
            "remove "
            "':0.1.0'",
            reason="URLInvalid",
            url="oci://ghcr.io/acme/charts/docker-registry:0.1.0",
        ),
        ("source-failed",),
        says=("address is not valid",),
        remedy=("correct `source.url`",),
    ),
    State(
        "the range of versions is no range",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to determine the artifact tag for 'oci://ghcr.io/acme/charts/docker-registry': semver '1.x.y' "
            "parse error: "
            "improper constraint: 1.x.y",
            ref={"semver": "1.x.y"},
        ),
        ("source-failed",),
        remedy=("correct `source.ref`",),
    ),
    State(
        "the signature does not match",
        "https://github.com/fluxcd/flux2/issues/4273",
        chart_artifact(
            "failed to verify the signature using provider 'cosign': no matching signatures were found for "
            "'ghcr.io/acme/charts/docker-registry:0.1.0'",
            reason="VerificationError",
            verify={"provider": "cosign", "secretRef": {"name": "cosign-key"}},
        ),
        ("signature-refused",),
        says=("its signature is missing, or is not of a trusted key",),
        remedy=("`source.verify`",),
        never=("remove `source.verify`", "credentials"),
    ),
    State(
        "the chart of a HelmRepository is not signed",
        f"{_FLUX}/helm/repository/oci_chart_repository.go",
        chart_in_registry(
            "chart verification error: failed to verify oci://ghcr.io/acme/charts/docker-registry:0.1.0: no matching "
            "signatures were found for 'ghcr.io/acme/charts/docker-registry:0.1.0'",
            reason="ChartVerificationError",
        ),
        ("signature-refused",),
        remedy=("`spec.chart.spec.verify` of the HelmRelease",),
    ),
    State(
        "Sigstore cannot be reached",
        f"{_FLUX}/oci/cosign/cosign.go",
        chart_artifact(
            "failed to verify the signature using provider 'cosign keyless': unable to initialize trusted root: failed "
            "to "
            'download: Get "https://tuf-repo-cdn.sigstore.dev/root.json": dial tcp: lookup tuf-repo-cdn.sigstore.dev '
            "on "
            "10.96.0.10:53: no such host",
            reason="VerificationError",
            verify={"provider": "cosign"},
        ),
        ("signature-refused",),
        says=("Sigstore's servers are not reachable",),
        remedy=("`source.verify.trustedRootSecretRef`",),
    ),
    State(
        "the trust policy of notation is missing",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to verify the signature using provider 'notation': signature verification cannot begin: trust "
            "policy "
            "cannot be empty",
            reason="VerificationError",
            verify={"provider": "notation", "secretRef": {"name": "notation"}},
        ),
        ("signature-refused",),
        remedy=("correct `source.verify`",),
    ),
    State(
        "the disk of source-controller is full",
        "https://github.com/fluxcd/flux2/issues/4305",
        chart_in_index(
            "failed to fetch Helm repository index: failed to create temp file to cache index to: open "
            "/tmp/chart-index-"
            "1686487677.yaml: no space left on device"
        ),
        ("source-failed",),
        says=("the disk of source-controller is full",),
        remedy=("`kubectl get pods -A -l app=source-controller -o wide`",),
        never=("`source.url`",),
    ),
    State(
        "source-controller cannot write to its storage",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact(
            "failed to create artifact directory: mkdir /data/ocirepository: permission denied",
            reason="DirectoryCreationFailed",
        ),
        ("source-failed",),
        says=("cannot write to its storage",),
        never=("credentials", "`source."),
    ),
    State(
        "source-controller has lost what it fetched",
        "https://github.com/fluxcd/source-controller/issues/936",
        changed(
            "chart-not-in-git",
            condition("HelmChart", "NoSourceArtifact", "no artifact available for GitRepository source 'flux-system'"),
            without("Event"),
        ),
        ("source-failed",),
        says=("Flux has not fetched its source yet, or has lost it",),
        remedy=("wait", "`flux reconcile source chart"),
    ),
    State(
        "the source was suspended before it was fetched",
        f"{_FLUX}/controller/helmchart_controller.go",
        changed(
            "chart-not-in-git",
            edit("GitRepository", lambda data: (data["spec"].update(suspend=True), data.update(status={}))),
            condition("HelmChart", "NoSourceArtifact", "no artifact available for GitRepository source 'flux-system'"),
            without("Event"),
        ),
        ("suspended",),
        remedy=("`flux resume source git flux-system -n flux-system`",),
        never=("wait: it passes",),
    ),
    State(
        "the index names an archive that does not exist",
        "https://github.com/helm/helm/blob/main/pkg/getter/httpgetter.go",
        changed(
            "chart-not-in-index",
            with_spec("HelmRepository", url="https://charts.example.com"),
            condition(
                "HelmChart",
                "ChartPullError",
                "chart pull error: failed to download chart for remote reference: failed to fetch "
                "https://github.com/acme/charts/releases/download/docker-registry-0.1.0.tgz : 404 Not Found",
            ),
            without("Event"),
        ),
        ("chart-not-found",),
        remedy=("publish the chart",),
        never=("index.yaml",),
    ),
    State(
        "a message that status does not know",
        f"{_FLUX}/controller/ocirepository_controller.go",
        chart_artifact("failed to parse artifact manifest: unexpected thing"),
        ("source-failed",),
        says=("the chart cannot be fetched from oci://ghcr.io/acme/charts/docker-registry", "unexpected thing"),
        remedy=("read what Flux reports",),
        never=("`source.", "credentials"),
    ),
    State(
        "a token in the URL is not shown",
        "https://github.com/fluxcd/flux2/issues/3668",
        chart_in_index(
            f'{_INDEX} Get "https://ghp_0123456789abcdefghij@charts.example.com/index.yaml": dial tcp: lookup '
            "charts.example.com on 10.96.0.10:53: no such host",
            url="https://ghp_0123456789abcdefghij@charts.example.com",
        ),
        ("source-failed",),
        says=("https://***@charts.example.com",),
        never=("ghp_",),
    ),
)

_CHARTS: Final = (
    State(
        "the path of the output directory is not the one in Git",
        f"{_FLUX}/controller/helmchart_controller.go",
        chart_not_in_git("./docker-registry/chart"),
        ("chart-not-found",),
        remedy=("set `source.path` to the directory that `render` writes", ".sourceignore"),
        never=("chart write",),
    ),
    State(
        "the shared chart is not in Git",
        f"{_FLUX}/controller/helmchart_controller.go",
        chart_not_in_git("./charts/docker-registry"),
        ("chart-not-found",),
        says=("has no chart ./charts/docker-registry",),
        remedy=(
            "run `registry-gitops chart write charts/docker-registry` in the root of the repository, and commit",
            "or correct `source.chart`",
        ),
        never=("`source.path`",),
    ),
    State(
        "a values file of the chart is missing",
        f"{_FLUX}/helm/chart/builder_local.go",
        changed(
            "chart-not-in-git",
            condition(
                "HelmChart",
                "ValuesFilesError",
                "values files merge error: no values file found at path '/tmp/chart/values-prod.yaml' (reference "
                "'values-prod.yaml')",
            ),
            without("Event"),
        ),
        ("source-failed",),
        remedy=("`spec.chart.spec.valuesFiles` of the HelmRelease",),
    ),
    State(
        "a dependency of the chart has no repository",
        f"{_FLUX}/helm/chart/dependency_manager.go",
        changed(
            "chart-not-in-git",
            condition(
                "HelmChart",
                "DependencyBuildError",
                "dependency build error: failed to add remote dependency 'common': no chart repository for URL "
                "'https://charts.example.com'",
            ),
            without("Event"),
        ),
        ("source-failed",),
        says=("a dependency of the chart cannot be fetched",),
        remedy=("Chart.yaml",),
    ),
    State(
        "the chart has no valid Chart.yaml",
        f"{_FLUX}/helm/chart/builder_local.go",
        changed(
            "chart-not-in-git",
            condition(
                "HelmChart",
                "InvalidChartReference",
                'invalid chart reference: validation: chart.metadata.version "one" is invalid',
            ),
            without("Event"),
        ),
        ("source-failed",),
        says=("the chart is not valid",),
        remedy=("`helm lint`",),
    ),
    State(
        "a bucket does not exist",
        f"{_FLUX}/controller/bucket_controller.go",
        changed(
            "chart-not-in-git",
            edit(
                "HelmRelease",
                lambda data: data["spec"]["chart"]["spec"].update(sourceRef={"kind": "Bucket", "name": "fleet"}),
            ),
            edit("HelmChart", lambda data: data["spec"].update(sourceRef={"kind": "Bucket", "name": "fleet"})),
            add(
                {
                    "apiVersion": "source.toolkit.fluxcd.io/v1",
                    "kind": "Bucket",
                    "metadata": {"name": "fleet", "namespace": "docker-registry", "uid": "bucket", "generation": 1},
                    "spec": {"bucketName": "fleet", "endpoint": "minio.example.com", "interval": "5m"},
                }
            ),
            condition("Bucket", "BucketOperationFailed", "bucket 'fleet' not found"),
            without("Event"),
        ),
        ("source-failed",),
        says=("the bucket does not exist",),
        remedy=("`spec.bucketName` of the Bucket", "`kubectl edit bucket -n docker-registry fleet`"),
    ),
    State(
        "a bucket refuses the key",
        "https://github.com/fluxcd/source-controller/issues/954",
        changed(
            "chart-not-in-git",
            edit(
                "HelmRelease",
                lambda data: data["spec"]["chart"]["spec"].update(sourceRef={"kind": "Bucket", "name": "fleet"}),
            ),
            add(
                {
                    "apiVersion": "source.toolkit.fluxcd.io/v1",
                    "kind": "Bucket",
                    "metadata": {"name": "fleet", "namespace": "docker-registry", "uid": "bucket", "generation": 1},
                    "spec": {
                        "bucketName": "fleet",
                        "endpoint": "minio.example.com",
                        "interval": "5m",
                        "secretRef": {"name": "minio"},
                    },
                }
            ),
            condition(
                "Bucket",
                "BucketOperationFailed",
                "failed to confirm existence of 'fleet' bucket: Access Denied.",
            ),
            without("Event"),
        ),
        ("source-failed",),
        remedy=(
            "renew Secret docker-registry/minio with `kubectl create secret generic minio -n docker-registry "
            "--from-file "
            "accesskey --from-file secretkey --dry-run=client -o yaml | kubectl apply -f -`",
        ),
    ),
    State(
        "a bucket is in another region",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        changed(
            "chart-not-in-git",
            edit(
                "HelmRelease",
                lambda data: data["spec"]["chart"]["spec"].update(sourceRef={"kind": "Bucket", "name": "fleet"}),
            ),
            add(
                {
                    "apiVersion": "source.toolkit.fluxcd.io/v1",
                    "kind": "Bucket",
                    "metadata": {"name": "fleet", "namespace": "docker-registry", "uid": "bucket", "generation": 1},
                    "spec": {
                        "bucketName": "fleet",
                        "endpoint": "s3.amazonaws.com",
                        "interval": "5m",
                        "region": "us-east-1",
                    },
                }
            ),
            condition(
                "Bucket",
                "BucketOperationFailed",
                "indexation of objects from bucket 'fleet' failed: The authorization header is malformed; the region "
                "'us-east-1' is wrong; expecting 'eu-west-1'",
            ),
            without("Event"),
        ),
        ("source-failed",),
        says=("in another region",),
        remedy=("`spec.region` of the Bucket",),
    ),
)

_RECORDED: Final = (
    recorded(
        "registry-wants-login",
        "the registry of the chart wants a login",
        "source-failed",
        ready=True,
        says=("the server wants credentials",),
        remedy=("`flux create secret oci NAME -n docker-registry --url 127.0.0.1:", "`source.secretRef`; then render"),
    ),
    recorded(
        "registry-secret-missing",
        "the Secret for the registry of the chart does not exist",
        "source-failed",
        ready=True,
        says=("a Secret that it needs does not exist",),
        remedy=("create Secret docker-registry/login with `flux create secret oci login",),
    ),
    recorded(
        "registry-refuses-login",
        "the registry of the chart refuses the login",
        "source-failed",
        ready=True,
        says=("the server refuses the credentials",),
        remedy=("renew Secret docker-registry/login with `flux create secret oci login",),
    ),
    recorded(
        "registry-of-unknown-authority",
        "the registry of the chart has the certificate of an unknown authority",
        "source-failed",
        ready=True,
        says=("Flux does not trust the certificate of the server",),
        remedy=("`source.certSecretRef` names with `flux create secret tls NAME",),
        never=("is cut",),
    ),
    recorded(
        "chart-not-signed",
        "the chart in a registry is not signed",
        "signature-refused",
        ready=True,
        says=("its signature is missing",),
        remedy=("`source.verify`",),
    ),
)

STATES: Final[tuple[State, ...]] = (*_RECORDED, *_CREDENTIALS, *_SECRETS, *_NETWORK, *_CONTENT, *_CHARTS)
