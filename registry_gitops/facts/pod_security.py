"""The Pod Security Standards: which settings of a Pod a level forbids. One table, with one function per control.

Upstream: https://kubernetes.io/docs/concepts/security/pod-security-standards/ (Kubernetes 1.36). A test compares it
with the evaluator of the API server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry_gitops.facts.pod_shape import PodPart, PodShape

Found = Iterator[tuple[str, str]]
"""The key of each setting that breaks a control, and what is wrong with it."""

_BASELINE_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_SELINUX_TYPES: Final = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_SYSCTLS: Final = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    ]
)
_VOLUMES: Final = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
_HANDLERS: Final = (
    ("livenessProbe",),
    ("readinessProbe",),
    ("startupProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


@dataclass(frozen=True)
class Violation:
    """A setting that a level forbids."""

    key: str
    message: str
    allowed_by: str
    """The strictest level that allows it."""


def list_violations(pod: PodShape, level: str) -> Iterator[Violation]:
    """Yield what the level forbids: `restricted`, `baseline`, `privileged`, or "" for none."""
    for least, control in _CONTROLS:
        if level == "restricted" or (level == "baseline" and least == "baseline"):
            allowed_by = "baseline" if least == "restricted" else "privileged"
            # Containers that share a security context break a control once.
            yield from (Violation(key, message, allowed_by) for key, message in dict.fromkeys(control(pod)))


def _host_namespaces(pod: PodShape) -> Found:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.pod.spec.get(field):
            yield f"{pod.pod.key}.{field}", f"{field} is true"


def _host_process(pod: PodShape) -> Found:
    for part in _parts(pod):
        if _field(part.context, "windowsOptions", "hostProcess"):
            yield f"{part.context_key}.windowsOptions.hostProcess", "hostProcess is true"


def _privileged(pod: PodShape) -> Found:
    for part in pod.containers:
        if part.context.get("privileged"):
            yield f"{part.context_key}.privileged", "privileged is true"


def _baseline_capabilities(pod: PodShape) -> Found:
    return _added_capabilities(pod, _BASELINE_CAPABILITIES)


def _host_path(pod: PodShape) -> Found:
    for volume in pod.volumes:
        if "hostPath" in volume.spec:
            yield f"{volume.key}.hostPath", "the volume is a hostPath, a directory of the node"


def _host_ports(pod: PodShape) -> Found:
    for part in pod.containers:
        for index, port in enumerate(part.spec.get("ports") or ()):
            if port.get("hostPort"):
                yield f"{part.key}.ports[{index}].hostPort", f"hostPort is {port['hostPort']}"


def _handler_hosts(pod: PodShape) -> Found:
    for part in pod.containers:
        for path in _HANDLERS:
            for kind in ("httpGet", "tcpSocket"):
                if _field(part.spec, *path, kind, "host"):
                    # The hooks of the registry's own container have a key of their own.
                    steps = path if part.key != "values" else ("lifecycleHooks", *path[1:])
                    yield ".".join((part.key, *steps, kind, "host")), f"{kind} names a host"


def _app_armor(pod: PodShape) -> Found:
    for part in _parts(pod):
        if _field(part.context, "appArmorProfile", "type") == "Unconfined":
            yield f"{part.context_key}.appArmorProfile.type", "the AppArmor profile is Unconfined"


def _se_linux(pod: PodShape) -> Found:
    for part in _parts(pod):
        options = part.context.get("seLinuxOptions") or {}
        if options.get("type", "") not in _SELINUX_TYPES:
            yield f"{part.context_key}.seLinuxOptions.type", "the SELinux type is not that of a container"
        for field in ("user", "role"):
            if options.get(field):
                yield f"{part.context_key}.seLinuxOptions.{field}", f"the SELinux {field} is set"


def _proc_mount(pod: PodShape) -> Found:
    for part in pod.containers:
        if part.context.get("procMount", "Default") != "Default":
            yield f"{part.context_key}.procMount", "procMount is not Default"


def _unconfined_seccomp(pod: PodShape) -> Found:
    for part in _parts(pod):
        if _field(part.context, "seccompProfile", "type") == "Unconfined":
            yield f"{part.context_key}.seccompProfile.type", "the seccomp profile is Unconfined"


def _sysctls(pod: PodShape) -> Found:
    for index, sysctl in enumerate(pod.pod.context.get("sysctls") or ()):
        if sysctl["name"] not in _SYSCTLS:
            yield f"{pod.pod.context_key}.sysctls[{index}]", "the sysctl is not one of the safe ones"


def _volume_types(pod: PodShape) -> Found:
    # baseline forbids hostPath too, and finds it.
    for volume in pod.volumes:
        for kind in sorted(volume.spec.keys() - _VOLUMES - {"name", "hostPath"}):
            yield f"{volume.key}.{kind}", f"the volume is of the type {kind}"


def _privilege_escalation(pod: PodShape) -> Found:
    for part in pod.containers:
        if part.context.get("allowPrivilegeEscalation") is not False:
            yield f"{part.context_key}.allowPrivilegeEscalation", "allowPrivilegeEscalation is not false"


def _non_root(pod: PodShape) -> Found:
    of_pod = pod.pod.context.get("runAsNonRoot")
    if of_pod is False:
        yield f"{pod.pod.context_key}.runAsNonRoot", "runAsNonRoot is false"
    for part in pod.containers:
        of_container = part.context.get("runAsNonRoot")
        if of_container is False or of_container is of_pod is None:
            yield f"{part.context_key}.runAsNonRoot", "runAsNonRoot is not true"


def _root_user(pod: PodShape) -> Found:
    for part in _parts(pod):
        if part.context.get("runAsUser") == 0:
            yield f"{part.context_key}.runAsUser", "runAsUser is 0 (root)"


def _seccomp(pod: PodShape) -> Found:
    of_pod = _field(pod.pod.context, "seccompProfile", "type")
    for part in pod.containers:
        profile = _field(part.context, "seccompProfile", "type") or of_pod
        if profile is None:
            yield f"{part.context_key}.seccompProfile", "there is no seccomp profile"


def _restricted_capabilities(pod: PodShape) -> Found:
    for part in pod.containers:
        if "ALL" not in _capabilities(part, "drop"):
            yield f"{part.context_key}.capabilities.drop", "not all capabilities are dropped"
    # What baseline forbids too is found there.
    yield from _added_capabilities(pod, {"NET_BIND_SERVICE"}, but=_BASELINE_CAPABILITIES)


def _added_capabilities(pod: PodShape, allowed: Any, but: Any = None) -> Found:
    for part in pod.containers:
        for index, name in enumerate(_capabilities(part, "add")):
            if name not in allowed and (but is None or name in but):
                yield f"{part.context_key}.capabilities.add[{index}]", f"the capability {name} is added"


_CONTROLS: Final[tuple[tuple[str, Callable[[PodShape], Found]], ...]] = (
    ("baseline", _host_namespaces),
    ("baseline", _host_process),
    ("baseline", _privileged),
    ("baseline", _baseline_capabilities),
    ("baseline", _host_path),
    ("baseline", _host_ports),
    ("baseline", _handler_hosts),
    ("baseline", _app_armor),
    ("baseline", _se_linux),
    ("baseline", _proc_mount),
    ("baseline", _unconfined_seccomp),
    ("baseline", _sysctls),
    ("restricted", _volume_types),
    ("restricted", _privilege_escalation),
    ("restricted", _non_root),
    ("restricted", _root_user),
    ("restricted", _seccomp),
    ("restricted", _restricted_capabilities),
)
"""The least strict level that has the control, and what finds the settings that break it."""


def _parts(pod: PodShape) -> tuple[PodPart, ...]:
    return (pod.pod, *pod.containers)


def _field(spec: Mapping[str, Any], *path: str) -> Any:
    for step in path:
        spec = spec.get(step) or {}
    return spec or None


def _capabilities(part: PodPart, verb: str) -> list[str]:
    return _field(part.context, "capabilities", verb) or []
