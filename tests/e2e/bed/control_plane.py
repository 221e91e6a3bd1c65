"""The control plane: etcd, the API server, the controller manager and the scheduler."""

from __future__ import annotations

import ssl
import urllib.request
from pathlib import Path

from tests.e2e.bed import network
from tests.e2e.bed.kubectl import kubectl
from tests.e2e.bed.place import PROGRAMS, Place
from tests.e2e.bed.processes import Processes
from tests.e2e.bed.waiting import wait_until

HYPERKUBE = PROGRAMS / "hyperkube"
"""All of Kubernetes in one program; its first argument says which part it is to be."""

ETCD = "http://127.0.0.1:2379"


def start_api_server(place: Place, processes: Processes) -> None:
    """Start etcd and the API server, which waits for etcd by itself."""
    processes.start(
        "etcd",
        *(HYPERKUBE, "etcd", "--name=e2e", "--data-dir=/var/lib/etcd", "--log-level=warn"),
        *(f"--listen-client-urls={ETCD}", f"--advertise-client-urls={ETCD}"),
        "--listen-peer-urls=http://127.0.0.1:2380",
        # What etcd acknowledges need not outlive the machine.
        "--unsafe-no-fsync",
    )
    keys = place.certificates
    issuer = f"https://kubernetes.default.svc.{network.DOMAIN}"
    processes.start(
        "kube-apiserver",
        *(HYPERKUBE, "kube-apiserver", f"--etcd-servers={ETCD}", f"--advertise-address={network.NODE}"),
        *(f"--tls-cert-file={keys}/apiserver.crt", f"--tls-private-key-file={keys}/apiserver.key"),
        f"--client-ca-file={keys}/ca.crt",
        # To the kubelet, for logs, exec and port-forward.
        f"--kubelet-client-certificate={keys}/apiserver-kubelet-client.crt",
        f"--kubelet-client-key={keys}/apiserver-kubelet-client.key",
        f"--kubelet-certificate-authority={keys}/ca.crt",
        "--kubelet-preferred-address-types=InternalIP",
        *(f"--service-account-issuer={issuer}", f"--service-account-key-file={keys}/sa.pub"),
        f"--service-account-signing-key-file={keys}/sa.key",
        # Nobody is called `aggregator`; but others wait and complain where the API server has no word on this.
        *(f"--requestheader-client-ca-file={keys}/ca.crt", "--requestheader-allowed-names=aggregator"),
        "--requestheader-username-headers=X-Remote-User",
        f"--service-cluster-ip-range={network.SERVICES}",
        # As in every cluster: the rights of RBAC, and a kubelet sees only what is its own.
        *("--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true"),
    )


def wait_for_api_server(place: Place, processes: Processes) -> None:
    """Return when the API server has finished starting. Raises BedProblem."""
    context = ssl.create_default_context(cafile=place.certificates / "ca.crt")
    context.load_cert_chain(place.certificates / "admin.crt", place.certificates / "admin.key")

    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"https://{network.NODE}:6443/readyz", timeout=5, context=context):
                return True
        except OSError:
            return False

    wait_until("the API server is ready", is_ready, processes.check)


def start_controllers(place: Place, processes: Processes) -> None:
    """Start what acts on the objects in the API server: the controller manager and the scheduler."""
    keys = place.certificates
    alone = ("--leader-elect=false", "--bind-address=127.0.0.1")
    processes.start(
        "kube-controller-manager",
        HYPERKUBE,
        *("kube-controller-manager", *alone, *_as(keys / "controller-manager.conf")),
        *("--use-service-account-credentials=true", f"--service-account-private-key-file={keys}/sa.key"),
        f"--root-ca-file={keys}/ca.crt",
        # At its start it makes an account for each of its controllers; as slow as by default, that takes 5 s.
        *("--kube-api-qps=1000", "--kube-api-burst=1000"),
    )
    processes.start("kube-scheduler", HYPERKUBE, "kube-scheduler", *alone, *_as(keys / "scheduler.conf"))


def wait_for_controllers(place: Place, processes: Processes) -> None:
    """Return when Pods can be created: they need the service account that each Namespace gets from a controller."""
    account = ("get", "serviceaccount", "default", "--ignore-not-found", "--output=name")
    wait_until("there is a service account", lambda: bool(kubectl(place, *account)), processes.check)


def _as(kubeconfig: Path) -> tuple[str, ...]:
    return tuple(f"--{use}kubeconfig={kubeconfig}" for use in ("", "authentication-", "authorization-"))
