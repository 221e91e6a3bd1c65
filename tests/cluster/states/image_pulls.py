"""Images that the kubelet does not pull, in the words of kubelets, containerd, cri-o, docker, and registries."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.state import Change, State, changed, edit, event, recorded, waiting, without

IMAGE: Final = "docker.io/library/registry:9.9.9"
_KUBELET: Final = "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_manager.go"
_RESOLVER: Final = "https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go"
_TAG: Final = ("values.image.tag",)
_SECRETS: Final = ("values.image.pullSecrets",)


def _not_pulled(
    title: str,
    report: str,
    error: str,
    says: str,
    *remedy: str,
    never: tuple[str, ...] = _TAG,
    reason: str = "ErrImagePull",
) -> State:
    """Return the state in which the kubelet waits with an error of a pull."""
    snapshot = changed("image-not-pulled", without("Event"), waiting(reason, error))
    return State(title, report, snapshot, ("image-not-pulled",), (says,), remedy, never)


def _containerd(error: str) -> str:
    return f'failed to pull and unpack image "{IMAGE}": {error}'


def _with_secret(name: str) -> Change:
    def change(release: dict[str, Any]) -> None:
        release["spec"]["values"]["image"]["pullSecrets"] = [name]

    return edit("HelmRelease", change)


def _init_container_waits(message: str) -> Change:
    def change(pod: dict[str, Any]) -> None:
        state = {"waiting": {"reason": "ErrImagePull", "message": message}}
        status = {"name": "proxy-init", "image": "gcr.io/mesh/proxy-init:1", "ready": False, "restartCount": 0}
        pod["status"]["initContainerStatuses"] = [{**status, "state": state}]

    return edit("Pod", change)


STATES: Final[tuple[State, ...]] = (
    recorded(
        "image-never-pulled",
        "`image.pullPolicy` is Never, and the tag is not on the node",
        "image-not-pulled",
        says=("the pull policy forbids",),
        remedy=("values.image.pullPolicy: IfNotPresent",),
    ),
    _not_pulled(
        "Docker Hub limits the pulls",
        "https://github.com/kata-containers/kata-containers/issues/10109",
        _containerd(
            "failed to copy: httpReadSeeker: failed open: unexpected status code "
            "https://registry-1.docker.io/v2/library/"
            "registry/manifests/sha256:50aa4698fa6262977cff89181b2664b99d8a56dbca847bf62f2ef04854597cf8: 429 Too Many "
            "Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the "
            "limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit"
        ),
        "limits how often",
        "wait",
        "values.image.pullSecrets",
        "values.image.registry",
    ),
    _not_pulled(
        "the dockerd of a node reports the rate limit",
        "https://github.com/litmuschaos/litmus/issues/2846",
        "rpc error: code = Unknown desc = Error response from daemon: toomanyrequests: You have reached your "
        "pull rate limit.",
        "limits how often",
        "wait",
    ),
    _not_pulled(
        "the registry of a cloud limits the pulls",
        "https://github.com/docker/hub-feedback/issues/2040",
        _containerd("failed to resolve reference: unexpected status from HEAD request: toomanyrequests: Rate exceeded"),
        "limits how often",
        "wait",
    ),
    _not_pulled(
        "the kubelet limits its own pulls",
        _KUBELET,
        "pull QPS exceeded",
        "its own limit of pulls",
        "wait",
        never=(*_TAG, *_SECRETS),
    ),
    _not_pulled(
        "the disk of the node is full while a layer is unpacked",
        "https://github.com/rancher/k3os/issues/55",
        _containerd(
            "failed to extract layer sha256:5dacd731af1b0386ead06c8b1feff9f65d9e0bdfec032d2cd0bc03690698feda: write "
            "/var/lib/containerd/tmpmounts/containerd-mount252943319/lib/libc-2.24.so: no space left on device: unknown"
        ),
        "disk of the node is full",
        "free space on the node",
        never=("values.",),
    ),
    _not_pulled(
        "the image is not built for the CPU of the node",
        "https://github.com/aws-samples/bottlerocket-images-cache/issues/7",
        _containerd(
            "no match for platform in manifest "
            "sha256:b9ab2c28208d75a75807445d4c370801da3992817325cc349764ad740abe40a6: "
            "not found"
        ),
        "CPU or operating system",
        "values.nodeSelector",
        never=("has no such image",),
    ),
    _not_pulled(
        "dockerd finds no manifest for the CPU of the node",
        "https://github.com/moby/moby/issues/39201",
        "Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries",
        "CPU or operating system",
        "values.nodeSelector",
        never=("has no such image",),
    ),
    _not_pulled(
        "cri-o finds no image for the CPU of the node",
        "https://github.com/cri-o/cri-o/issues/1347",
        f"choosing image instance: no image found in image index for architecture arm64, variant v8, OS linux: {IMAGE}",
        "CPU or operating system",
        "values.nodeSelector",
        never=("has no such image",),
    ),
    _not_pulled(
        "the image has no signature, and the node demands one",
        "https://github.com/containers/image/issues/1953",
        f"image pull failed for {IMAGE} because the signature validation failed: Source image rejected: A "
        "signature was "
        "required, but no signature exists",
        "signature is missing or not valid",
        "policy of the node",
        never=_SECRETS,
        reason="SignatureValidationFailed",
    ),
    _not_pulled(
        "the image must be on the node, and is not",
        _KUBELET,
        f'Container image "{IMAGE}" is not present with pull policy of Never',
        "the pull policy forbids",
        "values.image.pullPolicy: IfNotPresent",
        reason="ErrImageNeverPull",
    ),
    _not_pulled(
        "the name of the image has a capital letter",
        _KUBELET,
        'Failed to apply default image tag "docker.io/library/Registry:3": couldn\'t parse image name '
        '"docker.io/library/Registry:3": invalid reference format: repository name must be lowercase',
        "name is not valid",
        "values.image.repository",
        never=_SECRETS,
        reason="InvalidImageName",
    ),
    _not_pulled(
        "cri-o does not resolve a short name",
        "https://github.com/SynologyOpenSource/synology-csi/issues/128",
        'Failed to inspect image "": rpc error: code = Unknown desc = short name mode is enforcing, but image name '
        "registry:3 returns ambiguous list",
        "has no registry",
        "values.image.registry",
        reason="ImageInspectError",
    ),
    _not_pulled(
        "a layer arrives with another digest",
        "https://github.com/containerd/containerd/issues/4908",
        _containerd(
            'failed commit on ref "layer-sha256:16ec32c2132b43494832a05f2b02f7a822479f8250c173d0ab27b3de78b2f058": '
            "unexpected commit digest sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, "
            "expected "
            "sha256:16ec32c2132b43494832a05f2b02f7a822479f8250c173d0ab27b3de78b2f058: failed precondition"
        ),
        "incomplete or changed",
        "proxy or mirror",
    ),
    _not_pulled(
        "the image registry has lost a layer",
        _RESOLVER,
        _containerd("failed to copy: httpReadSeeker: failed open: could not fetch content descriptor: not found"),
        "incomplete or changed",
        "proxy or mirror",
        never=("has no such image",),
    ),
    _not_pulled(
        "the certificate of the image registry has expired",
        "https://github.com/golang/go/blob/master/src/crypto/x509/verify.go",
        _containerd(
            "failed to resolve reference: failed to do request: Head: tls: failed to verify certificate: x509: "
            "certificate "
            "has expired or is not yet valid: current time 2026-11-25T04:24:33Z is after 2026-11-20T00:00:00Z"
        ),
        "has expired, or the clock",
        "renewed",
        never=("values.",),
    ),
    _not_pulled(
        "the node does not trust the certificate authority",
        "https://github.com/golang/go/blob/master/src/crypto/x509/verify.go",
        _containerd(
            "failed to resolve reference: failed to do request: Head "
            '"https://registry.example.com/v2/registry/manifests/'
            '3": tls: failed to verify certificate: x509: certificate signed by unknown authority'
        ),
        "does not trust the certificate",
        "/etc/containerd/certs.d/HOST/hosts.toml",
        never=(*_TAG, *_SECRETS),
    ),
    _not_pulled(
        "the image registry serves HTTP only",
        "https://github.com/golang/go/blob/master/src/net/http/client.go",
        _containerd(
            'failed to resolve reference: failed to do request: Head "https://registry:5000/v2/registry/manifests/3": '
            "http: server gave HTTP response to HTTPS client"
        ),
        "serves HTTP",
        "container runtime of the node",
        never=(*_TAG, *_SECRETS),
    ),
    _not_pulled(
        "the proxy of the node refuses connections",
        "https://github.com/golang/go/blob/master/src/net/http/transport.go",
        _containerd(
            "failed to resolve reference: failed to do request: Head: proxyconnect tcp: dial tcp 10.0.0.1:3128: "
            "connect: "
            "connection refused"
        ),
        "proxy of the node",
        "HTTPS_PROXY",
        never=("values.",),
    ),
    _not_pulled(
        "the image is named by a Service of the cluster",
        "https://github.com/kubernetes/kubernetes/issues/1319",
        _containerd(
            "failed to do request: Head: dial tcp: lookup registry.infra.svc.cluster.local on 192.168.1.1:53: no "
            "such host"
        ),
        "only Pods can",
        "values.image.registry",
    ),
    _not_pulled(
        "the DNS of the node does not answer",
        "https://github.com/docker/for-mac/issues/2152",
        _containerd(
            'failed to do request: Head "https://registry-1.docker.io/v2/library/registry/manifests/3": dial '
            "tcp: lookup "
            "registry-1.docker.io on 192.168.65.1:53: read udp 192.168.65.2:45941->192.168.65.1:53: i/o timeout"
        ),
        "cannot resolve the name",
        "DNS of the node",
    ),
    _not_pulled(
        "the image registry is down",
        _KUBELET,
        f"image pull failed for {IMAGE} because the registry is unavailable: pinging container registry: 503 Service "
        "Unavailable",
        "the image registry fails",
        "wait",
        reason="RegistryUnavailable",
    ),
    _not_pulled(
        "containerd does not answer the kubelet",
        _KUBELET,
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix '
        '/run/containerd/containerd.sock: connect: connection refused"',
        "container runtime of the node does not answer",
        "restarted",
        never=("values.",),
    ),
    _not_pulled(
        "Amazon's registry gets no credentials",
        _RESOLVER,
        _containerd(
            "failed to resolve reference: pull access denied, repository does not exist or may require authorization: "
            "authorization failed: no basic auth credentials"
        ),
        "requires valid credentials",
        "values.image.pullSecrets",
    ),
    _not_pulled(
        "Docker Hub hides a repository, which does not exist or is private",
        "https://github.com/thekubefleet/kubefleet/issues/6",
        _containerd(
            "failed to resolve reference: pull access denied, repository does not exist or may require authorization: "
            "server message: insufficient_scope: authorization failed"
        ),
        "no such repository, or does not show it",
        "values.image.repository",
        "values.image.pullSecrets",
    ),
    _not_pulled(
        "dockerd is denied a repository",
        "https://github.com/kubernetes/minikube/issues/20613",
        "Error response from daemon: pull access denied for web, repository does not exist or may require 'docker "
        "login': denied: requested access to the resource is denied",
        "no such repository, or does not show it",
        "values.image.repository",
    ),
    _not_pulled(
        "the repository is unknown",
        "https://github.com/opencontainers/distribution-spec/blob/main/spec.md",
        _containerd("failed to resolve reference: NAME_UNKNOWN: repository name not known to registry"),
        "no such repository",
        "values.image.repository",
    ),
    _not_pulled(
        "the image registry wants a password",
        "https://github.com/octarinesec/octarine-operator/issues/15",
        "rpc error: code = Unknown desc = Error response from daemon: unauthorized: authentication required",
        "requires valid credentials",
        "registry-gitops secret pull",
    ),
    _not_pulled(
        "GitHub's registry denies a package",
        _RESOLVER,
        _containerd(
            "failed to resolve reference: failed to authorize: failed to fetch anonymous token: unexpected status from "
            "GET request to https://ghcr.io/token?scope=repository%3Ateam%2Fregistry%3Apull&service=ghcr.io: 403 "
            "Forbidden"
        ),
        "does not allow to pull",
        "values.image.pullSecrets",
    ),
    _not_pulled(
        "the tag does not exist",
        _RESOLVER,
        _containerd(f'failed to resolve reference "{IMAGE}": {IMAGE}: not found'),
        "has no such image",
        "values.image.tag",
        never=_SECRETS,
    ),
    _not_pulled(
        "cri-o finds no manifest",
        "https://github.com/cri-o/cri-o/issues/4388",
        "reading manifest 9.9.9 in docker.io/library/registry: manifest unknown",
        "has no such image",
        "values.image.tag",
        never=_SECRETS,
    ),
    _not_pulled(
        "the image has the format of an old registry",
        "https://github.com/containerd/containerd/blob/main/client/pull.go",
        _containerd(
            'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since '
            "containerd v2.1, please rebuild the image"
        ),
        "does not support its format",
        "current format",
        never=_SECRETS,
    ),
    _not_pulled(
        "a firewall drops what the node sends to the image registry",
        "https://github.com/golang/go/blob/master/src/net/http/client.go",
        _containerd(
            'failed to do request: Head "https://ghcr.io/v2/registry/manifests/3": dial tcp 140.82.121.34:443: '
            "i/o timeout"
        ),
        "cannot reach the image registry",
        "firewalls",
        never=(*_TAG, *_SECRETS),
    ),
    _not_pulled(
        "an image is not pulled for a reason that nobody wrote down",
        _KUBELET,
        _containerd("the moon is in the wrong phase"),
        "does not know",
        "kubectl describe pod",
        never=("values.",),
    ),
    State(
        "an older kubelet has the reason in an event only",
        "https://github.com/kubernetes/kubernetes/blob/release-1.30/pkg/kubelet/images/image_manager.go",
        changed(
            "image-not-pulled",
            without("Event"),
            waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'),
            event("Pod", "Failed", "Error: ImagePullBackOff", ago=1),
            event(
                "Pod", "Failed", 'Failed to pull image "gcr.io/mesh/proxy:1": toomanyrequests: Quota exceeded', ago=20
            ),
            event("Pod", "Failed", f'Failed to pull image "{IMAGE}": manifest unknown: manifest unknown', ago=40),
        ),
        ("image-not-pulled",),
        ("has no such image", "manifest unknown"),
        ("values.image.tag",),
        never=("limits how often", "wait"),
    ),
    State(
        "the pull Secret does not exist",
        "https://github.com/kubernetes/kubernetes/pull/117927",
        changed(
            "image-not-pulled",
            without("Event"),
            _with_secret("regcred"),
            waiting("ErrImagePull", "unauthorized: authentication required"),
            event(
                "Pod",
                "FailedToRetrieveImagePullSecret",
                "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
            ),
        ),
        ("image-not-pulled",),
        ("its pull Secret regcred does not exist",),
        (
            "`registry-gitops secret pull --namespace docker-registry --name regcred --username USER | kubectl "
            "apply -f -`",
            "values.image.pullSecrets",
        ),
    ),
    State(
        "the pull Secret has a wrong password",
        "https://github.com/litmuschaos/litmus/issues/2846",
        changed(
            "image-not-pulled",
            without("Event"),
            _with_secret("regcred"),
            waiting("ErrImagePull", "unauthorized: incorrect username or password"),
        ),
        ("image-not-pulled",),
        ("requires valid credentials",),
        ("correct the credentials in `values.image.pullSecrets` (now regcred)",),
        never=("set `values.image.pullSecrets`",),
    ),
    State(
        "the image of a container that a webhook added does not exist",
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_manager.go",
        changed("image-not-pulled", without("Event"), _init_container_waits("manifest unknown: manifest unknown")),
        ("image-not-pulled",),
        ("gcr.io/mesh/proxy-init:1",),
        ("a webhook of the cluster", "proxy-init"),
        never=("values.image.tag",),
    ),
)
