"""Containers that the node does not start, that end, or that run and are not ready."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.registry_log import values
from tests.cluster.states.state import Change, State, changed, edit, event, later, log, recorded, waiting, without

_KUBELET: Final = "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet"
_SECURITY: Final = f"{_KUBELET}/kuberuntime/security_context.go"
_PROBE: Final = f"{_KUBELET}/prober/prober.go"
_RUNC: Final = "https://github.com/opencontainers/runc/blob/main/libcontainer/rootfs_linux.go"
_CREATE: Final = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
)
_POD: Final = (
    '(pod: "docker-registry-6675ff7c5_docker-registry(a4c6a62d-2166-41a9-b288-20df17cf5c90)", container: registry)'
)


def _not_started(
    title: str,
    report: str,
    reason: str,
    message: str,
    says: str,
    *remedy: str,
    never: tuple[str, ...] = (),
) -> State:
    snapshot = changed("image-not-pulled", without("Event"), waiting(reason, message))
    return State(title, report, snapshot, ("container-not-started",), (says,), remedy, never)


def _status(kind: str, **status: Any) -> Change:
    """Add a container to the status of the Pods."""

    def change(pod: dict[str, Any]) -> None:
        entry = {"ready": False, "restartCount": 0, "image": "docker.io/library/other:1", **status}
        pod["status"].setdefault(f"{kind}Statuses", []).insert(0, entry)

    return edit("Pod", change)


def _last_end(**ended: Any) -> Change:
    """Change how the registry ended."""
    return edit("Pod", lambda pod: pod["status"]["containerStatuses"][0]["lastState"]["terminated"].update(ended))


def _runs_for(seconds: float) -> Change:
    """Read the registry so long after its container started, without events of before."""
    return lambda snapshot: later(seconds)(without("Event")(snapshot))


def _never_ended(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0].update(lastState={}, restartCount=0)


def _unhealthy(title: str, message: str, says: str, *remedy: str, never: tuple[str, ...] = ()) -> State:
    probe = event("Pod", "Unhealthy", message, ago=5)
    snapshot = changed("probe-fails", without("Event"), edit("Pod", _never_ended), probe)
    return State(title, _PROBE, snapshot, ("not-healthy",), (says,), remedy, never)


def _gate(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0].update(ready=True, lastState={})
    for item in pod["status"]["conditions"]:
        if item["type"] == "ContainersReady":
            item["status"] = "True"
        if item["type"] == "Ready":
            gate = '"target-health.elbv2.k8s.aws/k8s-docker" does not exist'
            message = f"corresponding condition of pod readiness gate {gate}."
            item.update(status="False", reason="ReadinessGatesNotReady", message=message)


_CONFIG_ERROR: Final = "CreateContainerConfigError"

_STARTS: Final = (
    _not_started(
        "the image names its user in letters",
        _SECURITY,
        _CONFIG_ERROR,
        f"container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root {_POD}",
        "names its user in letters",
        "values.containerSecurityContext.runAsUser",
    ),
    _not_started(
        "the image would run as root",
        _SECURITY,
        _CONFIG_ERROR,
        f"container has runAsNonRoot and image will run as root {_POD}",
        "would run as root",
        "values.containerSecurityContext.runAsUser",
    ),
    _not_started(
        "the image has a program for another CPU",
        "https://github.com/cri-o/cri-o/issues/1347",
        "RunContainerError",
        f'{_CREATE}unable to start container process: exec: "/entrypoint.sh": exec format error: unknown',
        "not built for the CPU",
        "values.nodeSelector",
        never=("values.command",),
    ),
    _not_started(
        "the memory limit is too low for a process",
        "https://github.com/opencontainers/runc/blob/main/libcontainer/process_linux.go",
        "RunContainerError",
        f"{_CREATE}container init was OOM-killed (memory limit too low?): unknown",
        "memory limit is too low",
        "values.resources.limits.memory",
    ),
    _not_started(
        "the disk of the node is full while a container is created",
        "https://github.com/containerd/containerd/blob/main/internal/cri/server/container_create.go",
        "CreateContainerError",
        "failed to create containerd container: copying of parent failed: write /var/lib/containerd/1: no space "
        "left on "
        "device",
        "disk of the node is full",
        "free space on the node",
        never=("values.",),
    ),
    _not_started(
        "the directory of a subPath does not exist",
        f"{_KUBELET}/kubelet_pods.go",
        _CONFIG_ERROR,
        'failed to prepare subPath for volumeMount "data" of container "registry"',
        "subPath",
        "values.extraVolumeMounts",
    ),
    _not_started(
        "a directory is mounted on a file",
        "https://github.com/kubernetes/kubernetes/issues/61545",
        "RunContainerError",
        f"{_CREATE}unable to start container process: error during container init: error mounting "
        '"/var/lib/kubelet/pods/'
        'f7984373/volumes/ca" to rootfs at "/etc/ssl/ca.crt": create mountpoint: not a directory: unknown',
        "a mount does not fit its place",
        "values.extraVolumeMounts",
        never=("values.command",),
    ),
    _not_started(
        "the image does not have the program of `command`",
        "https://github.com/tektoncd/pipeline/issues/5910",
        "RunContainerError",
        f'{_CREATE}unable to start container process: exec: "registry-serve": executable file not found in $PATH: '
        "unknown",
        "does not have the program",
        "values.command",
    ),
    _not_started(
        "the image has no shell",
        "https://github.com/wunderio/csi-rclone/issues/4",
        "RunContainerError",
        f'{_CREATE}unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory: '
        "unknown",
        "does not have the program",
        "values.image.repository",
    ),
    _not_started(
        "the program of `command` is not executable",
        _RUNC,
        "RunContainerError",
        f'{_CREATE}unable to start container process: exec: "/etc/distribution/config.yml": permission denied: unknown',
        "not executable",
        "values.command",
    ),
    _not_started(
        "containerd still holds the name of the container",
        "https://github.com/containerd/containerd/issues/4604",
        "CreateContainerError",
        'failed to reserve container name "registry_docker-registry-6675ff7c5_docker-registry_1": name '
        '"registry_docker-registry-6675ff7c5_docker-registry_1" is reserved for "7c54f31e3fc8"',
        "holds the container of an earlier try",
        "wait",
        never=("values.",),
    ),
    _not_started(
        "the node does not have the AppArmor profile",
        _RUNC,
        "CreateContainerError",
        "failed to create containerd container: failed to generate spec: apparmor profile not found registry",
        "security profile",
        "values.containerSecurityContext.seccompProfile",
    ),
    _not_started(
        "the node is too slow to create a container",
        "https://github.com/containerd/containerd/issues/9545",
        "CreateContainerError",
        "context deadline exceeded",
        "overloaded",
        "wait",
        never=("values.",),
    ),
    _not_started(
        "the command after the start fails",
        f"{_KUBELET}/kuberuntime/kuberuntime_container.go",
        "PostStartHookError",
        "command '/bin/warm-up' exited with 1: ",
        "runs after the start",
        "values.lifecycleHooks.postStart",
    ),
    _not_started(
        "a container is not created for a reason that nobody wrote down",
        f"{_KUBELET}/kuberuntime/kuberuntime_container.go",
        "CreateContainerError",
        "the moon is in the wrong phase",
        "cannot start the container registry",
        "kubectl describe pod",
        never=("values.",),
    ),
    State(
        "a container that did not start waits for the next try",
        _RUNC,
        changed(
            "crash-loop",
            without("Event"),
            _last_end(
                reason="StartError",
                exitCode=128,
                message=f'{_CREATE}unable to start container process: exec: "x": executable file not found in $PATH',
            ),
        ),
        ("container-not-started",),
        ("does not have the program",),
        ("values.command",),
        never=("exits on start",),
    ),
    State(
        "an init container of the user waits for a database",
        "https://kubernetes.io/docs/concepts/workloads/pods/init-containers/",
        changed(
            "image-not-pulled",
            without("Event"),
            values(initContainers=[{"name": "wait-for-s3"}]),
            waiting("PodInitializing"),
            _status("initContainer", name="wait-for-s3", state={"running": {"startedAt": "2026-11-25T04:20:40Z"}}),
        ),
        ("container-not-started",),
        ("waits for the init container wait-for-s3",),
        ("-c wait-for-s3", "values.initContainers"),
    ),
)

_ENDS: Final = (
    State(
        "an init container of the user fails",
        f"{_KUBELET}/kuberuntime/kuberuntime_manager.go",
        changed(
            "image-not-pulled",
            without("Event"),
            values(initContainers=[{"name": "chown"}]),
            waiting("PodInitializing"),
            _status("initContainer", name="chown", state={"terminated": {"exitCode": 1, "reason": "Error"}}),
            log("chown: /var/lib/registry: Operation not permitted\n", container="chown"),
        ),
        ("crash-loop",),
        ("chown, which runs before the registry", "Operation not permitted"),
        ("values.initContainers",),
        never=("values.configuration",),
    ),
    State(
        "a container that a mesh added crashes",
        "https://github.com/istio/istio/blob/master/pkg/kube/inject/webhook.go",
        changed(
            "crash-loop",
            without("Event"),
            edit("Pod", lambda pod: pod["status"]["containerStatuses"][0].update(ready=True, lastState={}, state={})),
            _status(
                "container",
                name="istio-proxy",
                state={"waiting": {"reason": "CrashLoopBackOff"}},
                lastState={"terminated": {"exitCode": 2, "reason": "Error"}},
            ),
        ),
        ("crash-loop",),
        ("istio-proxy exits on start",),
        ("a webhook of the cluster",),
        never=("values.configuration", "extraEnvVars"),
    ),
    State(
        "a sidecar of the user has too little memory",
        f"{_KUBELET}/kuberuntime/kuberuntime_container.go",
        changed(
            "crash-loop",
            without("Event"),
            values(sidecars=[{"name": "mirror"}]),
            edit("Pod", lambda pod: pod["status"]["containerStatuses"][0].update(ready=True, lastState={}, state={})),
            _status(
                "container",
                name="mirror",
                resources={"limits": {"memory": "32Mi"}},
                state={"waiting": {"reason": "CrashLoopBackOff"}},
                lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            ),
        ),
        ("crash-loop",),
        ("the container mirror exceeded its memory limit", "memory limit 32Mi"),
        ("values.sidecars",),
        never=("`values.resources.limits.memory`",),
    ),
    State(
        "the node has no memory, and the registry no limit",
        f"{_KUBELET}/oom/oom_watcher_linux.go",
        changed(
            "out-of-memory",
            without("Event"),
            edit("Pod", lambda pod: pod["status"]["containerStatuses"][0].pop("resources")),
        ),
        ("crash-loop",),
        ("the node had no memory left",),
        ("values.resources.requests.memory",),
        never=("limits.memory",),
    ),
    State(
        "the registry is killed, and not for its memory",
        f"{_KUBELET}/kuberuntime/kuberuntime_container.go",
        changed("crash-loop", without("Event"), _last_end(reason="Error", exitCode=137)),
        ("crash-loop",),
        ("was killed, with exit code 137",),
        ("kubectl describe node e2e",),
        never=("values.",),
    ),
    State(
        "the registry ends at once, without an error",
        "https://github.com/distribution/distribution/blob/main/registry/root.go",
        changed(
            "crash-loop",
            without("Event"),
            _last_end(reason="Completed", exitCode=0),
            log("registry github.com/distribution/distribution/v3 v3.1.1\n"),
        ),
        ("crash-loop",),
        ("ends at once, without an error",),
        ("values.args",),
    ),
    State(
        "the registry ended once, two days ago, and S3 is down now",
        "https://github.com/distribution/distribution/issues/4361",
        changed(
            "probe-fails",
            edit("Pod", lambda pod: pod["status"]["containerStatuses"][0].update(lastState={})),
            edit(
                "Pod",
                lambda pod: pod["status"]["containerStatuses"][0]["lastState"].update(
                    terminated={"exitCode": 137, "reason": "OOMKilled"}
                ),
            ),
            _runs_for(172_800),
            event("Pod", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", ago=5),
        ),
        ("not-healthy",),
        ("it cannot reach its storage",),
        ("values.storage",),
        never=("memory limit",),
    ),
)

_PROBES: Final = (
    _unhealthy(
        "the storage fails, and the log is not readable",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "it cannot reach its storage",
        "values.storage",
    ),
    _unhealthy(
        "the probe speaks HTTP to a TLS port",
        "Readiness probe failed: HTTP probe failed with statuscode: 400",
        "the probe speaks HTTP",
        "values.tls",
        never=("values.storage",),
    ),
    _unhealthy(
        "the probe speaks HTTPS to an HTTP port",
        'Readiness probe failed: Get "https://10.244.0.13:5000/": http: server gave HTTP response to HTTPS client',
        "the probe speaks HTTPS",
        "values.extraEnvVars",
    ),
    _unhealthy(
        "the registry wants a certificate of the kubelet",
        'Readiness probe failed: Get "https://10.244.0.13:5000/": remote error: tls: certificate required',
        "TLS handshake",
        "values.tls.clientAuthentication.mode",
    ),
    _unhealthy(
        "the path of the probe requires a login",
        "Readiness probe failed: HTTP probe failed with statuscode: 401",
        "requires a login",
        "values.readinessProbe",
    ),
    _unhealthy(
        "another program answers the probe",
        "Startup probe failed: HTTP probe failed with statuscode: 404",
        "another program",
        "values.configuration.http.addr",
    ),
    _unhealthy(
        "the registry answers the probe with an error",
        "Readiness probe failed: HTTP probe failed with statuscode: 500",
        "answers with errors",
        "kubectl logs",
    ),
    _unhealthy(
        "the registry listens on another port",
        "Liveness probe failed: dial tcp 10.244.0.13:5000: connect: connection refused",
        "does not listen on the port",
        "REGISTRY_HTTP_ADDR",
    ),
    _unhealthy(
        "the command of a probe does not exist",
        'Readiness probe errored: rpc error: code = NotFound desc = failed to exec in container: exec: "wget": '
        "executable "
        "file not found in $PATH",
        "the command of the probe fails",
        "correct the command",
    ),
    _unhealthy(
        "the registry does not answer in time",
        'Readiness probe failed: Get "http://10.244.0.13:5000/": context deadline exceeded (Client.Timeout '
        "exceeded while "
        "awaiting headers)",
        "does not answer the probe in time",
        "values.resources.limits.cpu",
        never=("values.storage",),
    ),
    _unhealthy(
        "the node has no route to the Pod",
        'Readiness probe failed: Get "http://10.244.0.13:5000/": dial tcp 10.244.0.13:5000: connect: no route to host',
        "does not reach the Pod",
        "network of the node",
        never=("values.",),
    ),
    State(
        "the events about the probes have expired",
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubeapiserver/options/options.go",
        changed("probe-fails", edit("Pod", _never_ended), _runs_for(7_200)),
        ("not-healthy",),
        ("runs, but is not ready", "containers with unready status"),
        ("kubectl logs",),
    ),
    State(
        "a readiness gate of a load balancer is not met",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/deploy/pod_readiness_gate.md",
        changed("probe-fails", without("Event"), edit("Pod", _gate)),
        ("not-healthy",),
        ("a readiness gate", "target-health.elbv2.k8s.aws"),
        ("load balancer",),
        never=("values.",),
    ),
)

_STARTED: Final = "container-not-started"

_RECORDED: Final = (
    recorded(
        "image-runs-as-root",
        "no value says as which user the registry runs",
        _STARTED,
        says=("would run as root",),
        remedy=("values.containerSecurityContext.runAsUser",),
    ),
    recorded(
        "program-missing",
        "`command` names a program that does not exist",
        _STARTED,
        says=("does not have the program", "registry-serve"),
        remedy=("values.command",),
    ),
    recorded(
        "hook-fails",
        "`lifecycleHooks.postStart` fails",
        _STARTED,
        says=("runs after the start", "PostStartHook failed"),
        remedy=("values.lifecycleHooks.postStart",),
    ),
    recorded(
        "init-container-fails",
        "`initContainers` has one that fails",
        "crash-loop",
        says=("migrate, which runs before the registry",),
        remedy=("values.initContainers", "-c migrate"),
        never=("values.configuration",),
    ),
    recorded(
        "ends-without-error",
        "`args` makes the registry print its version",
        "crash-loop",
        says=("ends at once, without an error",),
        remedy=("values.args",),
    ),
    recorded(
        "certificate-not-pem",
        "the Secret of `tls` has no certificate",
        "crash-loop",
        says=("no valid PEM file",),
        remedy=('`values.tls.existingSecret` (now "certificate")',),
    ),
    recorded(
        "cached-registry-unreachable",
        "the registry of `proxy` does not resolve",
        "crash-loop",
        says=("cannot reach the registry that it caches", "registry.invalid"),
        remedy=('`values.proxy.remoteUrl` (now "https://registry.invalid")',),
    ),
)

STATES: Final[tuple[State, ...]] = (*_RECORDED, *_STARTS, *_ENDS, *_PROBES)
